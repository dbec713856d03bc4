-- What is known of a message beside its bytes, which addresses take no letter, and letters to units.
-- +goose Up
alter table submission
  add column about        uuid references cases (id),
  add column auth         jsonb,
  add column settled_how  text not null default '',
  add column settled_case uuid references cases (id);
comment on column submission.about is 'For a kept message: the case whose token it carried, for the person who decides about it.';
comment on column submission.auth is 'What DKIM, SPF and DMARC told of the sender, in the words of intake/mailauth; null where nothing was checked.';
comment on column submission.settled_how is 'What a person made of a kept message: filed, attached, or dropped with the word of a reason.';
create index submission_about on submission (about, received_at) where about is not null;

-- Addresses that refuse letters for good, by keyed hash. Nothing goes there until the resident gives another.
create table mail_failing (
  recipient bytea primary key,
  status    text not null,
  since     timestamptz not null
);

-- Cases whose resident wants no more letters; the page of the case goes on telling.
create table letter_stop (
  case_id uuid primary key references cases (id) deferrable initially deferred,
  at      timestamptz not null,
  how     text not null check (how in ('page','one_click','complaint'))
);

alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check
  check (kind in ('filed','dispatched','interim','replied','answered','declined','redirected','terminated','closed','unit_case','unit_due','unit_overdue'));
alter table letter add column unit text references unit (code);
comment on column letter.unit is 'The unit that a letter goes to; null for the resident.';
alter table letter drop constraint letter_event_seq_kind_key;
create unique index letter_once on letter (event_seq, kind, coalesce(unit, ''));

-- +goose Down
delete from letter where kind like 'unit\_%';
drop index letter_once;
alter table letter drop column unit;
alter table letter add constraint letter_event_seq_kind_key unique (event_seq, kind);
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('filed','dispatched','interim','replied','answered','declined','redirected','terminated','closed'));
drop table letter_stop, mail_failing;
alter table submission drop column about, drop column auth, drop column settled_how, drop column settled_case;
