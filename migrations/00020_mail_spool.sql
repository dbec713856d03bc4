-- Mail that came faster than cases can be made of it: durable and acknowledged, filed as soon as the rush is over.
-- +goose Up
create table mail_spool (
  key         bytea primary key check (length(key) = 32),
  received_at timestamptz not null,
  tries       integer not null default 0,
  wrapped_key bytea not null,
  envelope    bytea not null,
  raw         bytea not null
);
alter table mail_spool alter column raw set storage external;
create index mail_spool_order on mail_spool (tries, received_at);
comment on table mail_spool is 'Sealed like every raw message, each under a key of its own; a row goes when its message stands as a case or in the list of kept ones.';

-- +goose Down
drop table mail_spool;
