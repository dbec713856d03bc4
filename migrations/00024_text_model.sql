-- The models that were trained on the city's own cases, and who decided which of them helps to propose units and whether it may send cases without a person.
-- Both tables take inserts only: the latest decision holds, and the earlier ones stay to be read.

-- +goose Up
create table text_model (
  id          bigint generated always as identity primary key,
  made_at     timestamptz not null,
  made_by     bigint references account (id),
  card        jsonb not null,
  comparison  jsonb not null,
  body        bytea not null check (octet_length(body) between 1 and 268435456)
);
comment on column text_model.card is 'What it was made of and how well it does, as published.';
comment on column text_model.comparison is 'How it would have proposed for the cases of the latest weeks, beside the rules and the model that was in use.';
comment on column text_model.made_by is 'Empty: made by a command at the machine.';
alter table text_model alter column body set storage external;
revoke update, delete, truncate on text_model from huiyin_app;
create trigger text_model_append_only before update or delete on text_model for each row execute function history_is_append_only();

create table text_model_switch (
  id      bigint generated always as identity primary key,
  model   bigint references text_model (id),
  alone   boolean not null,
  reason  text not null check (reason <> ''),
  by      bigint not null references account (id),
  at      timestamptz not null,
  constraint only_a_model_goes_alone check (model is not null or not alone)
);
comment on table text_model_switch is 'Append only. The last row holds: which model helps to propose (none: the rules alone) and whether what it is sure of is sent without a person.';
revoke update, delete, truncate on text_model_switch from huiyin_app;
create trigger text_model_switch_append_only before update or delete on text_model_switch for each row execute function history_is_append_only();

-- +goose Down
drop table text_model_switch, text_model;
