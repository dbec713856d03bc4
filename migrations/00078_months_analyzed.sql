-- Looking at every month for the planner is one transaction, and followers wait for the end of each: it is done four times a year, at night in China,
-- when the first look is over. What lies in a month hardly changes from year to year.

-- +goose Up
-- +goose StatementBegin
create or replace function analyze_months() returns boolean language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
begin
  if exists (select 1 from pg_stats where schemaname = 'public' and tablename = 'event' and inherited) and (
      extract(hour from clock_timestamp() at time zone 'UTC') not in (18, 19)
      or exists (select 1 from pg_stat_user_tables where schemaname = 'public' and relname = 'event' and last_analyze > clock_timestamp() - interval '90 days'))
    or not exists (select 1 from public.event offset 1000) then
    return false;
  end if;
  analyze public.event;
  analyze public.data_use;
  return true;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function analyze_months() returns boolean language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
begin
  if exists (select 1 from pg_stat_user_tables where schemaname = 'public' and relname = 'event' and last_analyze > clock_timestamp() - interval '7 days') then
    return false;
  end if;
  analyze public.event;
  analyze public.data_use;
  return true;
end $$;
-- +goose StatementEnd
