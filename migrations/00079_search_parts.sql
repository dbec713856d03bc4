-- The index keeps district and matter of a case as one label too, and belongs to smaller parts of all documents: what a search with both reads, and what a count reads, no longer grows with the number of cases.
-- What it holds so far lacks them, so it is made anew: the follower reads the history again from its beginning (huiyin reindex is faster with very many cases).

-- +goose Up
truncate search_document;
delete from follower where name = 'search';

-- +goose Down
truncate search_document;
delete from follower where name = 'search';
