-- +goose NO TRANSACTION
-- The history and the uses of data are kept by the month in which a case was filed (its number is a UUIDv7, so the time stands in it). This
-- prepares the two tables to become the first part of what the next migration makes. Nothing here keeps writers waiting for longer than a
-- moment, however large the tables are; every statement can be run again after a failure.

-- +goose Up
-- +goose StatementBegin
create or replace function first_case_id(t timestamptz) returns uuid language sql immutable strict parallel safe as $$
  select (lpad(to_hex(greatest((extract(epoch from t) * 1000)::bigint, 0)), 12, '0') || repeat('0', 20))::uuid
$$;
-- +goose StatementEnd
comment on function first_case_id is 'The smallest number that a case filed at this time can have.';
-- +goose StatementBegin
create or replace function case_filed_at(id uuid) returns timestamptz language sql immutable strict parallel safe as $$
  select to_timestamp(('x' || lpad(replace(left(id::text, 13), '-', ''), 16, '0'))::bit(64)::bigint / 1000.0)
$$;
-- +goose StatementEnd
comment on function case_filed_at is 'When a case was filed, by the clock of the process that took it in, as its number says.';

create table if not exists event_month (
  first      uuid primary key,
  past       uuid not null,
  name       text not null unique check (name ~ '^(begin|y\d{4}m\d{2})$'),
  late_since timestamptz,
  check (first < past)
);
comment on table event_month is 'The parts of event and data_use, by the time in which their cases were filed. late_since: from then on each further step of these cases leaves a row in late_event, so that whoever reads the end of the history need not look here.';
revoke insert, update, delete, truncate on event_month from huiyin_app;

-- What stands already becomes one part, up to a month that has not come: far enough that nobody files into the next one before the next
-- migration has run. An empty table needs none.
-- +goose StatementBegin
do $$
declare newest uuid := greatest((select case_id from event order by case_id desc limit 1), (select case_id from data_use order by case_id desc limit 1));
begin
  if not exists (select 1 from event_month) then
    insert into event_month (first, past, name) values ('00000000-0000-0000-0000-000000000000', first_case_id(date_trunc('month', case when newest is null then now()
      else greatest(now() + interval '45 days', case_filed_at(newest) + interval '1 day') + interval '1 month' end at time zone 'UTC') at time zone 'UTC'), 'begin');
  end if;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
do $$
declare past uuid := (select m.past from event_month m where name = 'begin');
begin
  perform set_config('lock_timeout', '20s', true);
  execute format('alter table event drop constraint if exists event_begin, add constraint event_begin check (case_id < %L) not valid', past);
  execute format('alter table data_use drop constraint if exists data_use_begin, add constraint data_use_begin check (case_id < %L) not valid', past);
end $$;
-- +goose StatementEnd
alter table event validate constraint event_begin;
alter table data_use validate constraint data_use_begin;

-- +goose Down
alter table data_use drop constraint if exists data_use_begin;
alter table event drop constraint if exists event_begin;
drop table if exists event_month;
drop function if exists case_filed_at(uuid);
drop function if exists first_case_id(timestamptz);
