-- What staff search for again and again, with what is new in it, and the trace that searches leave which name a person or take words away.

-- +goose Up
create table saved_search (
  id         bigint primary key generated always as identity,
  staff_id   bigint not null references account (id),
  name       text not null check (name <> ''),
  query      jsonb not null,
  alert      boolean not null,
  made_at    timestamptz not null,
  checked_at timestamptz not null,
  fresh      integer not null default 0,
  unique (staff_id, name)
);
comment on column saved_search.fresh is 'Cases that were filed and found since the owner last opened it, as far as checked_at.';
create index saved_search_due on saved_search (checked_at) where alert;

create table search_use (
  seq      bigint generated always as identity primary key,
  at       timestamptz not null,
  staff_id bigint,
  role     text not null,
  unit     text not null,
  way      text not null check (way in ('number','code','export')),
  key      bytea,
  asked    jsonb,
  found    integer not null,
  constraint one_of_them check ((way = 'export') = (key is null) and (way = 'export') = (asked is not null))
);
comment on table search_use is 'Who looked up a case by its number or tracking code (kept as a keyed hash), and who took a list of found cases away as a file. Telephone numbers and mail addresses are in lookup_use.';
create index search_use_at on search_use (at);
revoke update, delete, truncate on search_use from huiyin_app;
create trigger search_use_append_only before update or delete on search_use for each row execute function history_is_append_only();

-- +goose Down
drop table search_use, saved_search;
