-- A resident's access page shows who searched for the own number: found by the keyed hash, however many searches there are.

-- +goose Up
create index lookup_use_contact on lookup_use (contact, at);
create index kept_use_at on kept_use (at);

-- +goose Down
drop index lookup_use_contact, kept_use_at;
