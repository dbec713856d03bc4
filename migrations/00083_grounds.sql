-- The reasons of a proposal stand beside it. The database counts with units, codes and shares, and takes those apart at every filing; the reasons, three
-- quarters of the bytes, it only keeps. Without them a case fits into its page and needs no rows elsewhere. Proposals of before hold their reasons themselves.
-- +goose Up
alter table cases add column grounds text not null default '';
comment on column cases.grounds is 'why the rules or the model proposed this, as routing.AppendGrounds writes it; empty for older cases, whose proposal holds it';
-- +goose StatementBegin
do $$ begin
  alter table cases alter column grounds set compression lz4;
exception when feature_not_supported then null; -- a server built without lz4
end $$;
-- +goose StatementEnd

-- +goose Down
alter table cases drop column grounds;
