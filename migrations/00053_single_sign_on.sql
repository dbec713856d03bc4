-- Single sign-on: which person at the city's identity provider is which account. The subject is the provider's own name for the person and never changes; the login is asked only once, at the first sign-in.

-- +goose Up
create table account_sso (
  issuer   text not null check (issuer <> ''),
  subject  text not null check (subject <> '' and length(subject) <= 255),
  account  bigint not null references account (id),
  bound_at timestamptz not null,
  primary key (issuer, subject),
  unique (account, issuer)
);
alter table account_history drop constraint account_history_change_check;
alter table account_history add constraint account_history_change_check check (change in ('added','password','roles','unit','disabled','enabled','sso_bound','sso_unbound'));
-- Who came by single sign-on has no password of ours to change first.
alter table session add column sso boolean not null default false;

-- +goose Down
alter table account_history drop constraint account_history_change_check;
alter table account_history add constraint account_history_change_check check (change in ('added','password','roles','unit','disabled','enabled')) not valid;
delete from session;
alter table session drop column sso;
drop table account_sso;
