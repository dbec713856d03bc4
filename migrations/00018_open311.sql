-- Requests that came by Open311: their public numbers, and which program brought them.
-- +goose Up
create table open311_request (
  number     text primary key,
  case_id    uuid not null unique references cases (id) deferrable initially deferred,
  token_hash bytea not null unique check (length(token_hash) = 32),
  client     bigint references account (id),
  filed_at   timestamptz not null
);
comment on table open311_request is 'service_request_id of GeoReport v2: the number of the public card, whether or not there is one. client is the account whose token the program showed; null where it showed none.';
create index open311_request_client on open311_request (client, filed_at) where client is not null;
alter table open311_request enable row level security;
alter table open311_request force row level security;
create policy open311_request_scope on open311_request using (current_setting('huiyin.scope', true) = 'system');
revoke update, delete, truncate on open311_request from huiyin_app;

-- Programs ask for what was published of a matter and of a time.
create index public_card_changed on public_card (made_at) where withheld = '';

-- +goose Down
drop index public_card_changed;
drop table open311_request;
