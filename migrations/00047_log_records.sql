-- What enters the public log beside the steps of cases: uses of personal data, ratings of services, models, tombstones, and the daily figures of the month
-- under way.
-- +goose Up
alter table log_entry drop constraint log_entry_type_check;
alter table log_entry add constraint log_entry_type_check check (type in ('event','row','month','rules','use','rating','model','tombstone','change','day'));

create table log_source (
  name text primary key,
  pos  bigint not null
);
comment on column log_source.pos is 'How far the source was read; late commits are looked for a while behind it.';

-- Which entry says what of which record, and the salt that opens it; a record that stands in clear has none. The salt goes when the case is erased.
create table log_record (
  idx     bigint primary key references log_entry (idx),
  source  text not null,
  id      text not null,
  digest  bytea not null check (length(digest) = 32),
  case_id uuid,
  clear   boolean not null,
  salt    bytea check (length(salt) = 32),
  constraint salted_or_clear check (not clear or salt is null)
);
create index log_record_id on log_record (source, id, idx desc);
create index log_record_case on log_record (case_id) where case_id is not null;
alter table log_record enable row level security;
alter table log_record force row level security;
create policy log_record_scope on log_record using (current_setting('huiyin.scope', true) = 'system');

alter table log_audit add column next_record bigint not null default 0, add column records jsonb not null default '[]';
comment on column log_audit.records is 'Entries that no longer open to the record that they were made of, each with its source.';

create index public_card_made on public_card (made_at);

-- The other key that signs checkpoints: SM2, after GB/T 32918. The private half is sealed.
alter table log_key add column sm2_public bytea, add column sm2_sealed bytea;

-- Daily figures of the month under way: their public changes stand in the log, their reports here.
create table month_day (
  month     integer not null,
  day       date not null,
  at        timestamptz not null,
  cells     integer not null,
  entry_idx bigint not null references log_entry (idx),
  report    bytea not null,
  primary key (month, day)
);
comment on column month_day.day is 'The last whole day that the figures tell of.';
create trigger month_day_append_only before update or delete on month_day for each row execute function history_is_append_only();

-- What the daily figures have told of each count row: what is not told yet is the difference to the row as it stands.
create table month_told (
  month integer not null,
  row   uuid not null,
  told  bytea not null,
  primary key (month, row)
);

-- +goose Down
drop table month_told, month_day;
alter table log_key drop column sm2_public, drop column sm2_sealed;
drop index public_card_made;
alter table log_audit drop column next_record, drop column records;
drop table log_record, log_source;
