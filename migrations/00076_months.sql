-- The history and the uses of data by the month in which a case was filed: everything that happened to a case lies in one part, whenever it happened.
-- One transaction, that looks at no row: it waits for the tables and then holds them for some hundredths of a second.

-- +goose Up
-- +goose StatementBegin
do $$
begin
  perform set_config('lock_timeout', '2s', true);
  for try in 1 .. 150 loop -- a waiting lock keeps everybody behind it waiting too: rather come again
    begin
      lock table event, data_use in access exclusive mode;
      exit;
    exception when lock_not_available then
      if try = 150 then
        raise exception 'somebody reads or writes the history without a pause: a backup, or a long report? end it and start again';
      end if;
      perform pg_sleep(0.5);
    end;
  end loop;
  perform set_config('lock_timeout', '0', true);
end $$;
-- +goose StatementEnd

-- The history.
alter table event rename to event_begin;
drop trigger event_names_a_case on event_begin;
drop trigger event_append_only on event_begin;
drop policy event_scope on event_begin;
alter index event_pkey rename to event_begin_pkey;
alter index event_case rename to event_begin_case;
alter index event_order rename to event_begin_order;
alter index event_use rename to event_begin_use;
alter index event_dispatch rename to event_begin_dispatch;
alter index event_reply rename to event_begin_reply;
alter index event_use_staff rename to event_begin_use_staff;
create temporary table came_to on commit drop as select coalesce(last_value, 0) as seq from pg_sequences where schemaname = 'public' and sequencename = 'event_seq_seq';
alter table event_begin alter column seq drop identity;
-- Each part has the number of a step as its key; across them the sequence alone makes it once, as a key over all would have to hold the case.
create table event (like event_begin including defaults including comments including storage including compression, constraint event_actor_check check (actor in ('resident','staff','system')))
  partition by range (case_id);
alter table event alter column seq add generated always as identity;
-- +goose StatementBegin
do $$ begin perform setval('event_seq_seq', seq) from came_to where seq > 0; end $$;
-- +goose StatementEnd
create index event_case on event (case_id, seq);
create index event_order on event (xid, seq);
create index event_use on event (at) where step = 'use';
create index event_use_staff on event (staff_id, at) where step = 'use';
create index event_dispatch on event (at) where step = 'dispatch';
create index event_reply on event (at) where step = 'reply';
create trigger event_append_only before update or delete on event for each row execute function history_is_append_only();
create constraint trigger event_names_a_case after insert on event deferrable initially deferred
  for each row when (new.step <> 'file') execute function names_a_case();
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
revoke update, delete, truncate on event from huiyin_app;

-- The uses of data.
alter table data_use rename to data_use_begin;
alter table data_use_begin drop constraint data_use_case_id_fkey;
alter index data_use_pkey rename to data_use_begin_pkey;
alter index data_use_case rename to data_use_begin_case;
alter index data_use_unassigned rename to data_use_begin_unassigned;
create table data_use (like data_use_begin including defaults including comments including storage including compression) partition by range (case_id);
create index data_use_case on data_use (case_id, at desc);
create index data_use_unassigned on data_use (at) where not assigned;
-- Each row is copied from a step, and a step names a case that is there: looking for the case a second time adds nothing.

-- Steps in cases filed long ago, told apart so that whoever reads the end of the history need not look into every month.
create table late_event (
  xid     xid8 not null,
  seq     bigint not null,
  case_id uuid not null,
  primary key (xid, seq)
);
comment on table late_event is 'Where the steps lie that were taken in months of event_month after late_since. It is appended to by a trigger, as its owner.';
revoke insert, update, delete, truncate on late_event from huiyin_app;
alter table late_event enable row level security;
create policy late_event_scope on late_event for select using (coalesce(current_setting('huiyin.scope', true), '') in ('', 'system', 'hotline'));
create trigger late_event_append_only before update or delete on late_event for each row execute function history_is_append_only();
-- +goose StatementBegin
create function event_is_late() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into public.late_event (xid, seq, case_id) values (new.xid, new.seq, new.case_id);
  return null;
end $$;
-- +goose StatementEnd
revoke all on function event_is_late() from public;

alter table follower add column read_to timestamptz;
comment on column follower.read_to is 'When the last step that it read was written, by the clock of the database.';

