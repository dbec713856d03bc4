-- The phone door: tokens of call centres' programs, and the trace that a look-up by number leaves.

-- +goose Up
-- A program that files calls acts for an account: the token opens nothing that the account's roles do not.
create table api_token (
  token_hash bytea primary key check (length(token_hash) = 32),
  account    bigint not null references account (id),
  created_at timestamptz not null,
  used_at    timestamptz,
  revoked_at timestamptz
);
create index api_token_account on api_token (account);
revoke delete, truncate on api_token from huiyin_app;

-- Whoever looks up a caller by telephone number or e-mail address leaves a trace. What was looked for is kept only as the keyed hash under which cases are found.
create table lookup_use (
  seq      bigint generated always as identity primary key,
  at       timestamptz not null,
  staff_id bigint,
  role     text not null,
  unit     text not null,
  contact  bytea not null,
  found    integer not null
);
create index lookup_use_at on lookup_use (at);
revoke update, delete, truncate on lookup_use from huiyin_app;
create trigger lookup_use_append_only before update or delete on lookup_use for each row execute function history_is_append_only();
alter table lookup_use enable row level security;
alter table lookup_use force row level security;
create policy lookup_use_scope on lookup_use using (current_setting('huiyin.scope', true) in ('system','hotline'));

-- +goose Down
drop table lookup_use, api_token;
