-- From which network good ratings come: many of one unit from one network within an hour are a sign for the watch, and no more than that.
-- +goose Up
create table rating_network (
  subject uuid not null,
  round   integer not null,
  unit    text not null,
  network bytea,
  at      timestamptz not null,
  crowd   boolean not null default false,
  primary key (subject, round)
);
comment on table rating_network is 'subject: a case or a rating of a service. network is a keyed hash under the salt of the day and is forgotten within two hours; only the mark of a run stays.';
create index rating_network_run on rating_network (unit, network, at) where network is not null;
create index rating_network_crowd on rating_network (at) where crowd;

-- +goose Down
drop table rating_network;
