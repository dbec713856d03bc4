-- A resident's rating of a case names fixed tags, may be changed for a day, and says nothing of the solution where a letter said nothing of it.
-- +goose Up
alter table rating
  add column tags       text[] not null default '{}',
  add column tag_set    text not null default '',
  add column changed_at timestamptz,
  add column version    integer not null default 1;
alter table rating drop constraint rating_solved_check;
alter table rating add constraint rating_solved_check check (solved in ('', 'yes', 'partly', 'no'));
comment on column rating.at is 'When the round was rated first; changed_at: when the resident last said something else.';

create table rating_before (
  case_id      uuid not null references cases (id),
  round        integer not null,
  version      integer not null,
  at           timestamptz not null,
  channel      text not null,
  solved       text not null,
  satisfaction integer not null,
  tags         text[] not null,
  tag_set      text not null,
  body         text not null,
  sealed       bytea,
  primary key (case_id, round, version)
);
comment on table rating_before is 'What was said before it was changed. The words go with the key of the case.';
revoke delete, truncate on rating_before from huiyin_app;
alter table rating_before enable row level security;
alter table rating_before force row level security;
create policy rating_before_scope on rating_before using (
  current_setting('huiyin.scope', true) in ('system','hotline')
  or (current_setting('huiyin.scope', true) in ('unit','case') and exists (select 1 from cases c where c.id = rating_before.case_id)));

-- +goose Down
drop table rating_before;
alter table rating drop column tags, drop column tag_set, drop column changed_at, drop column version;
alter table rating drop constraint rating_solved_check;
alter table rating add constraint rating_solved_check check (solved in ('', 'yes', 'partly', 'no')) not valid;
