-- The knowledge base: answers that residents and staff find, each with an owner, a legal basis, days from and until which it holds, and its versions.
-- +goose Up
create table article (
  id         bigint generated always as identity primary key,
  code       text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
  owner      text not null references unit (code),
  shown      integer,
  created_at timestamptz not null
);
comment on column article.shown is 'The version that is published; null where none is.';

create table article_version (
  article      bigint not null references article (id),
  version      integer not null check (version > 0),
  state        text not null check (state in ('draft','reviewed','published','replaced','withdrawn')),
  category     text not null default '',
  title_zh     text not null,
  title_en     text not null,
  asked_zh     text[] not null,
  asked_en     text[] not null,
  body_zh      text not null,
  body_en      text not null,
  basis_zh     text not null,
  basis_en     text not null,
  link         text not null default '',
  valid_from   date not null,
  expires_on   date,
  review_on    date not null,
  note         text not null default '',
  written_by   bigint,
  written_at   timestamptz not null,
  reviewed_by  bigint,
  reviewed_at  timestamptz,
  published_by bigint,
  published_at timestamptz,
  ended_at     timestamptz,
  primary key (article, version),
  check (expires_on is null or expires_on >= valid_from),
  constraint second_person check (published_by is null or written_by is null or published_by <> written_by),
  constraint published_whole check (state in ('draft','reviewed') or published_at is not null)
);
comment on table article_version is 'What an article said, version by version. What was published once is never changed.';
create unique index article_one_published on article_version (article) where state = 'published';
create unique index article_one_draft on article_version (article) where state in ('draft','reviewed');
alter table article add constraint article_shown foreign key (id, shown) references article_version (article, version) deferrable initially deferred;

-- +goose StatementBegin
create function article_version_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.state in ('draft','reviewed') then
    return old;
  end if;
  if tg_op = 'DELETE' or (old.state not in ('draft','reviewed') and (new.title_zh, new.title_en, new.asked_zh, new.asked_en, new.body_zh, new.body_en, new.basis_zh, new.basis_en, new.link, new.valid_from, new.expires_on, new.written_by, new.published_by)
      is distinct from (old.title_zh, old.title_en, old.asked_zh, old.asked_en, old.body_zh, old.body_en, old.basis_zh, old.basis_en, old.link, old.valid_from, old.expires_on, old.written_by, old.published_by)) then
    raise exception 'what was published stays as it was: a change is a new version';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger article_version_stays before update or delete on article_version for each row execute function article_version_stays();

create table article_term (
  token   integer not null,
  article bigint not null references article (id) on delete cascade,
  weight  real not null,
  primary key (token, article)
);
create index article_term_article on article_term (article);
comment on table article_term is 'The words of published articles, hashed as the search does it: heavier in titles and questions.';

create table article_count (
  article    bigint not null references article (id),
  version    integer not null,
  day        date not null,
  who        text not null check (who in ('resident','staff')),
  helped     integer not null default 0,
  not_helped integer not null default 0,
  used       integer not null default 0,
  primary key (article, version, day, who)
);
comment on table article_count is 'How often an article was said to answer the question, or not to, and how often it went into an answer. Nothing is known of who said so.';

-- +goose Down
drop table article_count, article_term;
alter table article drop constraint article_shown;
drop table article_version, article;
drop function article_version_stays();
