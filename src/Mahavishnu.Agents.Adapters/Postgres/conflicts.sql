-- Conflicts of multi-master replication: reported by whoever sees them, decided by every region's agent for itself, all alike.
-- pglogical 2.4 and PostgreSQL up to 18 tell of conflicts in the server's log and in counters alone, so nothing fills the table
-- by itself: the application, or a job that reads the log, calls mahavishnu.report_conflict(...).

-- Travels to every region.
create table if not exists mahavishnu.conflicts (
    id          uuid primary key,
    table_name  text not null,
    row_key     jsonb not null,
    versions    jsonb not null,
    reported_at timestamptz not null default clock_timestamp()
);

-- The tables that a decision may be written to, as the configuration names them; filled by the installation.
create table if not exists mahavishnu.conflict_tables (
    table_name     text primary key,
    key_columns    text[] not null,
    version_column text not null
);

-- What this region has decided, with the versions that lost. One row per conflict, never changed. Stays in its region.
create table if not exists mahavishnu.conflict_log (
    id         uuid primary key,
    place      bigint generated always as identity,
    table_name text not null,
    row_key    jsonb not null,
    strategy   text not null,
    winner     text,
    losers     text not null,
    outcome    text not null,
    detail     text not null default '',
    decided_at timestamptz not null default clock_timestamp()
);
create index if not exists conflict_log_row on mahavishnu.conflict_log (table_name, row_key, place desc) where winner is not null;

-- Reports a conflict. The same one has the same id wherever it is reported, and is decided once.
create or replace function mahavishnu.report_conflict(p_table text, p_key jsonb, p_versions jsonb, p_id uuid default null) returns uuid
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with sorted as (select jsonb_agg(v order by v) as versions from jsonb_array_elements(p_versions) v),
    named as (select coalesce(p_id, md5(p_table || p_key::text || versions::text)::uuid) as id, versions from sorted),
    kept as (insert into mahavishnu.conflicts (id, table_name, row_key, versions) select id, p_table, p_key, versions from named
        on conflict (id) do nothing)
    select id from named
$$;

-- Conflicts that this region has not decided, oldest first, each as the agent reads it.
create or replace function mahavishnu.pending_conflicts(p_most int) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('id', c.id, 'table', c.table_name, 'key', c.row_key, 'versions', c.versions)::text
    from mahavishnu.conflicts c
    where not exists (select from mahavishnu.conflict_log l where l.id = c.id)
    order by c.reported_at, c.id
    limit p_most
$$;

-- Where a conflict stands: whether it is decided, and the winner that was last written for its row, which counts as a version too.
create or replace function mahavishnu.conflict_standing(p_id uuid, p_table text, p_key jsonb) returns table (decided boolean, prior bigint, winner text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from mahavishnu.conflict_log where id = p_id), l.place, l.winner
    from (select) one
    left join lateral (
        select place, winner from mahavishnu.conflict_log
        where table_name = p_table and row_key = p_key and winner is not null order by place desc limit 1) l on true
$$;

-- Keeps a conflict that cannot be decided, so that it is not tried for ever.
create or replace function mahavishnu.refuse_conflict(p_id uuid, p_table text, p_key jsonb, p_strategy text, p_versions text, p_reason text) returns text
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into mahavishnu.conflict_log (id, table_name, row_key, strategy, losers, outcome, detail)
    values (p_id, p_table, p_key, p_strategy, p_versions, 'refused', p_reason)
    on conflict (id) do nothing;
    select 'refused'
$$;

-- Carries out a decision and keeps it, in one transaction, so that there is no state between the two. Gives the outcome:
-- already (decided before), again (another decision for the row came first: decide anew), superseded (the row was written later
-- than every version of the conflict), agreed (the row is so), restored, replaced or deleted.
-- The change has an origin, so that it goes to no other region, which decides for itself; and its commit has the winner's time,
-- so that last_update_wins compares the winner and not the moment of the decision with what others wrote.
create or replace function mahavishnu.apply_decision(
    p_id uuid, p_table text, p_key jsonb, p_strategy text, p_winner text, p_losers text, p_latest bigint, p_prior bigint) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp set session_replication_role = replica set timezone = 'UTC' as $$
declare
    origin text := format('mahavishnu_%s', (select oid from pg_database where datname = current_database()));
    t mahavishnu.conflict_tables;
    newest bigint;
    w jsonb := p_winner::jsonb;
    content jsonb := w -> 'content';
    present jsonb;
    relation regclass;
    keys text;
    condition text;
    columns text;
    outcome text;
begin
    perform pg_advisory_xact_lock(hashtextextended(p_table || p_key::text, 0));
    if exists (select from mahavishnu.conflict_log where id = p_id) then
        return 'already';
    end if;
    select max(place) into newest from mahavishnu.conflict_log where table_name = p_table and row_key = p_key and winner is not null;
    if newest is distinct from p_prior then
        return 'again';
    end if;
    select * into t from mahavishnu.conflict_tables where table_name = p_table;
    if not found then
        raise exception using errcode = 'MH005', message = format('decisions may not be written to table %s: name it in database.postgresql.conflicts.tables and install again', p_table);
    end if;
    relation := p_table::regclass;
    select string_agg(quote_ident(k), ', ') into keys from unnest(t.key_columns) k;
    if exists (select from unnest(t.key_columns) k where p_key -> k is null) or (select count(*) from jsonb_object_keys(p_key)) <> cardinality(t.key_columns) then
        raise exception using errcode = 'MH005', message = format('the key of a row of %s is %s', p_table, keys);
    elsif not (w ->> 'deleted')::boolean and not content @> p_key then
        raise exception using errcode = 'MH005', message = 'the content does not have the key of the conflict';
    end if;
    condition := format('(%s) = (select %1$s from jsonb_populate_record(null::%s, $1))', keys, relation);
    execute format('select to_jsonb(r) from %s r where %s for update', relation, condition) into present using p_key;
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
    from pg_attribute a
    where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and content ? a.attname;

    perform pg_replication_origin_session_setup(origin) where not pg_replication_origin_session_is_setup();
    perform pg_replication_origin_xact_setup('0/1', to_timestamp(((w ->> 'hlc')::bigint >> 16) / 1000.0));
    if (present ->> t.version_column)::bigint > p_latest then
        outcome := 'superseded';
    elsif (present is null and (w ->> 'deleted')::boolean) or present @> content then
        outcome := 'agreed';
    elsif (w ->> 'deleted')::boolean then
        execute format('delete from %s where %s', relation, condition) using p_key;
        outcome := 'deleted';
    elsif present is null then
        execute format('insert into %s (%s) overriding system value select %2$s from jsonb_populate_record(null::%1$s, $1)', relation, columns) using content;
        outcome := 'restored';
    else
        execute format('update %s set (%s) = (select %2$s from jsonb_populate_record(null::%1$s, $2)) where %3$s', relation, columns, condition)
        using p_key, content;
        outcome := 'replaced';
    end if;
    insert into mahavishnu.conflict_log (id, table_name, row_key, strategy, winner, losers, outcome)
    values (p_id, p_table, p_key, p_strategy, p_winner, p_losers, outcome);
    return outcome;
end $$;

-- Ends the origin of the session, which must not mark what else it writes.
create or replace function mahavishnu.end_decision() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if pg_replication_origin_session_is_setup() then
        perform pg_replication_origin_session_reset();
    end if;
end $$;
