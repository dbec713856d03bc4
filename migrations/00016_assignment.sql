-- Who inside the lead's house works on a case (转办, 分办): the lead hands it to a unit below it or to a person, who may hand it on. The lead stays
-- responsible to the resident; nobody below it has longer than whoever gave the case.

-- +goose Up
create table assignment (
  id          uuid primary key,
  case_id     uuid not null references cases (id),
  leg         integer not null,
  depth       integer not null check (depth between 1 and 4),
  unit        text not null references unit (code),
  staff_id    bigint references account (id),
  due_at      timestamptz not null,
  advice      text not null default '',
  assigned_at timestamptz not null,
  by_unit     text not null references unit (code),
  by_staff    bigint,
  ended_at    timestamptz,
  outcome     text check (outcome in ('done','returned','taken_back','over')),
  constraint ended_whole check ((ended_at is null) = (outcome is null))
);
comment on table assignment is 'Hops inside the lead unit. Of one case the open rows are a chain: depth 1 was given by the lead, depth 2 by whom depth 1 stands for.';
create unique index assignment_chain on assignment (case_id, depth) where ended_at is null;
create index assignment_unit on assignment (unit, staff_id) where ended_at is null;
create index assignment_case on assignment (case_id, assigned_at);

-- A limit below is never later than the one above it: that of the unit's handling, or that of whoever handed the case on.
-- +goose StatementBegin
create function assignment_within_limit() returns trigger language plpgsql as $$
declare latest timestamptz;
begin
  if tg_op = 'DELETE' then
    raise exception 'an assignment is ended, never deleted';
  end if;
  if new.depth = 1 then
    select k.due_at into latest from clock k where k.case_id = new.case_id and k.leg = new.leg and k.name = 'handle';
  else
    select a.due_at into latest from assignment a where a.case_id = new.case_id and a.depth = new.depth - 1 and a.ended_at is null;
  end if;
  if latest is null or new.due_at > latest then
    raise exception 'an assignment is due no later than what it is part of';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger assignment_within_limit before insert or update of due_at on assignment for each row execute function assignment_within_limit();
create trigger assignment_stays before delete on assignment for each row execute function assignment_within_limit();

alter table assignment enable row level security;
alter table assignment force row level security;
create policy assignment_scope on assignment using (
  current_setting('huiyin.scope', true) in ('system','hotline')
  or (current_setting('huiyin.scope', true) in ('unit','case') and exists (select 1 from cases c where c.id = assignment.case_id)));

-- A unit below the lead that works on a case takes part in it, and sees it.
alter table party drop constraint party_role_check;
alter table party add constraint party_role_check check (role in ('lead','co','sub'));

-- +goose Down
delete from party where role = 'sub';
alter table party drop constraint party_role_check;
alter table party add constraint party_role_check check (role in ('lead','co'));
drop table assignment;
drop function assignment_within_limit();
