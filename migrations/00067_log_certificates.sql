-- Certificates of destruction have a type of their own in the table of the log, as they have in the log itself: until now they stood with the versions of the rules. What the log
-- says, and every hash over it, is the entry; that stays as it is.

-- +goose Up
alter table log_entry drop constraint log_entry_type_check;
alter table log_entry add constraint log_entry_type_check check (type in ('event','row','month','rules','use','rating','model','tombstone','change','day','certificate'));
alter table log_entry disable trigger log_entry_append_only;
update log_entry e set type = 'certificate' from certificate c where c.idx = e.idx and e.type = 'rules';
alter table log_entry enable trigger log_entry_append_only;

-- +goose Down
alter table log_entry disable trigger log_entry_append_only;
update log_entry set type = 'rules' where type = 'certificate';
alter table log_entry enable trigger log_entry_append_only;
alter table log_entry drop constraint log_entry_type_check;
alter table log_entry add constraint log_entry_type_check check (type in ('event','row','month','rules','use','rating','model','tombstone','change','day'));
