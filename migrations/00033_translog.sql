-- The public append-only log: a Merkle tree over every step of every case, count row, closed month and version of the rules.
-- +goose Up
create table log_key (
  single      boolean primary key default true check (single),
  origin      text not null,
  verifier    text not null,
  wrapped_key bytea not null,
  signer      bytea not null,
  made_at     timestamptz not null
);
comment on table log_key is 'The Ed25519 key that signs checkpoints; the private half is sealed. origin names the log for ever.';

create table log_tree (
  single     boolean primary key default true check (single),
  size       bigint not null,
  root       bytea not null,
  checkpoint text not null,
  at         timestamptz not null
);

create table log_hash (
  idx  bigint primary key,
  hash bytea not null check (length(hash) = 32)
);

create table log_entry (
  idx   bigint primary key,
  type  text not null check (type in ('event','row','month','rules')),
  at    timestamptz not null,
  entry bytea not null
);
alter table log_entry alter column entry set storage main;
create index log_entry_type on log_entry (type, idx) where type <> 'event';

-- Which entry commits to which event, and the salt that opens it. The salt goes when personal data is erased; the entry stays.
create table log_event (
  seq     bigint primary key,
  idx     bigint not null unique references log_entry (idx),
  case_id uuid not null,
  salt    bytea check (length(salt) = 32)
);
create index log_event_case on log_event (case_id);
alter table log_event enable row level security;
alter table log_event force row level security;
create policy log_event_scope on log_event using (current_setting('huiyin.scope', true) = 'system');

create table log_checkpoint (
  size       bigint primary key,
  at         timestamptz not null,
  checkpoint text not null
);
comment on table log_checkpoint is 'Checkpoints that were published, at most one a minute, so that a later reader can compare.';

create trigger log_hash_append_only before update or delete on log_hash for each row execute function history_is_append_only();
create trigger log_entry_append_only before update or delete on log_entry for each row execute function history_is_append_only();
create trigger log_checkpoint_append_only before update or delete on log_checkpoint for each row execute function history_is_append_only();

-- How far the log was held against the cases, round after round, and what did not fit.
create table log_audit (
  single     boolean primary key default true check (single),
  next_idx   bigint not null default 0,
  rounds     bigint not null default 0,
  round_at   timestamptz,
  checked_at timestamptz,
  broken     bigint[] not null default '{}'
);
comment on column log_audit.broken is 'Entries that no longer open to the step that they were made of: it was changed or dropped.';
insert into log_audit default values;

-- +goose Down
drop table log_audit;
drop table log_checkpoint, log_event, log_entry, log_hash, log_tree, log_key;
