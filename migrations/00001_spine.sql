-- The spine: units, cases, their history, clocks and personal data.
-- The application works as huiyin_app, a role without BYPASSRLS; the protected tables force row-level security.
-- Scope is set at the start of each transaction: huiyin.scope = system | hotline | unit | case, with huiyin.units or huiyin.case beside it. No scope, no rows.

-- +goose Up
-- +goose StatementBegin
do $$ begin
  execute format('alter default privileges in schema public grant select, insert, update, delete on tables to huiyin_app');
  execute format('alter default privileges in schema public grant usage, select on sequences to huiyin_app');
  execute format('grant usage on schema public to huiyin_app');
end $$;
-- +goose StatementEnd

create table unit (
  code      text primary key,
  name_zh   text not null,
  name_en   text not null,
  level     text not null check (level in ('hotline','city','district','street','utility')),
  parent    text references unit (code) deferrable initially deferred,
  territory text not null default '',
  nature    text not null default '',
  active    boolean not null default true,
  position  integer not null default 0
);
comment on table unit is 'Responsible units (承办单位) in three levels, and the hotline itself.';

create sequence case_number;

-- One row a case (诉求工单). Everything here may be read by staff in scope: text is the masked copy, the original is sealed in person.
create table cases (
  id            uuid primary key,
  number        text not null unique,
  version       integer not null default 1,
  state         text not null check (state in ('registered','accepted','declined','redirected','answered','dispatched','signed','contacted','in_hand',
                  'paused','hung_up','replied','reviewed','followed_up','rated','closed','archived','terminated','merged','withdrawn')),
  kind          text not null check (kind in ('consultation','help','complaint','report','suggestion','praise','other')),
  category      text not null default '',
  territory     text not null default '',
  urgency       text not null check (urgency in ('critical','urgent','normal')),
  channel       text not null check (channel in ('web','email','phone','open311','file','api','window')),
  language      text not null default 'zh-CN',
  external_no   text not null default '',
  title         text not null,
  body          text not null,
  place         text not null default '',
  secret        boolean not null default false,
  publish       boolean not null default false,
  unreadable    boolean not null default false,
  tags          text[] not null default '{}',
  proposal      jsonb not null default '{}',
  owner_unit    text not null references unit (code),
  lead_unit     text references unit (code),
  round         integer not null default 1 check (round >= 1),
  leg           integer not null default 0 check (leg >= 0),
  designated    boolean not null default false,
  pending       text check (pending in ('return','extension','termination','hang')),
  supervised    text check (supervised in ('routine','listed','summons')),
  merged_into   uuid references cases (id),
  channel_told  text not null default '',
  review_on     date,
  plan          text not null default '',
  filed_at      timestamptz not null,
  replied_at    timestamptz,
  closed_at     timestamptz,
  total_clock   text not null default 'total' check (total_clock = 'total'),
  total_leg     integer not null default 0 check (total_leg = 0),
  constraint lead_once_dispatched check (state not in ('dispatched','signed','contacted','in_hand','paused','hung_up','replied','reviewed') or lead_unit is not null or leg = 0),
  constraint lead_while_handled check (state not in ('dispatched','signed','contacted','in_hand','paused','hung_up') or (lead_unit is not null and owner_unit = lead_unit)),
  constraint hotline_owns_before_dispatch check (state not in ('registered','accepted') or lead_unit is null),
  constraint hung_up_has_review_date check (state <> 'hung_up' or review_on is not null),
  constraint merged_names_master check ((state = 'merged') = (merged_into is not null) or state = 'archived')
);
create index cases_open_by_owner on cases (owner_unit, filed_at) where state not in ('closed','archived','declined','redirected','terminated','merged','withdrawn');
create index cases_by_lead on cases (lead_unit, state);
create index cases_by_state on cases (state, filed_at);
create index cases_filed on cases (filed_at desc);
create index cases_external on cases (external_no) where external_no <> '';
create index cases_merged_into on cases (merged_into) where merged_into is not null;

