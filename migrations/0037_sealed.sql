-- +goose Up
-- Content that must not be read in a stolen copy of the database is sealed
-- before it gets here (internal/vault, docs/adr/0018). Rows of the release
-- before keep their text as bytes until the first start seals them: their
-- constraint is not validated, and holds for everything that is written.

-- Empty is what is in place of content that was taken away.
create function is_sealed(p bytea) returns boolean language sql immutable parallel safe as
  $$ select p in ('', '{}') or (octet_length(p) >= 33 and substr(p, 1, 1) = '\x01') $$;
create function is_look_up(p bytea) returns boolean language sql immutable parallel safe as
  $$ select octet_length(p) = 17 and substr(p, 1, 1) = '\x01' $$;
revoke execute on function is_sealed(bytea), is_look_up(bytea) from public;
grant execute on function is_sealed(bytea), is_look_up(bytea) to throughline_app;

drop index victims_postcode;
alter table victims add column postcode_key bytea;
update victims set postcode_key = convert_to(postcode, 'UTF8') where postcode is not null;
alter table referrals alter column answers drop default;
alter table referral_history alter column detail drop default;
alter table drafts alter column data drop default;

-- +goose StatementBegin
do $$
declare
  c record;
  clean boolean;
begin
  -- The limits in characters are held by models; here they bound the bytes.
  for c in select * from (values
    ('contact_details', 'value', 500), ('contact_details', 'note', 1000), ('code_words', 'word', 60),
    ('victims', 'address', 500), ('victims', 'postcode', 10),
    ('incidents', 'summary', 10000), ('incidents', 'crime_reference', 60),
    ('cases', 'risk_note', 4000), ('cases', 'help_note', 1000), ('cases', 'enhanced_off_note', 1000),
    ('related_people', 'name', 200), ('sharing_decisions', 'reason', 2000), ('sharing_decisions', 'withdrawn_note', 2000),
    ('referral_questions', 'question', 1000), ('referral_questions', 'answer', 4000), ('referral_history', 'note', 4000),
    ('contact_attempts', 'said', 4000), ('contact_attempts', 'person', 60),
    ('referral_history', 'detail', null), ('referral_shares', 'content', null), ('referrals', 'answers', null), ('drafts', 'data', null)
  ) as v (of_table, of_column, longest)
  loop
    execute format('alter table %I drop constraint if exists %I', c.of_table, c.of_table || '_' || c.of_column || '_check');
    execute format('alter table %I alter column %I type bytea using convert_to(%I::text, ''UTF8'')', c.of_table, c.of_column, c.of_column);
    execute format('alter table %I add constraint %I check (is_sealed(%I)%s) not valid', c.of_table, c.of_table || '_' || c.of_column || '_sealed',
      c.of_column, case when c.longest is null then '' else format(' and octet_length(%I) <= %s', c.of_column, 4 * c.longest + 33) end);
    execute format('select not exists (select from %I where not is_sealed(%I))', c.of_table, c.of_column) into clean;
    if clean then
      execute format('alter table %I validate constraint %I', c.of_table, c.of_table || '_' || c.of_column || '_sealed');
    end if;
  end loop;

  for c in select * from (values ('contact_details', 'value_key'), ('victims', 'postcode_key'), ('incidents', 'crime_key')) as v (of_table, of_column)
  loop
    if c.of_column <> 'postcode_key' then
      execute format('alter table %I alter column %I type bytea using convert_to(%I, ''UTF8'')', c.of_table, c.of_column, c.of_column);
    end if;
    execute format('alter table %I add constraint %I check (is_look_up(%I)) not valid', c.of_table, c.of_table || '_' || c.of_column || '_sealed', c.of_column);
    execute format('select not exists (select from %I where not is_look_up(%I))', c.of_table, c.of_column) into clean;
    if clean then
      execute format('alter table %I validate constraint %I', c.of_table, c.of_table || '_' || c.of_column || '_sealed');
    end if;
  end loop;
end $$;
-- +goose StatementEnd
-- Notes were sealed from their first day.
alter table notes add constraint notes_text_sealed check (is_sealed(text));
alter table referrals alter column answers set default '{}';
alter table referral_history alter column detail set default '{}';
alter table drafts alter column data set default '{}';
create index victims_postcode on victims (postcode_key);
-- Whatever takes a postcode away takes away what it was found by.
-- +goose StatementBegin
create function victims_postcode_gone() returns trigger language plpgsql as $$
begin
  new.postcode_key := null;
  return new;
