-- A letter answers the mail it answers: its reader's program shows both in one conversation.
-- +goose Up
alter table person add column mail_id bytea;
comment on column person.mail_id is 'Message-ID of the mail that opened the case, sealed; null where none did, and after erasure.';

-- +goose Down
alter table person drop column mail_id;
