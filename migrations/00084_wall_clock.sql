-- A clock of a case is found by its key alone: where the condition that it runs stood beside the key, a database that had not looked at its tables yet went
-- through the list of all running clocks for each case, 4 ms where the key takes 0.01.

-- +goose Up
-- +goose StatementBegin
create or replace function wall_row(ids uuid[]) returns setof wall_case language sql stable as $$
  select c.id, c.state, c.state in ('closed','archived','declined','redirected','terminated','merged','withdrawn'), c.owner_unit, c.urgency, c.pending is not null, c.raised::smallint,
    coalesce(c.category, ''), coalesce(c.territory, ''), c.filed_at,
    case when c.state in ('registered','accepted') then
      (select max(e.at) from event e where e.case_id = c.id and e.state_to in ('registered','accepted') and e.state_from not in ('registered','accepted')) end,
    c.limit_at,
    (select case when k.met_at is null then k.due_at end from clock k where k.case_id = c.id and k.name = 'total' and k.leg = 0),
    (select case when h.met_at is null and h.cancelled_at is null then h.due_at end from clock h where h.case_id = c.id and h.name = 'handle' and h.leg = c.leg),
    case when exists (select 1 from person p where p.case_id = c.id and p.phone is not null) then c.replied_at end,
    case when c.replied_at is null then '{}' else
      (select coalesce(array_agg(e.at order by e.at), '{}') from event e where e.case_id = c.id and e.step = 'follow_up' and e.round = c.round and not (e.data ->> 'reached')::boolean) end
  from cases c where c.id = any (ids)
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function wall_row(ids uuid[]) returns setof wall_case language sql stable as $$
  select c.id, c.state, c.state in ('closed','archived','declined','redirected','terminated','merged','withdrawn'), c.owner_unit, c.urgency, c.pending is not null, c.raised::smallint,
    coalesce(c.category, ''), coalesce(c.territory, ''), c.filed_at,
    case when c.state in ('registered','accepted') then
      (select max(e.at) from event e where e.case_id = c.id and e.state_to in ('registered','accepted') and e.state_from not in ('registered','accepted')) end,
    c.limit_at,
    (select k.due_at from clock k where k.case_id = c.id and k.name = 'total' and k.leg = 0 and k.met_at is null),
    (select h.due_at from clock h where h.case_id = c.id and h.name = 'handle' and h.leg = c.leg and h.met_at is null and h.cancelled_at is null),
    case when exists (select 1 from person p where p.case_id = c.id and p.phone is not null) then c.replied_at end,
    case when c.replied_at is null then '{}' else
      (select coalesce(array_agg(e.at order by e.at), '{}') from event e where e.case_id = c.id and e.step = 'follow_up' and e.round = c.round and not (e.data ->> 'reached')::boolean) end
  from cases c where c.id = any (ids)
$$;
-- +goose StatementEnd
