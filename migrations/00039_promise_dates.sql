-- Limits that a law counts in calendar days or months keep what they were counted by, so that they can be counted anew.
-- +goose Up
alter table clock add column calendar_days integer check (calendar_days > 0), add column months integer check (months > 0), add column rolls boolean not null default false;

-- +goose Down
alter table clock drop column calendar_days, drop column months, drop column rolls;
