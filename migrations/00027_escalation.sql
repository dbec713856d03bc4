-- Promises that speak up: when a running limit is to be looked at again, what was said of it when, decisions with limits of their own, and
-- the law's limit beside the city's.

-- +goose Up
-- The next moment at which something is to be said of a clock: a reminder before its limit, a step of escalation after it. Null: nothing.
alter table clock add column next_at timestamptz;
create index clock_next on clock (next_at) where next_at is not null;
update clock set next_at = due_at where name = 'handle' and met_at is null and cancelled_at is null
  and not exists (select 1 from pause p where p.case_id = clock.case_id and p.until_at is null);

-- Whoever starts, moves or ends a limit need not think of it: a sweep looks at once at what began or moved, and what ended in time is left alone.
-- What ended after its moment keeps it, so that the sweep still says what was missed.
-- +goose StatementBegin
create function clock_is_looked_at() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.next_at := coalesce(new.next_at, case when new.name = 'handle' or (new.working_days is null and new.name in ('total','sign','contact')) then new.started_at end);
  elsif new.met_at is not null or new.cancelled_at is not null then
    if new.next_at > coalesce(new.met_at, new.cancelled_at) then
      new.next_at := null;
    end if;
  elsif new.due_at <> old.due_at or old.met_at is not null then
    new.next_at := new.started_at;
  end if;
  return new;
end $$;
create function pause_ends_clock_runs() returns trigger language plpgsql as $$
begin
  update clock set next_at = started_at where case_id = new.case_id and leg = new.leg and name = 'handle' and met_at is null and cancelled_at is null;
  return null;
end $$;
-- +goose StatementEnd
create trigger clock_is_looked_at before insert or update of due_at, met_at, cancelled_at on clock for each row execute function clock_is_looked_at();
create trigger pause_ends_clock_runs after update of until_at on pause for each row when (old.until_at is null and new.until_at is not null) execute function pause_ends_clock_runs();

-- A limit that a law sets in place of the city's: its name in the policy, and until when the city's own limit would have run.
alter table clock add column statute text not null default '';
alter table clock add column ordinary_due_at timestamptz;

-- Limits counted into a year without a notice are counted again when the notice comes.
create index clock_provisional on clock (calendar) where provisional and met_at is null and breached_at is null and cancelled_at is null;

-- Everything said of a limit (催办, 督办 …), each once: level 0 is a reminder before it, 1 and more a step after it or a case that goes round.
create table escalation (
  id          bigint generated always as identity primary key,
  case_id     uuid not null references cases (id) deferrable initially deferred,
  clock       text not null,
  leg         integer not null,
  stage       text not null,
  level       integer not null check (level between 0 and 9),
  unit        text references unit (code),
  due_at      timestamptz not null,
  at          timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (case_id, clock, leg, stage, due_at)
);
comment on column escalation.at is 'When it was to be said; recorded_at is when a sweep came by.';
revoke update, delete, truncate on escalation from huiyin_app;
create trigger escalation_append_only before update or delete on escalation for each row execute function history_is_append_only();
alter table escalation enable row level security;
alter table escalation force row level security;
create policy escalation_scope on escalation using (
  current_setting('huiyin.scope', true) in ('system','hotline')
  or (current_setting('huiyin.scope', true) in ('unit','case') and exists (select 1 from cases c where c.id = escalation.case_id)));

-- How far the present leg of a case is raised; a new leg begins at 0.
alter table cases add column raised smallint not null default 0;
create index cases_raised on cases (raised) where raised > 0 and state not in ('closed','archived','declined','redirected','terminated','merged','withdrawn');
-- Cases that went to several units, or to one again and again.
create index cases_going_round on cases (id) where leg >= 2 and state not in ('closed','archived','declined','redirected','terminated','merged','withdrawn');
-- +goose StatementBegin
create or replace function case_keeps_limit() returns trigger language plpgsql as $$
begin
  new.limit_at := limit_of(new.id, new.leg);
  new.raised := 0;
  return new;
end $$;
-- +goose StatementEnd

-- Until when a request is to be decided, and since when its decision is late.
alter table request add column decide_by timestamptz;
alter table request add column late_at timestamptz;
create index request_decide on request (decide_by) where decided_at is null and late_at is null and decide_by is not null;

-- Letters to units and their leaders know more occasions; which ones is said in package notify.
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind ~ '^[a-z_]{1,30}$');

-- +goose Down
delete from letter where kind in ('unit_raised','leader_raised');
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check
  check (kind in ('filed','again','joined','parted','dispatched','interim','replied','answered','declined','redirected','terminated','closed','unit_case','unit_due','unit_overdue'));
alter table request drop column decide_by, drop column late_at;
-- +goose StatementBegin
create or replace function case_keeps_limit() returns trigger language plpgsql as $$
begin
  new.limit_at := limit_of(new.id, new.leg);
  return new;
end $$;
-- +goose StatementEnd
drop index cases_going_round;
alter table cases drop column raised;
drop table escalation;
drop index clock_provisional;
drop trigger pause_ends_clock_runs on pause;
drop trigger clock_is_looked_at on clock;
drop function pause_ends_clock_runs(), clock_is_looked_at();
alter table clock drop column next_at, drop column statute, drop column ordinary_due_at;
