-- The count rows say how many units had a case before one answered, and what the check of replies pointed at in the answer: both are public figures.

-- +goose Up
alter table figure_row
  add column hops  integer not null default 0 check (hops between 0 and 3),
  add column flags text not null default '';
comment on column figure_row.hops is 'Of a unit''s turn: the how many-th unit it was that had the case in this round; 3 stands for three and more. 0 where it is no turn of a unit.';
comment on column figure_row.flags is 'Of a unit''s answer: what the check of replies pointed at, with commas between.';
-- The follower of the figures reads the history again from the start, and fills the columns; pages stay as they are meanwhile.
update follower set xid = '0', seq = 0 where name = 'figures';

-- When each channel brought cases, by the day: what tells whether a channel fell silent. It says nothing of a case.
create table channel_day (
  channel text not null,
  day     date not null,
  cases   integer not null check (cases > 0),
  primary key (channel, day)
);
comment on table channel_day is 'Cases filed on a day by each channel, kept by the follower "channels".';

-- +goose Down
drop table channel_day;
delete from follower where name = 'channels';
alter table figure_row drop column hops, drop column flags;
