-- Drafts of the web form: what a resident typed before sending, for a day. Sealed under a key of its own; the cookie that finds it is kept only as a hash.

-- +goose Up
create table draft (
  id_hash     bytea primary key check (length(id_hash) = 32),
  wrapped_key bytea not null,
  sealed      bytea not null,
  expires_at  timestamptz not null
);
create index draft_expires on draft (expires_at);

create table draft_photo (
  id_hash bytea not null references draft (id_hash) on delete cascade,
  id      uuid not null,
  sealed  bytea not null,
  primary key (id_hash, id)
);
alter table draft_photo alter column sealed set storage external;

-- +goose Down
drop table draft_photo, draft;
