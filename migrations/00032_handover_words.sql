-- What a resident says after the case went to another city goes after it.
-- +goose Up
create table handover_word (
  handover   uuid not null references handover_out (id),
  seq        bigint not null,
  case_id    uuid not null references cases (id),
  what       text not null check (what in ('added','withdrawn')),
  at         timestamptz not null,
  next_at    timestamptz not null,
  tries      integer not null default 0,
  last_error text not null default '',
  sent_at    timestamptz,
  primary key (handover, seq)
);
comment on table handover_word is 'What the hotline that took a case over is told of its resident. The words are read when they are sent, masked; seq is the number of the event.';
create index handover_word_due on handover_word (next_at) where sent_at is null;
alter table handover_word enable row level security;
alter table handover_word force row level security;
create policy handover_word_scope on handover_word using (current_setting('huiyin.scope', true) in ('system','hotline'));

-- +goose Down
drop table handover_word;
