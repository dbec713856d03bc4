-- Staff accounts, their sessions and the guard of the sign-in. These tables carry no row-level security: staff reads them before any scope is known.

-- +goose Up
create table account (
  id            bigint generated always as identity primary key,
  login         text not null unique check (login = lower(login) and login ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
  name          text not null check (name <> ''),
  password_hash text not null,
  unit          text not null references unit (code),
  roles         text[] not null default '{}',
  must_change   boolean not null default false,
  created_at    timestamptz not null,
  last_seen_at  timestamptz,
  disabled_at   timestamptz
);
comment on table account is 'People who work here. An account is disabled, never deleted: the history names it.';

create table session (
  token_hash bytea primary key check (length(token_hash) = 32),
  account    bigint not null references account (id),
  csrf       text not null,
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  expires_at timestamptz not null
);
create index session_account on session (account);
create index session_expiry on session (expires_at);

-- A row stands before the password is looked at, so that parallel guesses count too. The keys are hashes: people type passwords into the login field.
create table sign_in_attempt (
  id    bigint generated always as identity primary key,
  login bytea not null,
  peer  bytea not null,
  at    timestamptz not null,
  ok    boolean not null default false
);
create index sign_in_attempt_login on sign_in_attempt (login, at);
create index sign_in_attempt_peer on sign_in_attempt (peer, at);
create index sign_in_attempt_at on sign_in_attempt (at);

-- Who changed what on an account: append only. changed_by is null for the command line.
create table account_history (
  seq        bigint generated always as identity primary key,
  at         timestamptz not null,
  account    bigint not null references account (id),
  changed_by bigint references account (id),
  change     text not null check (change in ('added','password','roles','disabled','enabled')),
  roles      text[] not null default '{}'
);
create index account_history_account on account_history (account, seq);
revoke update, delete, truncate on account_history from huiyin_app;
revoke delete, truncate on account from huiyin_app;
create trigger account_history_append_only before update or delete on account_history for each row execute function history_is_append_only();

-- +goose Down
drop table account_history, sign_in_attempt, session, account;
