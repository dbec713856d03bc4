-- One row that says which key file this database belongs to.

-- +goose Up
create table installation (
  single          boolean primary key default true check (single),
  key_fingerprint text not null,
  begun_at        timestamptz not null default now()
);

-- +goose Down
drop table installation;
