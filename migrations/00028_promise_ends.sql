-- What is late and what will be late by tonight is found without looking at what is not.

-- +goose Up
create index clock_promise on clock (due_at) where name = 'total' and met_at is null;

-- +goose Down
drop index clock_promise;
