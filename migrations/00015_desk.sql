-- The operators' desk: the moment by which lists are ordered, cases split in two, everybody's own keys, and who looks at which case.

-- +goose Up
-- The limit a case is judged by in lists: the lead's own limit of the present leg, before dispatch the promise to the resident.
-- It is kept beside the clocks that say it, so that an index can serve the order of the lists; clocks and legs keep it by triggers.
alter table cases add column limit_at timestamptz;
update cases c set limit_at = coalesce(
  (select h.due_at from clock h where h.case_id = c.id and h.name = 'handle' and h.leg = c.leg),
  (select k.due_at from clock k where k.case_id = c.id and k.name = 'total'));
alter table cases alter column limit_at set not null;

-- +goose StatementBegin
create function limit_of(of uuid, in_leg integer) returns timestamptz language sql stable as $$
  select coalesce((select h.due_at from clock h where h.case_id = of and h.name = 'handle' and h.leg = in_leg),
    (select k.due_at from clock k where k.case_id = of and k.name = 'total' and k.leg = 0));
$$;
create function case_keeps_limit() returns trigger language plpgsql as $$
begin
  new.limit_at := limit_of(new.id, new.leg);
  return new;
end $$;
create function clock_keeps_limit() returns trigger language plpgsql as $$
begin
  update cases c set limit_at = limit_of(c.id, c.leg) where c.id = new.case_id and new.leg in (0, c.leg) and c.limit_at is distinct from limit_of(c.id, c.leg);
  return null;
end $$;
-- +goose StatementEnd
create trigger case_keeps_limit before update of leg on cases for each row when (new.leg is distinct from old.leg) execute function case_keeps_limit();
create trigger clock_starts_limit after insert on clock for each row when (new.name = 'handle') execute function clock_keeps_limit();
create trigger clock_moves_limit after update of due_at on clock for each row when (new.name in ('handle', 'total') and new.due_at <> old.due_at) execute function clock_keeps_limit();

create index cases_open_by_limit on cases (limit_at, id) where state not in ('closed','archived','declined','redirected','terminated','merged','withdrawn');
create index cases_triage_by_limit on cases (limit_at, id) where state in ('registered','accepted');

-- A submission that asks for several things becomes several cases (拆单): which case came out of which, and the masked words of the whole as they stood before, for taking the split back.
create table split (
  part      uuid primary key references cases (id) deferrable initially deferred,
  whole     uuid not null references cases (id) deferrable initially deferred,
  at        timestamptz not null,
  staff_id  bigint,
  title     text not null,
  body      text not null,
  undone_at timestamptz,
  check (part <> whole)
);
create index split_whole on split (whole, at);
alter table split enable row level security;
alter table split force row level security;
create policy split_scope on split using (
  current_setting('huiyin.scope', true) in ('system','hotline')
  or (current_setting('huiyin.scope', true) in ('unit','case') and exists (select 1 from cases c where c.id in (split.part, split.whole))));
revoke delete, truncate on split from huiyin_app;

-- The keys each person works with: what differs from the keys of the house, and whether keys act at all (WCAG 2.1.4).
create table own_keys (
  account bigint primary key references account (id),
  mode    text not null check (mode in ('all','no_letters','off')),
  chords  jsonb not null default '{}'
);
comment on table own_keys is 'chords: action to chord, only where it differs from the keys of the house.';

-- Who has which case open at the hotline's desk, so that two do not work on one. Nothing hangs on it: it may be lost with the machine.
create unlogged table attention (
  account bigint primary key references account (id),
  case_id uuid not null,
  since   timestamptz not null,
  seen_at timestamptz not null
);
create index attention_case on attention (case_id);

-- +goose Down
drop table attention, own_keys, split;
drop trigger clock_moves_limit on clock;
drop trigger clock_starts_limit on clock;
drop trigger case_keeps_limit on cases;
drop function clock_keeps_limit(), case_keeps_limit(), limit_of(uuid, integer);
drop index cases_open_by_limit, cases_triage_by_limit;
alter table cases drop column limit_at;
