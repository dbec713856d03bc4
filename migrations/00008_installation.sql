-- One row that says which key file this database belongs to.

-- +goose Up
create table installation (
  only            boolean primary key default true check (only),
  key_fingerprint text not null,
  begun_at        timestamptz not null default now()
);

-- +goose Down
drop table installation;
