-- Which versions of the city's rules stand in the public log.
-- +goose Up
create table log_rule (
  name    text not null,
  version integer not null,
  sha256  bytea not null check (length(sha256) = 32),
  idx     bigint not null references log_entry (idx),
  primary key (name, version, sha256)
);

-- +goose Down
drop table log_rule;
