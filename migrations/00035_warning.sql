-- Early warning (信息安全预警): what is unusual about reading personal data, and what the privacy officer found it to be.
-- +goose Up
create table warning (
  id        bigint generated always as identity primary key,
  key       text not null unique,
  rule      text not null check (rule in ('bulk','idle','many_readers','sealed','search','off_hours','export','dormant','new_network')),
  at        timestamptz not null,
  raised_at timestamptz not null,
  staff_id  bigint references account (id),
  unit      text not null default '',
  case_id   uuid references cases (id),
  measure   integer not null,
  verdict   text not null default '' check (verdict in ('','harmless','misuse')),
  judged_at timestamptz,
  judged_by bigint references account (id),
  note      text not null default '',
  told_authority_at timestamptz,
  told_persons_at   timestamptz,
  constraint judged_whole check ((verdict = '') = (judged_at is null))
);
comment on table warning is 'One row for a pattern, a person and an hour or day. measure is the number that crossed its limit. The last two are the duties after a leak (PIPL 57).';
create index warning_open on warning (raised_at) where verdict = '';
create index warning_at on warning (at);
create index event_use_staff on event (staff_id, at) where step = 'use';

-- From which networks an account was used, by keyed hash, and when it slept long before it was used again.
create table account_network (
  account  bigint not null references account (id),
  peer     bytea not null,
  first_at timestamptz not null,
  last_at  timestamptz not null,
  primary key (account, peer)
);
create index account_network_first on account_network (first_at);
alter table account add column slept_since timestamptz;
comment on column account.slept_since is 'When the account was last used before it woke after a long rest; null where it never rested long.';

-- +goose Down
alter table account drop column slept_since;
drop table account_network;
drop index event_use_staff;
drop table warning;
