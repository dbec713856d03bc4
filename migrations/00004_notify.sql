-- Letters to residents, and the marks by which an answer or a bounce finds the way back to its case.
-- The address is never here: the worker reveals it from person at the moment of sending, and that use stands in the history.

-- +goose Up
-- Bearer tokens of the reply addresses (12345+TOKEN@city) by keyed hash; token tables carry no row-level security.
create table mail_token (
  token_hash bytea primary key,
  case_id    uuid not null references cases (id) deferrable initially deferred
);

create table letter (
  id         uuid primary key,
  case_id    uuid not null references cases (id) deferrable initially deferred,
  event_seq  bigint not null,
  round      integer not null,
  kind       text not null check (kind in ('filed','dispatched','interim','replied','answered','declined','redirected','terminated','closed')),
  state      text not null check (state in ('queued','sent','failed','bounced','suppressed')),
  why        text not null default '',
  recipient  bytea,
  attempts   integer not null default 0,
  last_error text not null default '',
  queued_at  timestamptz not null,
  sent_at    timestamptz,
  unique (event_seq, kind)
);
comment on column letter.recipient is 'Keyed hash of the address, for the daily cap; null after erasure.';
comment on column letter.why is 'Why a letter was suppressed or bounced: a stable word.';
create index letter_case on letter (case_id, queued_at);
create index letter_recipient on letter (recipient, queued_at) where recipient is not null;

-- +goose Down
drop table letter, mail_token;
