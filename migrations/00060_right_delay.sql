-- A request about data that takes longer: the resident is told why and until when, once; and the privacy officer is told before a limit and when it has passed.
-- +goose Up
alter table rights_request
  add column delayed_at   timestamptz,
  add column delayed_by   bigint,
  add column delay_reason text not null default '',
  add column first_due_at timestamptz,
  add column expected_at  timestamptz,
  add column soon_told_at timestamptz,
  add column late_told_at timestamptz,
  add constraint delayed_with_reason check ((delayed_at is null) = (delay_reason = '')),
  add constraint delayed_until check ((delayed_at is null) = (expected_at is null));
comment on column rights_request.first_due_at is 'The limit before it was extended. A limit that has passed is not moved: the request stays late, and expected_at is what the resident was told.';
comment on column rights_request.soon_told_at is 'When the letter to the privacy officer before the limit was queued; late_told_at: the one when it had passed.';

-- +goose Down
alter table rights_request drop constraint delayed_with_reason, drop constraint delayed_until,
  drop column delayed_at, drop column delayed_by, drop column delay_reason, drop column first_due_at, drop column expected_at, drop column soon_told_at, drop column late_told_at;
