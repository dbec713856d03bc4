-- Cases handed over to the hotlines of other cities, and taken over from them.
-- +goose Up
create table handover_key (
  single      boolean primary key default true check (single),
  code        text not null,
  public_key  bytea not null check (length(public_key) = 32),
  wrapped_key bytea not null,
  private_key bytea not null,
  made_at     timestamptz not null
);
comment on table handover_key is 'The key by which other hotlines know ours; the private half is sealed. code is how partners name us.';

create table handover_partner (
  code       text primary key,
  name       text not null,
  url        text not null,
  public_key bytea not null check (length(public_key) = 32),
  kinds      text[] not null default '{}',
  added_at   timestamptz not null
);
comment on column handover_partner.kinds is 'The kinds of case the partner takes; empty: every kind.';

create table handover_out (
  id           uuid primary key,
  case_id      uuid not null references cases (id),
  partner      text not null,
  city         text not null,
  state        text not null check (state in ('prepared','queued','received','answered','over','back')),
  made_at      timestamptz not null,
  queued_at    timestamptz,
  next_at      timestamptz,
  tries        integer not null default 0,
  last_error   text not null default '',
  wrapped_key  bytea,
  package      bytea,
  receipt_at   timestamptz,
  their_number text not null default '',
  their_due    timestamptz,
  late_at      timestamptz
);
alter table handover_out alter column package set storage external;
comment on column handover_out.package is 'What goes along, sealed; gone once the receipt is here.';
create unique index handover_out_away on handover_out (case_id) where state in ('prepared','queued','received');
create index handover_out_due on handover_out (next_at) where state = 'queued';

create table handover_in (
  partner     text not null,
  id          uuid not null,
  case_id     uuid not null references cases (id),
  received_at timestamptz not null,
  primary key (partner, id)
);
create index handover_in_case on handover_in (case_id);

create table handover_news (
  partner    text not null,
  handover   uuid not null,
  seq        bigint not null,
  case_id    uuid not null references cases (id),
  what       text not null,
  unit       text not null default '',
  at         timestamptz not null,
  next_at    timestamptz not null,
  tries      integer not null default 0,
  last_error text not null default '',
  sent_at    timestamptz,
  primary key (partner, handover, seq),
  foreign key (partner, handover) references handover_in (partner, id)
);
comment on table handover_news is 'What the city that handed a case over is told of it. The words are read when they are sent; seq is the number of the event.';
create index handover_news_due on handover_news (next_at) where sent_at is null;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['handover_out','handover_in','handover_news'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($p$create policy %1$I_scope on %1$I using (current_setting('huiyin.scope', true) in ('system','hotline'))$p$, t);
  end loop;
end $$;
-- +goose StatementEnd

-- +goose Down
drop table handover_news, handover_in, handover_out, handover_partner, handover_key;