-- A part is reached through its table only: no right of its own, and row-level security without a policy.
-- +goose StatementBegin
create function close_part(part text) returns void language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  execute format('revoke all on %I from public, huiyin_app', part);
  execute format('alter table %I enable row level security', part);
  execute format('alter table %I force row level security', part);
end $$;
-- +goose StatementEnd
revoke all on function close_part(text) from public;

-- +goose StatementBegin
do $$
declare past uuid := (select m.past from event_month m where name = 'begin');
begin
  execute format('alter table event attach partition event_begin for values from (minvalue) to (%L)', past);
  execute format('alter table data_use attach partition data_use_begin for values from (minvalue) to (%L)', past);
end $$;
-- +goose StatementEnd
alter table event_begin drop constraint event_begin;
alter table data_use_begin drop constraint data_use_begin;
create table event_rest partition of event (primary key (seq)) default;
create table data_use_rest partition of data_use (primary key (seq)) default;
select close_part('event_begin'), close_part('data_use_begin'), close_part('event_rest'), close_part('data_use_rest');

-- Makes one part of event and of data_use. Rows that came while it was missing wait in the rest, and move in.
-- +goose StatementBegin
create function add_month(part text, lower uuid, upper uuid) returns void language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  t text;
  waiting boolean;
begin
  foreach t in array array['event', 'data_use'] loop
    execute format('create table public.%I (like public.%I including defaults including constraints including storage including compression)', t || '_' || part, t);
    execute format('alter table public.%I add primary key (seq)', t || '_' || part);
    execute format('lock table public.%I in access exclusive mode', t || '_rest');
    execute format('alter table public.%I no force row level security, disable trigger user', t || '_rest');
    execute format('with moved as (delete from public.%1$I where case_id >= %3$L and case_id < %4$L returning *) insert into public.%2$I select * from moved', t || '_rest', t || '_' || part, lower, upper);
    execute format('alter table public.%I enable trigger user', t || '_rest');
    perform public.close_part(t || '_rest');
    perform public.close_part(t || '_' || part);
    execute format('alter table public.%I attach partition public.%I for values from (%s) to (%L)', t, t || '_' || part, case when part = 'begin' then 'minvalue' else quote_literal(lower) end, upper);
  end loop;
  insert into public.event_month (first, past, name) values (lower, upper, part);
end $$;
-- +goose StatementEnd
revoke all on function add_month(text, uuid, uuid) from public;

-- Makes the next month's part, unless it stands for as many months ahead, and tells its name. It gives up after two seconds where somebody reads
-- the rest for longer: at the next call, then. Whoever calls it has the rights of the tables' owner for this alone.
-- +goose StatementBegin
create function make_month(ahead integer) returns text language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' set timezone = 'UTC' as $$
declare
  month timestamptz;
  part text;
begin
  perform pg_advisory_xact_lock(hashtext('huiyin months'));
  month := public.case_filed_at((select m.past from public.event_month m order by m.past desc limit 1));
  if month > date_trunc('month', clock_timestamp()) + make_interval(months => least(greatest(ahead, 0), 24)) then
    return null;
  end if;
  part := to_char(month, '"y"YYYY"m"MM');
  perform public.add_month(part, public.first_case_id(month), public.first_case_id(month + interval '1 month'));
  return part;
end $$;
-- +goose StatementEnd
revoke all on function make_month(integer) from public;
grant execute on function make_month(integer) to huiyin_app;

-- From now on steps in the oldest month that ended longer ago than rest are told in late_event, too; it tells the month's name. The lock waits for
-- whoever writes there, so that every step in it was either written before late_since or is told.
-- +goose StatementBegin
create function rest_month(rest interval) returns text language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
declare
  part text;
begin
  perform pg_advisory_xact_lock(hashtext('huiyin months'));
  select m.name into part from public.event_month m where m.late_since is null and m.past <= public.first_case_id(clock_timestamp() - greatest(rest, interval '1 day')) order by m.past limit 1;
  if part is not null then
    execute format('lock table public.%I in share row exclusive mode', 'event_' || part);
    execute format('create trigger event_is_late after insert on public.%I for each row execute function public.event_is_late()', 'event_' || part);
    update public.event_month set late_since = clock_timestamp() where name = part;
  end if;
  return part;
end $$;
-- +goose StatementEnd
revoke all on function rest_month(interval) from public;
grant execute on function rest_month(interval) to huiyin_app;

