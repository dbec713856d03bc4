-- The tables that are one whole for ten years are cleaned in many small turns: by default PostgreSQL waits until a fifth of the rows are dead,
-- which of 220 million cases takes a third of a year, and then cleans for hours; and it looks at tables that only grow as rarely.

-- +goose Up
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['cases', 'clock', 'party', 'person', 'message', 'letter', 'figure_row', 'public_card', 'search_document'] loop
    execute format('alter table %I set (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0.01)', t);
  end loop;
  foreach t in array array['submission', 'tracking', 'log_entry', 'log_hash', 'log_event', 'log_record', 'late_event'] loop
    execute format('alter table %I set (autovacuum_vacuum_insert_threshold = 50000, autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['cases', 'clock', 'party', 'person', 'message', 'letter', 'figure_row', 'public_card', 'search_document'] loop
    execute format('alter table %I reset (autovacuum_vacuum_threshold, autovacuum_vacuum_scale_factor, autovacuum_analyze_threshold, autovacuum_analyze_scale_factor)', t);
  end loop;
  foreach t in array array['submission', 'tracking', 'log_entry', 'log_hash', 'log_event', 'log_record', 'late_event'] loop
    execute format('alter table %I reset (autovacuum_vacuum_insert_threshold, autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor)', t);
  end loop;
end $$;
-- +goose StatementEnd
