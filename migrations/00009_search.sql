-- The embedded search index: one row a case, made from masked words only, by a follower; it can be made anew at any time (huiyin reindex).
-- It carries no row-level security, since a policy keeps the index on tokens from being used: only package search reads it, and what it finds is read again from the protected table.

-- +goose Up
create table search_document (
  case_id   uuid primary key,
  version   integer not null,
  filed_at  timestamptz not null,
  state     text not null,
  kind      text not null,
  category  text not null default '',
  district  text not null default '',
  lead_unit text not null default '',
  parties   text[] not null default '{}',
  title     text not null,
  body      text not null,
  tokens    integer[] not null
) with (fillfactor = 85, toast_tuple_target = 4080);
comment on table search_document is 'Index, not data: folded masked words and hashed pieces of them. Never shown, never a source.';
comment on column search_document.body is 'Every searched word, the title among them.';
alter table search_document alter column tokens set statistics 300;
-- State, kind and lead stay out of every index, so that most steps of a case leave the tokens untouched (heap-only updates).
create index search_document_tokens on search_document using gin (tokens) with (fastupdate = on, gin_pending_list_limit = 1024);
create index search_document_newest on search_document (filed_at desc, case_id desc);

-- +goose Down
drop table search_document;
