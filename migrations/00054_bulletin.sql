-- What the city says in words of its own: themes of the month (每月一题) and typical cases (典型案例). Nothing is public by the word of one person.

-- +goose Up
create table bulletin (
  id           bigint generated always as identity primary key,
  kind         text not null check (kind in ('theme','typical')),
  slug         text not null check (slug ~ '^[0-9a-z][0-9a-z-]{0,31}$'),
  version      integer not null check (version > 0),
  content      jsonb not null,
  drafted_by   bigint not null references account (id),
  drafted_at   timestamptz not null,
  published_by bigint references account (id),
  published_at timestamptz,
  down_by      bigint references account (id),
  down_at      timestamptz,
  down_zh      text not null default '',
  down_en      text not null default '',
  unique (kind, slug, version),
  constraint two_persons check (published_by <> drafted_by),
  constraint published_whole check ((published_by is null) = (published_at is null)),
  constraint down_whole check ((down_by is null) = (down_at is null) and (down_at is null or published_at is not null and down_zh <> '' and down_en <> ''))
);
comment on table bulletin is 'Each version is drafted by one person and published by another. What was published is never changed: a correction is a further version, a withdrawal leaves its reason.';
create index bulletin_public on bulletin (kind, published_at desc) where published_at is not null;
create unique index bulletin_one_draft on bulletin (kind, slug) where published_at is null;

-- +goose StatementBegin
create function bulletin_stays() returns trigger language plpgsql as $$
begin
  if old.published_at is not null and (new.content, new.kind, new.slug, new.version, new.drafted_by, new.drafted_at, new.published_by, new.published_at)
      is distinct from (old.content, old.kind, old.slug, old.version, old.drafted_by, old.drafted_at, old.published_by, old.published_at)
      or old.down_at is not null then
    raise exception 'what was published is never changed';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger bulletin_stays before update on bulletin for each row execute function bulletin_stays();
-- +goose StatementBegin
create function bulletin_kept() returns trigger language plpgsql as $$
begin
  if old.published_at is not null then
    raise exception 'what was published is never deleted';
  end if;
  return old;
end $$;
-- +goose StatementEnd
create trigger bulletin_kept before delete on bulletin for each row execute function bulletin_kept();
revoke truncate on bulletin from huiyin_app;

-- +goose Down
drop table bulletin;
drop function bulletin_stays;
drop function bulletin_kept;
