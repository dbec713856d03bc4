-- What the count rows say since they tell of the ledger and of tags: filled in for the cases there are.

-- +goose Up
update figure_row r set hung = true from cases c where c.id = r.case_id and r.part = 'case' and c.state = 'hung_up';
update figure_row r set tags = c.tags from cases c where c.id = r.case_id and r.part = 'case' and c.tags <> '{}';

-- Staff look for the cases with a tag.
create index cases_tags on cases using gin (tags) where tags <> '{}';

-- +goose Down
drop index cases_tags;
update figure_row set hung = false, tags = '{}' where hung or tags <> '{}';
