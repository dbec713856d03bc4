-- Hot topics: what many residents write about at once, found anew every ten minutes.
-- +goose Up
create table topic (
  first_case uuid primary key references cases (id) on delete cascade,
  found_at   timestamptz not null,
  title      text not null,
  place      text not null,
  category   text not null,
  territory  text not null,
  size       integer not null,
  people     integer not null,
  lately     integer not null,
  usual      double precision not null,
  heat       double precision not null,
  from_at    timestamptz not null,
  to_at      timestamptz not null,
  alarmed_at timestamptz
);
comment on table topic is 'Cases of the last thirty days that are about one matter at one place. It is known by its oldest case. title is a sentence of a masked copy. lately: cases of the newest day; usual: cases a day before that.';
create table topic_case (
  first_case uuid not null references topic (first_case) on delete cascade,
  case_id    uuid primary key references cases (id) on delete cascade
);
create index topic_case_of on topic_case (first_case);
alter table topic enable row level security;
alter table topic force row level security;
alter table topic_case enable row level security;
alter table topic_case force row level security;
create policy topic_scope on topic using (current_setting('huiyin.scope', true) in ('system','hotline'));
create policy topic_case_scope on topic_case using (current_setting('huiyin.scope', true) in ('system','hotline'));

-- What the check pointed at in the replies of each unit is counted over a time.
create index event_reply on event (at) where step = 'reply';

-- +goose Down
drop index event_reply;
drop table topic_case;
drop table topic;
