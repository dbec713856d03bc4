-- The index keeps what is found by sound beside what is found by writing, each under an inverted index of its own: two that are built at once take half as long as one, and most searches read the smaller one only.
-- What it holds so far lacks the sounds and the parts that counts are drawn from, so it is made anew: the follower reads the history again from its beginning (huiyin reindex is faster with very many cases).

-- +goose Up
truncate search_document;
alter table search_document add column sounds integer[] not null;
alter table search_document alter column sounds set statistics 300;
create index search_document_sounds on search_document using gin (sounds) with (fastupdate = on, gin_pending_list_limit = 1024);
delete from follower where name = 'search';

-- +goose Down
drop index search_document_sounds;
truncate search_document;
alter table search_document drop column sounds;
delete from follower where name = 'search';
