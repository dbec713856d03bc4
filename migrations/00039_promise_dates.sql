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

-- Sudden growth of a topic is told once to those outside the program, and not again within a day though the topic goes by another case.
create table topic_alarm (
  id         bigint generated always as identity primary key,
  first_case uuid not null,
  cases      uuid[] not null,
  told_at    timestamptz not null
);
comment on table topic_alarm is 'Alarms of topics that were told by letter and webhook.';
alter table topic_alarm enable row level security;
alter table topic_alarm force row level security;
create policy topic_alarm_scope on topic_alarm using (current_setting('huiyin.scope', true) in ('system','hotline'));

-- Letters to offices that are about no single case. They hold no word of a resident.
create table office_letter (
  id         uuid primary key,
  key        text not null,
  address    text not null,
  title      text not null,
  body       text not null,
  other      text not null,
  open_words text not null,
  link       text not null,
  state      text not null default 'queued' check (state in ('queued','sent','failed','bounced')),
  last_error text not null default '',
  queued_at  timestamptz not null,
  sent_at    timestamptz,
  unique (key, address)
);
comment on column office_letter.key is 'What it is about; nobody gets two letters of one key.';

-- +goose Down
drop table office_letter, topic_alarm;
drop function may_call;
alter table figure_row drop column not_reached;
alter table clock drop column calendar_days, drop column months, drop column rolls;
