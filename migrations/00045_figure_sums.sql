-- What pages of figures read: the sums of the count rows by month, kept by the follower that keeps the rows, so that a page reads as much of a city with a
-- million cases as of one with ten thousand. The sums are made by the same judgement of the same rows as every other figure, and can be made anew from them.

-- +goose Up
create table figure_sum (
  scope text not null,
  part  text not null check (part in ('whole', 'parts')),
  month integer not null,
  sums  text not null,
  primary key (scope, part, month)
);
comment on table figure_sum is 'Sums of count rows: of the city, of one unit ("unit X") or of one district ("district D"), in one month (yyyymm; 0 for what stands now).';
create table figure_sum_made (
  single boolean primary key default true check (single),
  under  text not null
);
comment on column figure_sum_made.under is 'The definitions by which the sums were made; other ones need them made anew.';

-- The earliest broken promise of each unit in a district.
create index figure_row_overdue_district on figure_row (unit, district, due_on) where open and overdue and part = 'case';

-- How many cards there are under each reason, and the newest cards of what people narrow by.
create table card_tally (
  withheld text primary key,
  n        bigint not null
);
insert into card_tally select withheld, count(*) from public_card group by withheld;
-- +goose StatementBegin
create function card_tallied() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    update card_tally set n = n - 1 where withheld = old.withheld;
  end if;
  if tg_op <> 'DELETE' then
    insert into card_tally as t (withheld, n) values (new.withheld, 1) on conflict (withheld) do update set n = t.n + 1;
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger card_counted after insert or delete on public_card for each row execute function card_tallied();
create trigger card_recounted after update of withheld on public_card for each row when (old.withheld <> new.withheld) execute function card_tallied();
create index public_card_district on public_card (district, filed_on desc, number) where withheld = '';
create index public_card_street on public_card (street, filed_on desc, number) where withheld = '';
create index public_card_category on public_card (category text_pattern_ops, filed_on desc, number) where withheld = '';
create index public_card_unit on public_card (unit, filed_on desc, number) where withheld = '';
create index public_card_outcome on public_card (outcome, filed_on desc, number) where withheld = '';
create index public_card_kind on public_card (kind, filed_on desc, number) where withheld = '';

-- +goose Down
drop index public_card_kind, public_card_outcome, public_card_unit, public_card_category, public_card_street, public_card_district;
drop trigger card_recounted on public_card;
drop trigger card_counted on public_card;
drop function card_tallied();
drop table card_tally;
drop index figure_row_overdue_district;
drop table figure_sum_made, figure_sum;
