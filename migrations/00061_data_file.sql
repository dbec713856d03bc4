-- +goose Up
create table data_file (
  set_key   text not null,
  period    text not null,
  format    text not null,
  snapshot  text not null,
  rows      bigint not null,
  bytes     bigint not null,
  sha256    bytea not null check (length(sha256) = 32),
  made_at   timestamptz not null,
  looked_at timestamptz not null,
  primary key (set_key, period, format)
);
comment on table data_file is 'Size and digest of files of open data, as they come out while the rows stand as the snapshot names them. The files are made anew for each reader.';

-- +goose Down
drop table data_file;
