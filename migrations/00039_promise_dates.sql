-- Limits that a law counts in calendar days or months keep what they were counted by, so that they can be counted anew; and whoever could not be reached
-- by as many calls as the city makes is counted apart.
-- +goose Up
alter table clock add column calendar_days integer check (calendar_days > 0), add column months integer check (months > 0), add column rolls boolean not null default false;
alter table figure_row add column not_reached boolean not null default false;
comment on column figure_row.not_reached is 'The resident was called as often as the city calls, was not reached, and has not said a word.';

-- may_call tells whether somebody who was called in vain at some moments may be called now: not as often as most yet, and at another hour of the day, apart
-- from each of them by so many seconds on the clock face.
-- +goose StatementBegin
create function may_call(tries timestamptz[], most integer, apart bigint, at timestamptz) returns boolean language sql immutable parallel safe as $$
	select cardinality(tries) < most and not exists (select 1 from unnest(tries) x, mod(greatest(extract(epoch from at - x), 0)::bigint, 86400) as gap where least(gap, 86400 - gap) < apart)
$$;
-- +goose StatementEnd

-- +goose Down
drop function may_call;
alter table figure_row drop column not_reached;
alter table clock drop column calendar_days, drop column months, drop column rolls;
