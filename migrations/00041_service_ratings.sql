-- Ratings of any service (政务服务“好差评”), not only of cases: where it is given, the item that was handled, and what the resident said.
-- +goose Up
create table service_point (
  code       text primary key check (code ~ '^[a-z0-9]{4,20}$'),
  unit       text not null references unit (code),
  kind       text not null check (kind in ('window','hall','phone','web','terminal')),
  name_zh    text not null,
  name_en    text not null,
  place_zh   text not null default '',
  place_en   text not null default '',
  closes     integer not null default 1020 check (closes between 1 and 1440),
  opened_at  timestamptz not null,
  opened_by  bigint,
  closed_at  timestamptz
);
comment on column service_point.closes is 'Minute of the day at which it closes: five stars in a row just before are looked at.';
create index service_point_unit on service_point (unit);

-- One handled item and round has one rating (一事一评): its token names this row.
create table service_item (
  id         uuid primary key,
  point      text not null references service_point (code),
  unit       text not null,
  number     text not null,
  round      integer not null default 1 check (round > 0),
  matter     text not null default '',
  channel    text not null check (channel in ('window','hall','phone','web','terminal','letter','sms','api')),
  issued_at  timestamptz not null,
  issued_by  bigint,
  expires_at timestamptz not null,
  request    bytea,
  unique (unit, number, round)
);
create unique index service_item_request on service_item (issued_by, request) where request is not null;
create index service_item_issued on service_item (issued_at);

-- What the resident says now. Only the masked copy of the words stays. sealed holds name, telephone and the words as they were written, from a bad rating under
-- the resident's name until its case is opened, which has them from then on; otherwise they are not kept at all.
create table service_opinion (
  id           uuid primary key,
  point        text not null references service_point (code),
  unit         text not null,
  item         uuid unique references service_item (id),
  channel      text not null check (channel in ('poster','link','window','sms','letter','phone','terminal','api')),
  level        integer not null check (level between 1 and 5),
  tags         text[] not null default '{}',
  tag_set      text not null,
  body         text not null default '',
  wrapped_key  bytea,
  sealed       bytea,
  real_name    boolean not null,
  given_at     timestamptz not null,
  changed_at   timestamptz not null,
  version      integer not null default 1,
  device       bytea,
  suspect      text[] not null default '{}',
  cleared_at   timestamptz,
  cleared_by   bigint,
  cleared_why  text not null default '',
  seen_at      timestamptz,
  seen_by      bigint,
  case_id      uuid references cases (id) deferrable initially deferred,
  constraint bad_names_a_tag check (level > 2 or cardinality(tags) > 0),
  constraint cleared_with_reason check ((cleared_at is null) = (cleared_why = ''))
);
create index service_opinion_unit on service_opinion (unit, given_at);
create index service_opinion_point on service_opinion (point, given_at);
create index service_opinion_device on service_opinion (device, given_at) where device is not null;
create index service_opinion_unrouted on service_opinion (given_at) where level <= 2 and real_name and case_id is null;
create index service_opinion_unseen on service_opinion (given_at) where level <= 2 and not real_name and seen_at is null;
create index service_opinion_suspect on service_opinion (given_at) where suspect <> '{}' and cleared_at is null;
create index service_opinion_case on service_opinion (case_id) where case_id is not null;

-- What was said before it was changed within the day.
create table service_opinion_before (
  opinion     uuid not null references service_opinion (id),
  version     integer not null,
  at          timestamptz not null,
  level       integer not null,
  tags        text[] not null,
  tag_set     text not null,
  body        text not null,
  primary key (opinion, version)
);

-- What happened to each rating, in order, without a word or a person: whoever follows the ratings reads this. Append only, as the history of cases.
create table service_rating (
  seq       bigint generated always as identity primary key,
  xid       xid8 not null default pg_current_xact_id(),
  rating    uuid not null,
  at        timestamptz not null,
  step      text not null check (step in ('given','changed','suspected','cleared','routed','seen')),
  point     text not null,
  unit      text not null,
  kind      text not null,
  channel   text not null,
  walk_by   boolean not null,
  level     integer not null,
  tags      text[] not null,
  tag_set   text not null,
  real_name boolean not null,
  suspect   text[] not null default '{}',
  version   integer not null,
  staff_id  bigint
);
create index service_rating_order on service_rating (xid, seq);
create index service_rating_of on service_rating (rating, seq);
revoke update, delete, truncate on service_rating from huiyin_app;
create trigger service_rating_append_only before update or delete on service_rating for each row execute function history_is_append_only();
revoke update, delete, truncate on service_opinion_before from huiyin_app;
revoke delete, truncate on service_opinion, service_item from huiyin_app;

-- The scope decides: the hotline sees all, a unit what was said of its own points.
alter table service_opinion enable row level security;
alter table service_opinion force row level security;
create policy service_opinion_scope on service_opinion using (
  case current_setting('huiyin.scope', true)
    when 'system' then true
    when 'hotline' then true
    when 'unit' then unit = any (nullif(current_setting('huiyin.units', true), '')::text[])
    else false
  end);
alter table service_opinion_before enable row level security;
alter table service_opinion_before force row level security;
create policy service_opinion_before_scope on service_opinion_before using (exists (select 1 from service_opinion o where o.id = service_opinion_before.opinion));

-- +goose Down
drop table service_rating, service_opinion_before, service_opinion, service_item, service_point;
