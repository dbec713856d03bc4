-- What a resident may ask of the own data (PIPL 44-50), with a clock; who must keep out of a case (回避); uses that are not shown for a time;
-- what was destroyed, with certificate; and the registers of processors, assessments, incidents and audits.

-- +goose Up
create sequence rights_number;
create table rights_request (
  id           uuid primary key,
  number       text not null unique,
  case_id      uuid not null references cases (id),
  kind         text not null check (kind in ('copy','correct','delete','restrict','explain','object','takedown','withdraw')),
  field        text not null default '' check (field in ('','name','phone','email','address')),
  state        text not null check (state in ('asked','proposed','granted','refused')),
  words        text not null default '',
  sealed       bytea,
  asked_at     timestamptz not null,
  due_at       timestamptz not null,
  working_days integer,
  provisional  boolean not null,
  policy       text not null,
  calendar     text not null,
  proposed_at  timestamptz,
  proposed_by  bigint,
  decided_at   timestamptz,
  decided_by   bigint,
  reason       text not null default '',
  basis        text not null default '',
  late_at      timestamptz,
  taken        integer not null default 0,
  constraint correct_names_field check ((kind = 'correct') = (field <> '')),
  constraint decided_whole check ((state in ('granted','refused')) = (decided_at is not null)),
  constraint refused_with_reason check (state <> 'refused' or (reason <> '' and basis <> ''))
);
comment on column rights_request.words is 'What the resident wrote, masked; as written it is in sealed under the key of the case, with the new value of a correction.';
comment on column rights_request.taken is 'How often a granted copy was fetched.';
create unique index rights_one_open on rights_request (case_id, kind, field) where decided_at is null;
create index rights_open on rights_request (due_at) where decided_at is null;
create index rights_case on rights_request (case_id, asked_at);
create index rights_asked on rights_request (asked_at);

-- A value that the resident had corrected, kept beside the new one under the same key.
create table person_former (
  id      bigint generated always as identity primary key,
  case_id uuid not null references cases (id),
  field   text not null,
  sealed  bytea,
  until   timestamptz not null,
  request uuid not null references rights_request (id)
);
create index person_former_case on person_former (case_id);

alter table cases add column restricted_at timestamptz;
comment on column cases.restricted_at is 'Since when the resident''s data is only kept (PIPL 44): opened by the privacy officer alone, to answer requests about the data.';

alter table person add column masked_gone_at timestamptz;
comment on column person.masked_gone_at is 'When the masked words were destroyed too, ten years after the end.';

create table recusal (
  id       bigint generated always as identity primary key,
  case_id  uuid not null references cases (id),
  staff_id bigint,
  unit     text references unit (code),
  named    boolean not null,
  why      text not null check (why in ('named','kin','interest','other')),
  at       timestamptz not null,
  by_staff bigint,
  ended_at timestamptz,
  constraint one_of check ((staff_id is null) <> (unit is null))
);
comment on table recusal is 'Who does not see or handle a case (回避): a person, or a unit and each below it; named is the one that was named, the others follow.';
create unique index recusal_unit on recusal (case_id, unit) where unit is not null and ended_at is null;
create unique index recusal_staff on recusal (case_id, staff_id) where staff_id is not null and ended_at is null;
create index recusal_of_unit on recusal (unit) where ended_at is null;
create index recusal_of_staff on recusal (staff_id) where ended_at is null;

drop policy cases_scope on cases;
create policy cases_scope on cases using (
  case current_setting('huiyin.scope', true)
    when 'system' then true
    when 'hotline' then id <> all (array(select r.case_id from recusal r where r.ended_at is null and r.staff_id = nullif(current_setting('huiyin.staff', true), '')::bigint))
    when 'unit' then exists (select 1 from party p where p.case_id = cases.id and p.left_at is null and p.unit = any (nullif(current_setting('huiyin.units', true), '')::text[]))
      and id <> all (array(select r.case_id from recusal r where r.ended_at is null
        and (r.staff_id = nullif(current_setting('huiyin.staff', true), '')::bigint or r.unit = nullif(current_setting('huiyin.unit', true), ''))))
    when 'case' then id = nullif(current_setting('huiyin.case', true), '')::uuid
    else false
  end);

create table withheld_use (
  id          bigint generated always as identity primary key,
  event_seq   bigint not null,
  case_id     uuid not null references cases (id),
  ground      text not null check (ground in ('pipl_18','pipl_35','investigation','informer')),
  until       date not null,
  asked_at    timestamptz not null,
  asked_by    bigint not null,
  approved_at timestamptz,
  approved_by bigint,
  ended_at    timestamptz,
  constraint two_persons check (approved_by is null or approved_by <> asked_by)
);
create unique index withheld_once on withheld_use (event_seq) where ended_at is null;
create index withheld_case on withheld_use (case_id);

create table destruction (
  id      uuid primary key,
  case_id uuid not null references cases (id),
  at      timestamptz not null,
  what    text not null check (what in ('personal','masked')),
  reason  text not null check (reason in ('retention','right')),
  request uuid references rights_request (id),
  salt    bytea not null check (length(salt) = 32),
  certificate uuid
);
create index destruction_case on destruction (case_id);
create index destruction_new on destruction (at) where certificate is null;
comment on table destruction is 'What was destroyed of a case. The certificate names it by SHA-256 over salt and number; the resident is given the salt.';

create table certificate (
  id    uuid primary key,
  at    timestamptz not null,
  what  text not null,
  reason text not null,
  items integer not null,
  note  text not null,
  idx   bigint references log_entry (idx)
);
create index certificate_at on certificate (at desc);

-- Registers that the public sees: processors, impact assessments, incidents, audits. A change is a new version; nothing is taken out.
create table register_entry (
  id      uuid not null,
  version integer not null,
  kind    text not null check (kind in ('processor','assessment','incident','audit')),
  name    text not null,
  on_date date not null,
  scope   text not null,
  measures text not null default '',
  result  text not null default '',
  checked_on date,
  ended_on date,
  at      timestamptz not null,
  by_staff bigint,
  primary key (id, version)
);
create index register_kind on register_entry (kind, on_date desc);
revoke update, delete, truncate on register_entry from huiyin_app;

alter table warning add column told_officer_at timestamptz;
comment on column warning.told_officer_at is 'When the letter about it to the privacy officer was queued.';

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['rights_request','person_former','destruction'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($p$create policy %1$I_scope on %1$I using (
      current_setting('huiyin.scope', true) in ('system','hotline')
      or (current_setting('huiyin.scope', true) = 'case' and case_id = nullif(current_setting('huiyin.case', true), '')::uuid))$p$, t);
  end loop;
  execute 'alter table withheld_use enable row level security';
  execute 'alter table withheld_use force row level security';
  execute $p$create policy withheld_use_scope on withheld_use using (current_setting('huiyin.scope', true) in ('system','hotline'))$p$;
end $$;
-- +goose StatementEnd

-- +goose Down
alter table warning drop column told_officer_at;
drop table register_entry, certificate, destruction, withheld_use;
drop policy cases_scope on cases;
create policy cases_scope on cases using (
  case current_setting('huiyin.scope', true)
    when 'system' then true
    when 'hotline' then true
    when 'unit' then exists (select 1 from party p where p.case_id = cases.id and p.left_at is null and p.unit = any (nullif(current_setting('huiyin.units', true), '')::text[]))
    when 'case' then id = nullif(current_setting('huiyin.case', true), '')::uuid
    else false
  end);
drop table recusal, person_former, rights_request;
alter table cases drop column restricted_at;
alter table person drop column masked_gone_at;
drop sequence rights_number;