-- The clocks of a case. leg 0 carries the resident-facing total clock; each dispatch opens a new leg with the unit's own clocks.
create table clock (
  case_id         uuid not null references cases (id) deferrable initially deferred,
  name            text not null check (name in ('total','sign','contact','handle','return','follow_up')),
  leg             integer not null,
  unit            text references unit (code),
  started_at      timestamptz not null,
  due_at          timestamptz not null,
  original_due_at timestamptz not null,
  working_days    integer,
  provisional     boolean not null default false,
  policy          text not null,
  calendar        text not null,
  met_at          timestamptz,
  breached_at     timestamptz,
  cancelled_at    timestamptz,
  primary key (case_id, name, leg),
  constraint total_is_leg_zero check ((name = 'total') = (leg = 0)),
  constraint due_after_start check (due_at >= started_at)
);
create index clock_running on clock (due_at) where met_at is null and breached_at is null and cancelled_at is null;
-- Exactly one total clock for every case: the primary key allows one, this reference demands one.
alter table cases add constraint case_has_total_clock foreign key (id, total_clock, total_leg) references clock (case_id, name, leg) deferrable initially deferred;

-- +goose StatementBegin
create function clock_keeps_promise() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a clock is never deleted';
  end if;
  if new.case_id <> old.case_id or new.name <> old.name or new.leg <> old.leg or new.started_at <> old.started_at or new.original_due_at <> old.original_due_at then
    raise exception 'the start and the first promise of a clock never change';
  end if;
  if old.name = 'total' and (new.cancelled_at is not null or (new.due_at <> old.due_at and not old.provisional)) then
    raise exception 'the total clock never stops and is never reset';
  end if;
  if old.met_at is not null and new.met_at is distinct from old.met_at
    and not (old.name = 'total' and new.met_at is null and exists (select 1 from cases c where c.id = old.case_id and c.state = 'merged')) then
    raise exception 'a clock is met once; only a merge taken back lets the total clock run on';
  end if;
  if old.breached_at is not null and new.breached_at is distinct from old.breached_at then
    raise exception 'a breach is never taken back';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger clock_keeps_promise before update or delete on clock for each row execute function clock_keeps_promise();

-- Who handles: exactly one lead (主办) at any time, co-handlers (协办) beside it.
create table party (
  case_id   uuid not null references cases (id),
  unit      text not null references unit (code),
  role      text not null check (role in ('lead','co')),
  leg       integer not null,
  due_at    timestamptz,
  joined_at timestamptz not null,
  left_at   timestamptz,
  primary key (case_id, leg, unit)
);
create unique index party_one_lead on party (case_id) where role = 'lead' and left_at is null;
create index party_unit on party (unit) where left_at is null;

-- The history (工单流转): append only. xid is the writing transaction, so that followers never miss an event that commits late.
create table event (
  seq         bigint generated always as identity primary key,
  xid         xid8 not null default pg_current_xact_id(),
  case_id     uuid not null references cases (id) deferrable initially deferred,
  at          timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  step        text not null,
  state_from  text not null default '',
  state_to    text not null,
  actor       text not null check (actor in ('resident','staff','system')),
  staff_id    bigint,
  role        text not null default '',
  unit        text not null default '',
  round       integer not null,
  leg         integer not null,
  data        jsonb not null default '{}'
);
create index event_case on event (case_id, seq);
create index event_order on event (xid, seq);
create index event_use on event (at) where step = 'use';
revoke update, delete, truncate on event from huiyin_app;
-- +goose StatementBegin
create function history_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'history is appended, never edited';
end $$;
-- +goose StatementEnd
create trigger event_append_only before update or delete on event for each row execute function history_is_append_only();

-- Personal data of one case, sealed with the case's own data key. Destroying wrapped_key destroys the rest.
create table person (
  case_id     uuid primary key references cases (id) deferrable initially deferred,
  wrapped_key bytea,
  name        bytea,
  phone       bytea,
  email       bytea,
  address     bytea,
  title       bytea,
  body        bytea,
  place       bytea,
  code        bytea,
  name_hash   bytea,
  phone_hash  bytea,
  email_hash  bytea,
  real_name   boolean not null default false,
  erased_at   timestamptz
);
create index person_phone on person (phone_hash) where phone_hash is not null;
create index person_email on person (email_hash) where email_hash is not null;

