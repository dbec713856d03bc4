-- A channel that fell silent is told once, and once when it speaks again: each silence is a row, whichever process sees it.

-- +goose Up
create table channel_silence (
  id        bigint generated always as identity primary key,
  channel   text not null,
  last_day  date not null,
  recent    integer not null check (recent >= 0),
  usual     double precision not null check (usual >= 0),
  seen_at   timestamptz not null,
  ended_at  timestamptz,
  again_at  timestamptz
);
create unique index channel_silence_open on channel_silence (channel) where ended_at is null;
comment on table channel_silence is 'Silences of channels that were told: last_day, recent and usual as they stood when it was seen. ended_at: when it brought cases again; again_at: when that was told. A channel that falls silent again within a week goes on with its row.';

-- +goose Down
drop table channel_silence;
