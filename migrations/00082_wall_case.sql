-- What the supervisors' wall counts, in one narrow row a case, kept by a follower: counting the cases themselves reads all of their words. Cases of before are
-- brought in here; the follower goes on from what had been written by then.

-- +goose Up
create table wall_case (
  case_id    uuid primary key,
  state      text not null,
  over       boolean not null,
  owner_unit text,
  urgency    text not null,
  pending    boolean not null,
  raised     smallint not null,
  category   text not null,
  territory  text not null,
  filed_at   timestamptz not null,
  since      timestamptz,
  limit_at   timestamptz,
  total_due  timestamptz,
  handle_due timestamptz,
  replied_at timestamptz,
  tries      timestamptz[] not null
);
create index wall_case_filed on wall_case (filed_at);
create index wall_case_over on wall_case (filed_at) where over;
alter table wall_case enable row level security;
alter table wall_case force row level security;
create policy wall_case_scope on wall_case using (current_setting('huiyin.scope', true) in ('system','hotline'));
comment on table wall_case is 'What the supervisors'' wall counts of cases that are open or came within the days that it looks back. since: when the case last came to the hotline. total_due, handle_due: clocks that run. replied_at: of cases with a telephone number only. tries: calls in vain of this round.';

-- +goose StatementBegin
create function wall_row(ids uuid[]) returns setof wall_case language sql stable as $$
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

-- +goose StatementBegin
do $$
declare scope text := coalesce(current_setting('huiyin.scope', true), '');
begin
  perform set_config('huiyin.scope', 'system', true);
  insert into wall_case select w.* from wall_row((select coalesce(array_agg(id), '{}') from cases where state not in ('closed','archived','declined','redirected','terminated','merged','withdrawn') or filed_at > now() - interval '9 days')) w;
  if exists (select 1 from event limit 1) then
    insert into follower (name, xid) values ('wall', pg_snapshot_xmin(pg_current_snapshot()));
  end if;
  perform set_config('huiyin.scope', scope, true);
end $$;
-- +goose StatementEnd

-- +goose Down
drop function wall_row;
drop table wall_case;
delete from follower where name = 'wall';
