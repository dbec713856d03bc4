-- Ratings of cases may be doubtful too: too many from one terminal, sooner than anybody reads, a row of five stars as a unit closes. They are counted apart, never
-- deleted, and a supervisor may clear the doubt.

-- +goose Up
alter table rating
  add column suspect     text[] not null default '{}',
  add column cleared_at  timestamptz,
  add column cleared_why text not null default '';
comment on column rating.suspect is 'Why the rating is counted apart; nothing of it stands while cleared_at is set.';
create index rating_recent on rating (at);

-- The terminals of the last two hours, as keyed hashes under the day's salt. They name no case.
create table rating_terminal (
  hash bytea not null,
  at   timestamptz not null
);
create index rating_terminal_hash on rating_terminal (hash, at);
comment on table rating_terminal is 'Which terminals sent ratings of cases in the last two hours, hashed; forgotten after that.';

alter table figure_row add column doubtful boolean not null default false;
comment on column figure_row.doubtful is 'The resident''s word is counted apart.';

-- +goose Down
alter table figure_row drop column doubtful;
drop table rating_terminal;
drop index rating_recent;
alter table rating drop column suspect, drop column cleared_at, drop column cleared_why;