-- Every submission as it reached us, whether or not it became a case. key is the SHA-256 of the submission: the same one twice is one.
create table submission (
  key         bytea primary key check (length(key) = 32),
  case_id     uuid references cases (id) deferrable initially deferred,
  channel     text not null,
  verdict     text not null check (verdict in ('case','reply','bounce','auto_reply','list','loop','quarantine')),
  reason      text not null default '',
  received_at timestamptz not null,
  size        integer not null default 0,
  wrapped_key bytea,
  raw         bytea,
  settled_at  timestamptz,
  settled_by  bigint
);
alter table submission alter column raw set storage external;
create index submission_case on submission (case_id) where case_id is not null;
create index submission_unsettled on submission (received_at) where case_id is null and settled_at is null;

-- Who read a kept submission that is no case (yet), and so has no history to say it: append only.
create table kept_use (
  seq      bigint generated always as identity primary key,
  key      bytea not null references submission (key),
  at       timestamptz not null,
  staff_id bigint,
  role     text not null,
  unit     text not null
);
create index kept_use_key on kept_use (key, seq);
revoke update, delete, truncate on kept_use from huiyin_app;
create trigger kept_use_append_only before update or delete on kept_use for each row execute function history_is_append_only();

-- What was said: the resident's additions, the units' replies, the hotline's answers. body is the masked copy of a resident's words, or a unit's own words.
create table message (
  id       uuid primary key,
  case_id  uuid not null references cases (id) deferrable initially deferred,
  at       timestamptz not null,
  round    integer not null,
  author   text not null check (author in ('resident','unit','hotline')),
  purpose  text not null check (purpose in ('note','answer','reply','interim','internal','rating','contact')),
  unit     text not null default '',
  staff_id bigint,
  body     text not null,
  sealed   bytea
);
create index message_case on message (case_id, at);

create table attachment (
  id         uuid primary key,
  case_id    uuid not null references cases (id) deferrable initially deferred,
  message_id uuid references message (id) deferrable initially deferred,
  at         timestamptz not null,
  name       bytea not null,
  type       text not null,
  size       integer not null check (size between 0 and 10485760),
  sha256     bytea not null,
  by_unit    text not null default '',
  data       bytea not null
);
alter table attachment alter column data set storage external;
create index attachment_case on attachment (case_id);

-- Bearer secrets by keyed hash: the tracking code (查询码) and the rating link of one round.
create table tracking (
  code_hash bytea primary key,
  case_id   uuid not null references cases (id) deferrable initially deferred
);
create table rating_token (
  token_hash bytea primary key,
  case_id    uuid not null references cases (id),
  round      integer not null,
  expires_at timestamptz not null
);

create table rating (
  case_id      uuid not null references cases (id),
  round        integer not null,
  at           timestamptz not null,
  channel      text not null,
  solved       text not null check (solved in ('yes','partly','no')),
  satisfaction integer not null check (satisfaction between 1 and 5),
  body         text not null default '',
  sealed       bytea,
  primary key (case_id, round)
);

-- What a unit asked for, and what was decided: returns (退单), extensions (延期), pauses (暂停), terminations, hang-ups (挂账).
create table request (
  id           uuid primary key,
  case_id      uuid not null references cases (id),
  kind         text not null check (kind in ('return','extension','termination','hang')),
  leg          integer not null,
  unit         text not null references unit (code),
  requested_at timestamptz not null,
  requested_by bigint,
  reason_code  text not null default '',
  reason       text not null,
  basis        text not null default '',
  suggested    text references unit (code),
  days         integer,
  old_due_at   timestamptz,
  new_due_at   timestamptz,
  decided_at   timestamptz,
  decided_by   bigint,
  granted      boolean,
  decision     text not null default '',
  constraint decided_whole check ((decided_at is null) = (granted is null)),
  constraint return_names_reason check (kind <> 'return' or reason_code <> '')
);
create unique index request_one_open on request (case_id) where decided_at is null;
create index request_case on request (case_id, requested_at);