end $$;
-- +goose StatementEnd
create trigger victims_postcode_gone before update of postcode on victims
  for each row when (new.postcode is null and new.postcode_key is not null) execute function victims_postcode_gone();
revoke execute on function victims_postcode_gone() from public;

-- The same as before, in bytes: what should not exist loses its content.
-- +goose StatementBegin
create or replace function referrals_mask() returns trigger language plpgsql security definer as $$
begin
  update public.referral_shares set content = '{}' where referral_id = new.id;
  update public.referral_questions set question = '', answer = case when answer is null then null else ''::bytea end where referral_id = new.id;
  update public.referral_history set note = null, detail = '{}' where referral_id = new.id;
  return null;
end $$;
-- +goose StatementEnd

-- A coordinator who confirms a move to another service copies what was frozen.
-- A sealed copy opens in its own row alone, so the application opens it and
-- seals it again: these hand it over and take it back, to a coordinator of the
-- pathway and for the referral that was made in this very transaction.
drop function app_reroute_shares(uuid, uuid, text[]);
create function app_reroute_read(p_from uuid) returns table (stage text, content bytea) language sql stable security definer as $$
  select s.stage, s.content from public.referral_shares s where s.referral_id = p_from and public.app_coordinates(p_from)
$$;
create function app_reroute_freeze(p_from uuid, p_to uuid, p_stage text, p_content bytea) returns void language sql security definer as $$
  insert into public.referral_shares (referral_id, stage, content)
  select p_to, p_stage, p_content from public.referrals n
  where n.id = p_to and n.parent_id = p_from and n.changed_in = pg_current_xact_id_if_assigned() and public.app_coordinates(p_from)
$$;

-- Sealing anew under a newer key needs the sealed bytes and nothing else of
-- anybody's row: to the system alone, and of sealed columns alone, which are
-- those with a constraint of that name.
-- +goose StatementBegin
create function app_sealed_columns(p_table text, p_key text, p_columns text[]) returns boolean language sql stable as $$
  select public.app_is_system() and p_key in ('id', 'case_id', 'channel_id', 'referral_id') and not exists (
    select from unnest(p_columns) c where not exists (select from pg_catalog.pg_constraint k
      where k.conrelid = to_regclass('public.' || quote_ident(p_table)) and k.conname = p_table || '_' || c || '_sealed'))
$$;
create function app_sealed_rows(p_table text, p_key text, p_columns text[], p_part text, p_after uuid, p_limit integer)
returns table (row_id uuid, cells bytea[]) language plpgsql stable security definer as $$
begin
  if not public.app_sealed_columns(p_table, p_key, p_columns) then
    return;
  end if;
  return query execute format('select %1$I, array[%2$s]::bytea[] from public.%3$I where %1$I > $1 and ($3 = '''' or %4$s) order by %1$I limit $2',
    p_key, (select string_agg(quote_ident(c), ', ') from unnest(p_columns) c), p_table,
    case when p_part = '' then 'true' else 'stage = $3' end) using p_after, p_limit, p_part;
end $$;
create function app_reseal(p_table text, p_key text, p_columns text[], p_part text, p_row uuid, p_old bytea[], p_new bytea[])
returns void language plpgsql security definer as $$
begin
  if not public.app_sealed_columns(p_table, p_key, p_columns) then
    return;
  end if;
  -- Whoever wrote the row meanwhile sealed it with what they know: next time.
  execute format('update public.%3$I set %2$s where %1$I = $1 and array[%5$s]::bytea[] = $2 and ($4 = '''' or %4$s)',
    p_key, (select string_agg(format('%I = ($3)[%s]', c, n), ', ') from unnest(p_columns) with ordinality u (c, n)), p_table,
    case when p_part = '' then 'true' else 'stage = $4' end,
    (select string_agg(quote_ident(c), ', ') from unnest(p_columns) c)) using p_row, p_old, p_new, p_part;
end $$;
-- +goose StatementEnd
revoke execute on function app_reroute_read(uuid), app_reroute_freeze(uuid, uuid, text, bytea), app_sealed_columns(text, text, text[]),
  app_sealed_rows(text, text, text[], text, uuid, integer), app_reseal(text, text, text[], text, uuid, bytea[], bytea[]) from public;
grant execute on function app_reroute_read(uuid), app_reroute_freeze(uuid, uuid, text, bytea), app_sealed_columns(text, text, text[]),
  app_sealed_rows(text, text, text[], text, uuid, integer), app_reseal(text, text, text[], text, uuid, bytea[], bytea[]) to throughline_app;
