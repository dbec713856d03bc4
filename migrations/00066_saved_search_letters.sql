-- Who keeps a search may be written to of what is new in it: with counts and a link, at the address that the person gave.

-- +goose Up
alter table saved_search add column letters text not null default 'never' check (letters in ('never','daily','at_once'));
alter table saved_search add column untold integer not null default 0;
alter table saved_search add column told_at timestamptz;
comment on column saved_search.untold is 'Cases of fresh that no letter told of yet. Opening the search on the page ends them too.';
create index saved_search_untold on saved_search (told_at) where letters <> 'never' and untold > 0;

create table staff_mail (
  staff_id bigint primary key references account (id),
  address  text not null check (address <> ''),
  set_at   timestamptz not null
);
comment on table staff_mail is 'Where staff want to be written to at work; everybody sets the own address and takes it off again.';

-- +goose Down
drop table staff_mail;
alter table saved_search drop column letters, drop column untold, drop column told_at;
