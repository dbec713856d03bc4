-- How often what each rule says of kind, matter, place and urgency was kept by the people who looked at the case. The last row holds; the earlier ones stay to be read.
-- +goose Up
create table rule_tally (
  id       bigint generated always as identity primary key,
  at       timestamptz not null,
  tallies  jsonb not null check (jsonb_typeof(tallies) = 'object')
);
comment on column rule_tally.tallies is 'By rule, such as kind_opening: of how many cases, and how many of them kept what it said.';
revoke update, delete, truncate on rule_tally from huiyin_app;
create trigger rule_tally_append_only before update or delete on rule_tally for each row execute function history_is_append_only();

-- +goose Down
drop table rule_tally;
