-- What became of the proposals of a model is counted from the dispatches since it was switched on.

-- +goose Up
create index event_dispatch on event (at) where step = 'dispatch';

-- +goose Down
drop index event_dispatch;
