-- What the resident of a merged case said of the answer counts for the unit that gave it: the follower of the figures reads the history again from the start; pages stay as they are meanwhile.

-- +goose Up
update follower set xid = '0', seq = 0 where name = 'figures';

-- +goose Down
update follower set xid = '0', seq = 0 where name = 'figures';
