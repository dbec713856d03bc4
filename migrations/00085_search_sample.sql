-- How frequent each piece of a text is, drawn by chance from the index on cases. The database's own statistics know the three thousand most frequent pieces only: with three million cases a piece that forty thousand
-- of them have was not told from one that three have, and ten thousand texts were read where a walk through one more list would have spared them.

-- +goose Up
create table search_sample (
  one       boolean primary key default true check (one),
  drawn_at  timestamptz not null default clock_timestamp(),
  documents double precision not null,
  drawn     integer not null check (drawn > 0),
  tokens    integer[] not null,
  found     integer[] not null,
  check (cardinality(tokens) = cardinality(found))
);
comment on table search_sample is 'One row: in how many of the documents drawn each piece was found, where in more than one. It only chooses between right ways to ask; it can be deleted at any time.';
comment on column search_sample.documents is 'how many there were, as the database thought';
comment on column search_sample.tokens is 'sorted';

-- +goose Down
drop table search_sample;
