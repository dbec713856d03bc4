-- Ratings of services are found by their words, as cases are.
-- +goose Up
alter table service_opinion add column words integer[];
comment on column service_opinion.words is 'Tokens of the masked words, the tags, the point and the unit, as the index of cases has them; null until a sweep has read it.';
create index service_opinion_words on service_opinion using gin (words) with (fastupdate = on);
create index service_opinion_wordless on service_opinion (given_at) where words is null;

-- +goose Down
drop index service_opinion_wordless, service_opinion_words;
alter table service_opinion drop column words;