-- What the planner knows of a table in parts as a whole is not kept by autovacuum.
-- +goose StatementBegin
create function analyze_months() returns boolean language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
begin
  if exists (select 1 from pg_stat_user_tables where schemaname = 'public' and relname = 'event' and last_analyze > clock_timestamp() - interval '7 days') then
    return false;
  end if;
  analyze public.event;
  analyze public.data_use;
  return true;
end $$;
-- +goose StatementEnd
revoke all on function analyze_months() from public;
grant execute on function analyze_months() to huiyin_app;

-- +goose StatementBegin
do $$ begin
  while make_month(3) is not null loop
  end loop;
end $$;
-- +goose StatementEnd

-- As before, and the places of late steps with them.
-- +goose StatementBegin
create or replace function history_restored() returns bigint language plpgsql as $$
declare n bigint;
begin
  if not exists (select 1 from event where xid >= pg_current_xact_id()) then
    return 0;
  end if;
  alter table event disable trigger event_append_only;
  alter table late_event disable trigger late_event_append_only;
  update event e set xid = (3 + (select count(distinct (f.xid, f.seq)) from follower f where (f.xid, f.seq) < (e.xid, e.seq)))::text::xid8;
  get diagnostics n = row_count;
  update late_event l set xid = e.xid from event e where e.case_id = l.case_id and e.seq = l.seq;
  alter table late_event enable trigger late_event_append_only;
  alter table event enable trigger event_append_only;
  update follower f set seq = 9223372036854775807, read_to = null, xid = (3 + c.before)::text::xid8
    from (select a.name, (select count(distinct (b.xid, b.seq)) from follower b where (b.xid, b.seq) < (a.xid, a.seq)) as before from follower a) c where c.name = f.name;
  return n;
end $$;
-- +goose StatementEnd

-- +goose Down
drop function analyze_months();
drop function rest_month(interval);
drop function make_month(integer);
drop function add_month(text, uuid, uuid);
-- +goose StatementBegin
do $$
declare came_to bigint;
begin
  came_to := coalesce((select last_value from pg_sequences where schemaname = 'public' and sequencename = 'event_seq_seq'), 0);
  alter table event rename to event_parts;
  alter table event_parts alter column seq drop identity;
  create table event (like event_parts including defaults including comments including storage including compression, constraint event_actor_check check (actor in ('resident','staff','system')));
  insert into event select * from event_parts;
  drop table event_parts;
  alter table event alter column seq add generated always as identity, add primary key (seq);
  if came_to > 0 then
    perform setval('event_seq_seq', came_to);
  end if;
  alter table data_use rename to data_use_parts;
  create table data_use (like data_use_parts including defaults including comments including storage including compression);
  insert into data_use select * from data_use_parts;
  drop table data_use_parts;
  alter table data_use add primary key (seq);
end $$;
-- +goose StatementEnd
alter table data_use add foreign key (case_id) references cases (id);
create index data_use_case on data_use (case_id, at desc);
create index data_use_unassigned on data_use (at) where not assigned;
create index event_case on event (case_id, seq);
create index event_order on event (xid, seq);
create index event_use on event (at) where step = 'use';
create index event_use_staff on event (staff_id, at) where step = 'use';
create index event_dispatch on event (at) where step = 'dispatch';
create index event_reply on event (at) where step = 'reply';
create trigger event_append_only before update or delete on event for each row execute function history_is_append_only();
create constraint trigger event_names_a_case after insert on event deferrable initially deferred
  for each row when (new.step <> 'file') execute function names_a_case();
alter table event enable row level security;
alter table event force row level security;
create policy event_scope on event using (
  case coalesce(current_setting('huiyin.scope', true), '')
    when '' then true
    when 'system' then true
    when 'hotline' then true
    when 'unit' then exists (select 1 from party p where p.case_id = event.case_id and p.left_at is null and p.unit = any (nullif(current_setting('huiyin.units', true), '')::text[]))
    when 'case' then case_id = nullif(current_setting('huiyin.case', true), '')::uuid
    else false
  end);
revoke update, delete, truncate on event from huiyin_app;
drop function close_part(text);
alter table follower drop column read_to;
drop table late_event;
drop function event_is_late();
-- +goose StatementBegin
create or replace function history_restored() returns bigint language plpgsql as $$
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
-- Going back from here begins anew: the two tables are whole again, and what 00075 prepares is made again when it runs.
