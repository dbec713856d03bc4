-- How often one sender did one thing, counted together by every process: rate limits of the pages and brakes on wrong codes.
-- Nothing here outlives a crash or reaches a standby: after either, counting begins again.
-- +goose Up
create unlogged table sender_count (
  key     text primary key,
  full_at timestamptz not null
) with (fillfactor = 50);
comment on table sender_count is 'Leaky buckets: key is a keyed hash of a sender and a purpose, full_at the moment at which all its uses are forgotten. Unlogged: a use costs no write to the disk.';

-- Counts uses of each key, as many as there is room for: each is forgotten step microseconds after the one before it, and what is remembered never exceeds room.
-- Callers give the keys in one order, so that two of them never wait for each other in a circle.
-- +goose StatementBegin
create function count_uses(keys text[], steps bigint[], rooms bigint[], uses bigint[]) returns table (granted bigint, remembered bigint) language plpgsql as $$
declare
  past  timestamptz;
  moment timestamptz;
begin
  for i in 1 .. coalesce(array_length(keys, 1), 0) loop
    select s.full_at into past from sender_count s where s.key = keys[i] for update;
    if not found then
      insert into sender_count as s (key, full_at) values (keys[i], clock_timestamp()) on conflict (key) do update set full_at = s.full_at returning s.full_at into past;
    end if;
    moment := clock_timestamp();
    remembered := greatest(0, extract(epoch from past - moment) * 1000000)::bigint;
    granted := least(uses[i], greatest(0, rooms[i] - remembered) / steps[i]);
    remembered := remembered + granted * steps[i];
    if granted > 0 then
      update sender_count s set full_at = moment + remembered * interval '1 microsecond' where s.key = keys[i];
    end if;
    return next;
  end loop;
end $$;
-- +goose StatementEnd

-- +goose Down
drop function count_uses(text[], bigint[], bigint[], bigint[]);
drop table sender_count;
