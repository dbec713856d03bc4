-- A calendar feed of a unit's limits: the address that a person gives to a calendar program. Its secret part is kept only as a hash.
-- The table carries no row-level security: the feed is read before any scope is known, as a session is.

-- +goose Up
create table calendar_feed (
  account    bigint primary key references account (id), -- one at a time: a new address ends the old one
  token_hash bytea not null unique check (length(token_hash) = 32),
  made_at    timestamptz not null
);

-- +goose Down
drop table calendar_feed;
