-- What others countersigned of the public log (C2SP tlog-witness).
-- +goose Up
create table log_cosignature (
  witness    text not null,
  size       bigint not null,
  checkpoint text not null,
  line       text not null,
  at         timestamptz not null,
  primary key (witness, size)
);
comment on table log_cosignature is 'checkpoint is the signed note that line was written under.';
create index log_cosignature_size on log_cosignature (size);

-- +goose Down
drop table log_cosignature;