create table pause (
  case_id   uuid not null references cases (id),
  leg       integer not null,
  from_at   timestamptz not null,
  until_at  timestamptz,
  reason    text not null,
  by_staff  bigint,
  primary key (case_id, leg, from_at)
);
create unique index pause_one_open on pause (case_id) where until_at is null;

create table follower (
  name text primary key,
  xid  xid8 not null default '0',
  seq  bigint not null default 0,
  read_at timestamptz
);

-- A dump restored into a new cluster brings events with transaction numbers that this cluster has not reached: followers would wait for
-- years, and steps be refused as too early. This gives the history small numbers again: one for each stretch between two followers' places,
-- so that each follower finds what it had not read, in order. Only the owner of the tables can run it, while nothing else writes.
-- +goose StatementBegin
create function history_restored() returns bigint language plpgsql as $$
declare n bigint;
begin
  if not exists (select 1 from event where xid >= pg_current_xact_id()) then
    return 0;
  end if;
  alter table event disable trigger event_append_only;
  update event e set xid = (3 + (select count(distinct (f.xid, f.seq)) from follower f where (f.xid, f.seq) < (e.xid, e.seq)))::text::xid8;
  get diagnostics n = row_count;
  alter table event enable trigger event_append_only;
  update follower f set seq = 9223372036854775807, xid = (3 + c.before)::text::xid8
    from (select a.name, (select count(distinct (b.xid, b.seq)) from follower b where (b.xid, b.seq) < (a.xid, a.seq)) as before from follower a) c where c.name = f.name;
  return n;
end $$;
-- +goose StatementEnd

-- Row-level security: the scope of the transaction decides which cases exist for it; what hangs on a case follows its case.
alter table cases enable row level security;
alter table cases force row level security;
create policy cases_scope on cases using (
  case current_setting('huiyin.scope', true)
    when 'system' then true
    when 'hotline' then true
    when 'unit' then exists (select 1 from party p where p.case_id = cases.id and p.left_at is null and p.unit = any (nullif(current_setting('huiyin.units', true), '')::text[]))
    when 'case' then id = nullif(current_setting('huiyin.case', true), '')::uuid
    else false
  end);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['person','attachment','message','rating','request','pause'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($p$create policy %1$I_scope on %1$I using (
      current_setting('huiyin.scope', true) in ('system','hotline')
      or (current_setting('huiyin.scope', true) in ('unit','case') and exists (select 1 from cases c where c.id = %1$I.case_id)))$p$, t);
  end loop;
end $$;
-- +goose StatementEnd
alter table submission enable row level security;
alter table submission force row level security;
create policy submission_scope on submission using (
  current_setting('huiyin.scope', true) in ('system','hotline')
  or (current_setting('huiyin.scope', true) in ('unit','case') and case_id is not null and exists (select 1 from cases c where c.id = submission.case_id)));

-- History is read across cases by followers, which stand in no unit; a unit or a resident sees that of the cases in scope.
alter table event enable row level security;
alter table event force row level security;
create policy event_scope on event using (
  case coalesce(current_setting('huiyin.scope', true), '') -- the planner takes a case for half of the rows, and reads along the index
    when '' then true
    when 'system' then true
    when 'hotline' then true
    when 'unit' then exists (select 1 from party p where p.case_id = event.case_id and p.left_at is null and p.unit = any (nullif(current_setting('huiyin.units', true), '')::text[]))
    when 'case' then case_id = nullif(current_setting('huiyin.case', true), '')::uuid
    else false
  end);
alter table kept_use enable row level security;
alter table kept_use force row level security;
create policy kept_use_scope on kept_use using (current_setting('huiyin.scope', true) in ('system','hotline'));

-- +goose Down
drop table follower, pause, request, rating, rating_token, tracking, attachment, message, kept_use, submission, person, event, party cascade;
alter table cases drop constraint case_has_total_clock;
drop table clock, cases, unit cascade;
drop function clock_keeps_promise(), history_is_append_only(), history_restored();
drop sequence case_number;
