-- Closed months: their rows stand in the public log, their reports here. A correction is another revision; none is ever replaced.
-- +goose Up
create table month_report (
  month     integer not null,
  revision  integer not null check (revision > 0),
  closed_at timestamptz not null,
  rows      integer not null,
  first_idx bigint not null,
  entry_idx bigint not null references log_entry (idx),
  why       text not null default '',
  report    bytea not null,
  primary key (month, revision)
);
comment on column month_report.first_idx is 'The first of its rows in the log; the closing entry entry_idx stands behind the last.';
create trigger month_report_append_only before update or delete on month_report for each row execute function history_is_append_only();

-- +goose Down
drop table month_report;
