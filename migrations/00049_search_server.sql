-- What a search server outside the database still has to hear, and which servers have heard of every case. Written by the follower in its own transaction, worked off by a sweep outside of any.

-- +goose Up
create table search_pending (
  case_id   uuid primary key,
  stamp     bigint not null generated always as identity,
  queued_at timestamptz not null default now(),
  taken_til timestamptz not null default '-infinity',
  tries     integer not null default 0,
  failed    text not null default ''
);
comment on column search_pending.stamp is 'Of the last change: what is sent is taken off only if nothing changed meanwhile.';
create index search_pending_next on search_pending (taken_til, queued_at);

create table search_server (
  url       text primary key,
  filled_at timestamptz,
  asked_at  timestamptz not null default now()
);
comment on table search_server is 'asked_at: when every case was put into search_pending for it; filled_at: when the server had all of them. Searches go to it from then on.';

-- +goose Down
drop table search_server, search_pending;
