-- One master and everybody who complained: a letter about the master goes to each of them, and the same words sent twice are found.
-- +goose Up
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check
  check (kind in ('filed','again','joined','parted','dispatched','interim','replied','answered','declined','redirected','terminated','closed','unit_case','unit_due','unit_overdue'));
drop index letter_once;
create unique index letter_once on letter (event_seq, case_id, kind, coalesce(unit, ''));

alter table person add column words_hash bytea;
comment on column person.words_hash is 'Keyed hash of what was written, so that the same words by the same person are found without being read; null after erasure.';
create index person_words on person (words_hash) where words_hash is not null;
create index cases_same_place on cases (territory, category, filed_at) where territory <> '' and category <> '';

-- +goose Down
drop index cases_same_place;
drop index person_words;
alter table person drop column words_hash;
delete from letter where kind in ('again','joined','parted');
delete from letter a using letter b where a.event_seq = b.event_seq and a.kind = b.kind and coalesce(a.unit, '') = coalesce(b.unit, '') and a.id > b.id;
drop index letter_once;
create unique index letter_once on letter (event_seq, kind, coalesce(unit, ''));
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check
  check (kind in ('filed','dispatched','interim','replied','answered','declined','redirected','terminated','closed','unit_case','unit_due','unit_overdue'));
