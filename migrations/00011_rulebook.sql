-- The rulebook: every version of a city's files, and the drafts that become one. Version 0 of a file is the one that comes with the program or stands in HUIYIN_CITY.
-- The history of accounts also says where a person worked since.

-- +goose Up
create table rule_draft (
  id        bigint generated always as identity primary key,
  name      text not null check (name ~ '^[a-z][a-z0-9-]{0,39}\.(csv|yaml|json)$'),
  base      integer not null check (base >= 0),
  content   text not null,
  note      text not null check (note <> ''),
  author    bigint not null references account (id),
  at        timestamptz not null,
  outcome   text check (outcome in ('in_force','discarded','replaced')),
  ended_at  timestamptz,
  ended_by  bigint references account (id),
  constraint ended_by_somebody check ((outcome is null) = (ended_at is null) and (outcome is null) = (ended_by is null))
);
comment on column rule_draft.base is 'Version in force when the draft was begun; a draft whose file has moved on since is not put in force.';
create unique index rule_draft_open on rule_draft (name) where outcome is null;
revoke delete, truncate on rule_draft from huiyin_app;

create table rule_version (
  edition   bigint generated always as identity primary key,
  name      text not null,
  version   integer not null check (version >= 1),
  content   text not null,
  note      text not null,
  author    bigint not null references account (id),
  confirmer bigint not null references account (id),
  reason    text not null default '',
  drafted_at timestamptz not null,
  at        timestamptz not null,
  unique (name, version),
  constraint two_persons check (author <> confirmer or reason <> '')
);
comment on table rule_version is 'Append only. The highest version of a name is in force since its time; the highest edition says whether anything changed.';
revoke update, delete, truncate on rule_version from huiyin_app;
create trigger rule_version_append_only before update or delete on rule_version for each row execute function history_is_append_only();

alter table account_history add column unit text not null default '';
alter table account_history drop constraint account_history_change_check;
alter table account_history add constraint account_history_change_check check (change in ('added','password','roles','unit','disabled','enabled'));

-- +goose Down
alter table account_history drop constraint account_history_change_check;
alter table account_history add constraint account_history_change_check check (change in ('added','password','roles','disabled','enabled')) not valid;
alter table account_history drop column unit;
drop table rule_version, rule_draft;
