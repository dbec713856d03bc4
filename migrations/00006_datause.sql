-- Uses of residents' data, copied from the history by a follower, and their totals by day.

-- +goose Up
create table data_use (
  seq       bigint primary key,
  case_id   uuid not null references cases (id),
  at        timestamptz not null,
  actor     text not null,
  staff_id  bigint not null default 0,
  unit      text not null,
  role      text not null,
  purpose   text not null,
  basis     text not null,
  fields    text[] not null,
  automatic boolean not null,
  receiver  text not null default '',
  assigned  boolean not null
);
comment on column data_use.assigned is 'The reader''s unit, or one below it, had a part in the case then, or the hotline read it, or a machine did.';
create index data_use_case on data_use (case_id, at desc);
create index data_use_unassigned on data_use (at) where not assigned;

create table data_use_day (
  day       date not null,
  unit      text not null,
  purpose   text not null,
  automatic boolean not null,
  assigned  boolean not null,
  n         bigint not null,
  primary key (day, unit, purpose, automatic, assigned)
);

-- +goose Down
drop table data_use_day, data_use;
