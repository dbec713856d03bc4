-- Live telephone calls: what the exchange told of them, what was said turn by turn, who looked at a number, and which missed ones are to be rung back.
-- A call has a data key of its own; numbers and words are sealed with it. What became a case is erased with the case, the rest goes after thirty days.

-- +goose Up
create sequence call_touch;
create table call (
  id          uuid primary key,
  source      bigint not null references account (id),
  external_id text not null,
  state       text not null check (state in ('ringing','talking','ended','missed')),
  staff_id    bigint references account (id),
  left_by     bigint references account (id),
  began_at    timestamptz not null,
  answered_at timestamptz,
  ended_at    timestamptz,
  moved_at    timestamptz not null,
  touched     bigint not null,
  wrapped_key bytea,
  caller      bytea,
  caller_hash bytea,
  case_id     uuid references cases (id) deferrable initially deferred,
  ring_back   text not null default '' check (ring_back in ('','open','done','unreached','again')),
  unique (source, external_id),
  constraint missed_was_not_answered check (state <> 'missed' or answered_at is null),
  constraint ended_has_end check (state not in ('ended','missed') or ended_at is not null)
);
comment on column call.source is 'The account whose token the exchange shows: each has call numbers of its own.';
comment on column call.left_by is 'Who had the call before it was transferred: they are told that it went.';
comment on column call.touched is 'Grows with every change, in the order in which changes of one call were committed: how open pages find what is new.';
comment on column call.ring_back is 'A missed call: open, done, unreached after the last try, again when the caller called once more.';
create index call_touched on call (touched);
create index call_of_staff on call (staff_id, moved_at);
create index call_case on call (case_id) where case_id is not null;
create index call_ring_back on call (began_at) where ring_back = 'open';
create index call_caller on call (caller_hash) where ring_back = 'open';

create table call_event (
  call_id     uuid not null references call (id) on delete cascade,
  kind        text not null check (kind in ('ringing','answered','transferred','hung_up')),
  at          timestamptz not null,
  staff_id    bigint references account (id),
  recorded_at timestamptz not null,
  unique nulls not distinct (call_id, kind, at, staff_id)
);

create table call_turn (
  call_id    uuid not null references call (id) on delete cascade,
  n          integer not null check (n >= 0),
  role       text not null check (role in ('caller','agent','unknown')),
  final      boolean not null,
  rev        integer not null,
  said_at    timestamptz,
  arrived_at timestamptz not null,
  touched    bigint not null,
  sealed     bytea not null,
  primary key (call_id, n)
);
comment on column call_turn.said_at is 'When the words ended, as far as the recogniser says: the difference to arrived_at is its delay.';

create table call_try (
  call_id  uuid not null references call (id) on delete cascade,
  at       timestamptz not null,
  staff_id bigint not null references account (id),
  reached  boolean not null,
  primary key (call_id, at)
);

-- Who saw the number of a call that has no case, and so no history that could tell: append only.
create table call_use (
  seq      bigint generated always as identity primary key,
  call_id  uuid not null,
  at       timestamptz not null,
  staff_id bigint not null,
  role     text not null,
  unit     text not null,
  purpose  text not null check (purpose in ('answer','ring_back'))
);
create index call_use_call on call_use (call_id, seq);
revoke update, delete, truncate on call_use from huiyin_app;
create trigger call_use_append_only before update or delete on call_use for each row execute function history_is_append_only();

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['call','call_event','call_turn','call_try','call_use'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format($p$create policy %1$I_scope on %1$I using (current_setting('huiyin.scope', true) in ('system','hotline'))$p$, t);
  end loop;
end $$;
create function call_is_erased_with_its_case() returns trigger language plpgsql as $$
begin
  delete from call_turn t using call c where c.id = t.call_id and c.case_id = new.case_id;
  update call set wrapped_key = null, caller = null, caller_hash = null where case_id = new.case_id;
  return null;
end $$;
-- +goose StatementEnd
create trigger call_is_erased_with_its_case after update of wrapped_key on person for each row
  when (old.wrapped_key is not null and new.wrapped_key is null) execute function call_is_erased_with_its_case();

-- +goose Down
drop trigger call_is_erased_with_its_case on person;
drop function call_is_erased_with_its_case();
drop table call_use, call_try, call_turn, call_event, call;
drop sequence call_touch;
