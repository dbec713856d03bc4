-- What departments may do and ask beside handling: whistle for others to come (吹哨报到), appeal against how they are scored (考核申诉), have a demand
-- judged unreasonable (不合理诉求); co-handlers' limits of their own; photos taken before and after.

-- +goose Up
create table whistle (
  id        uuid primary key,
  case_id   uuid not null references cases (id),
  leg       integer not null,
  by_unit   text not null references unit (code),
  by_staff  bigint,
  at        timestamptz not null,
  place     text not null,
  report_by timestamptz not null,
  constraint report_after_whistle check (report_by > at)
);
comment on table whistle is 'A street calls departments to come to a place by a time.';
create index whistle_case on whistle (case_id, at);

create table whistle_call (
  whistle     uuid not null references whistle (id),
  unit        text not null references unit (code),
  reported_at timestamptz,
  reported_by bigint,
  primary key (whistle, unit),
  constraint reported_whole check (reported_by is null or reported_at is not null)
);
comment on table whistle_call is 'One department that a whistle called, and when it reported at the place. Late is reported_at after report_by, or none by then.';
create index whistle_call_unit on whistle_call (unit) where reported_at is null;

create table appeal (
  id         uuid primary key,
  case_id    uuid not null references cases (id),
  leg        integer not null,
  kind       text not null check (kind in ('score','unreasonable')),
  unit       text not null references unit (code),
  figures    text[] not null default '{}',
  reason     text not null,
  asked_at   timestamptz not null,
  asked_by   bigint,
  decided_at timestamptz,
  decided_by bigint,
  granted    boolean,
  decision   text not null default '',
  constraint appeal_decided_whole check ((decided_at is null) = (granted is null)),
  constraint score_names_figures check ((kind = 'score') = (cardinality(figures) > 0)),
  unique (case_id, leg, kind)
);
comment on table appeal is 'What a unit asks to be left out of its figures: the ones named of one leg (score), or the resident''s word on a demand that is judged unreasonable. Once a leg and kind.';
create index appeal_open on appeal (asked_at) where decided_at is null;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['whistle','appeal'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($p$create policy %1$I_scope on %1$I using (
      current_setting('huiyin.scope', true) in ('system','hotline')
      or (current_setting('huiyin.scope', true) in ('unit','case') and exists (select 1 from cases c where c.id = %1$I.case_id)))$p$, t);
  end loop;
end $$;
-- +goose StatementEnd
alter table whistle_call enable row level security;
alter table whistle_call force row level security;
create policy whistle_call_scope on whistle_call using (exists (select 1 from whistle w where w.id = whistle_call.whistle));
revoke delete, truncate on whistle, whistle_call, appeal from huiyin_app;

-- A co-handler's limit is never later than that of the lead's handling.
-- +goose StatementBegin
create function party_within_limit() returns trigger language plpgsql as $$
begin
  if new.role = 'co' and new.due_at > (select k.due_at from clock k where k.case_id = new.case_id and k.leg = new.leg and k.name = 'handle') then
    raise exception 'a co-handler is due no later than the lead';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger party_within_limit before insert or update of due_at on party for each row execute function party_within_limit();

alter table attachment add column shows text not null default '' check (shows in ('','before','after'));
comment on column attachment.shows is 'What a photo proves: the place as it was found (before) or as it was left (after).';

alter table figure_row add column waived text not null default '', add column hung boolean not null default false, add column tags text[] not null default '{}';
comment on column figure_row.waived is 'Figures that a decided appeal leaves this leg out of, or unreasonable.';
create index figure_row_tags on figure_row using gin (tags) where tags <> '{}';

-- +goose Down
drop index figure_row_tags;
alter table figure_row drop column waived, drop column hung, drop column tags;
alter table attachment drop column shows;
drop trigger party_within_limit on party;
drop function party_within_limit();
drop table appeal, whistle_call, whistle;
