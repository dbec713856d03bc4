-- Count rows, from which every published figure is summed, and the public cards of cases. Followers fill both from the history; both can be made anew from it.

-- +goose Up
create table figure_row (
  id           uuid primary key default gen_random_uuid(),
  case_id      uuid not null references cases (id),
  part         text not null check (part in ('case','leg','answer')),
  ord          integer not null,
  unit         text not null,
  district     text not null default '',
  kind         text not null,
  category     text not null default '',
  channel      text not null,
  way          text not null,
  filed        integer not null,
  opened       integer not null default 0,
  dispatched   boolean not null default false,
  due          integer not null default 0,
  replied      integer not null default 0,
  rated        integer not null default 0,
  signed       text not null default '',
  contacted    text not null default '',
  handled      text not null default '',
  original     text not null default '',
  verdict      text not null default '',
  satisfaction integer not null default 0,
  round        integer not null default 1,
  sent_back    boolean not null default false,
  returned     text not null default '',
  extensions   integer not null default 0,
  excluded     text not null default '',
  open         boolean not null default false,
  overdue      boolean not null default false,
  hours        integer not null default -1,
  due_on       date,
  unique (case_id, part, ord)
);
comment on table figure_row is 'Count rows: one for a case, one for each leg with a unit, one for each answer by the hotline itself. The number is random; months are yyyymm in the city zone.';
create index figure_row_filed on figure_row (filed);
create index figure_row_due on figure_row (due);
create index figure_row_overdue on figure_row (unit, due_on) where open and overdue and part = 'case';

create table public_card (
  case_id   uuid primary key references cases (id),
  number    text unique,
  withheld  text not null default '',
  filed_on  date not null,
  district  text not null default '',
  street    text not null default '',
  category  text not null default '',
  kind      text not null default '',
  unit      text not null default '',
  outcome   text not null default '',
  card      jsonb,
  made_at   timestamptz not null,
  constraint shown_or_withheld check ((withheld = '') = (card is not null) and (withheld <> '' or number is not null))
);
comment on table public_card is 'What the public sees of single cases, made by privacy.Publish only. A card once shown and then withheld keeps its number as a tombstone.';
create index public_card_newest on public_card (filed_on desc, number) where withheld = '';

-- +goose Down
drop table public_card, figure_row;
