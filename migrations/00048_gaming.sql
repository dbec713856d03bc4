-- Runs of acts that make a unit's figures better than its work, as the watch found them, and what persons judged of them.
-- +goose Up
create table gaming_sign (
  month    integer not null,
  unit     text not null,
  pattern  text not null,
  found    integer not null check (found > 0),
  among    integer not null,
  cases    uuid[] not null,
  first_at timestamptz not null,
  last_at  timestamptz not null,
  gone_at  timestamptz,
  primary key (month, unit, pattern)
);
comment on table gaming_sign is 'A sign accuses nobody: it is judged by a person outside the unit. gone_at: the pattern is not met any more, because what it stood on was corrected.';

create table gaming_judgement (
  id       bigint generated always as identity primary key,
  month    integer not null,
  unit     text not null,
  pattern  text not null,
  verdict  text not null check (verdict in ('confirmed','explained')),
  reason   text not null check (reason <> ''),
  by       bigint not null references account (id),
  by_unit  text not null,
  found    integer not null,
  at       timestamptz not null,
  constraint outside_the_unit check (by_unit <> unit),
  foreign key (month, unit, pattern) references gaming_sign
);
comment on table gaming_judgement is 'Append only: the last one holds, the earlier ones stay. found is how many cases the sign had when it was judged.';
create index gaming_judgement_of on gaming_judgement (month, unit, pattern, id desc);
revoke update, delete, truncate on gaming_judgement from huiyin_app;
create trigger gaming_judgement_append_only before update or delete on gaming_judgement for each row execute function history_is_append_only();

-- +goose Down
drop table gaming_judgement, gaming_sign;
