-- What this database receives from other regions by logical replication, of the server's own kind or pglogical's, and what
-- the agent may do about it. Only the owner of a subscription may switch it, and only a superuser may read how far it has
-- applied: these functions do no more than that, each under a fencing token where it changes anything.

-- The name of this node of pglogical; null when there is none.
create or replace function mahavishnu.node_name() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_name text;
begin
    if to_regclass('pglogical.local_node') is not null then
        execute 'select n.node_name::text from pglogical.local_node l join pglogical.node n on n.node_id = l.node_id' into found_name;
    end if;
    return found_name;
end $$;

-- One row per subscription. Pending is what was received and not reported back as applied; null when the server does not say.
create or replace function mahavishnu.links() returns table (
    kind text, name text, provider text, slot text, enabled boolean, running boolean, status text, applied pg_lsn, pending bigint, loops boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
        select 'native', s.subname::text, null::text, s.subslotname::text, s.subenabled, a.pid is not null,
            case when not s.subenabled then 'disabled' when a.pid is null then 'down' else 'replicating' end,
            nullif(o.remote_lsn, '0/0'), pg_wal_lsn_diff(a.received_lsn, a.latest_end_lsn)::bigint,
            coalesce(to_jsonb(s) ->> 'suborigin', 'any') <> 'none'
        from pg_subscription s
        left join pg_stat_subscription a on a.subid = s.oid and a.relid is null and to_jsonb(a) ->> 'leader_pid' is null
            and coalesce(to_jsonb(a) ->> 'worker_type', 'apply') = 'apply'
        left join pg_replication_origin_status o on o.external_id = format('pg_%s', s.oid)
        where s.subdbid = (select oid from pg_database where datname = current_database());
    if to_regclass('pglogical.subscription') is not null then
        return query execute $q$
            select 'pglogical', s.sub_name::text, n.node_name::text, s.sub_slot_name::text, s.sub_enabled, t.status = 'replicating',
                t.status, nullif(o.remote_lsn, '0/0'), null::bigint, coalesce(cardinality(s.sub_forward_origins), 0) > 0
            from pglogical.subscription s
            join pglogical.node n on n.node_id = s.sub_origin
            left join lateral pglogical.show_subscription_status(s.sub_name) t on true
            left join pg_replication_origin_status o on o.external_id = s.sub_slot_name::text
        $q$;
    end if;
end $$;

-- Switches a subscription on or off. The server remembers the token, so that a leader of before cannot switch it back.
create or replace function mahavishnu.set_link(p_token bigint, p_kind text, p_name text, p_enabled boolean) returns mahavishnu.fence
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    f mahavishnu.fence := mahavishnu.take_fence(p_token);
begin
    update mahavishnu.fence set token = p_token returning * into f;
    if not exists (select from mahavishnu.links() l where l.kind = p_kind and l.name = p_name) then
        raise exception using errcode = 'MH004', message = format('there is no %s subscription %I', p_kind, p_name);
    elsif exists (select from mahavishnu.links() l where l.kind = p_kind and l.name = p_name and l.enabled = p_enabled) then
        return f;
    elsif p_kind = 'native' then
        execute format('alter subscription %I %s', p_name, case when p_enabled then 'enable' else 'disable' end);
    elsif p_enabled then
        execute 'select pglogical.alter_subscription_enable($1::name, false)' using p_name;
    else
        execute 'select pglogical.alter_subscription_disable($1::name, false)' using p_name;
    end if;
    return f;
end $$;

-- Drops a logical slot of this database that nobody streams from and that keeps more of the log than the limit; gives how
-- much it kept. Whoever held it must be copied anew.
create or replace function mahavishnu.drop_idle_slot(p_name text, p_limit bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    kept bigint;
begin
    select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint into kept
    from pg_replication_slots
    where slot_name = p_name and slot_type = 'logical' and database = current_database() and not active;
    if kept is null or kept <= p_limit or p_limit <= 0 then
        raise exception using errcode = 'MH004',
            message = format('slot %I is no idle logical slot of this database that keeps more than %s bytes', p_name, p_limit);
    end if;
    perform pg_drop_replication_slot(p_name);
    return kept;
end $$;

-- The tables that are replicated to others, each as schema and name; those of schema mahavishnu are left out: they never rest.
create or replace function mahavishnu.replicated_tables() returns table (schema_name text, table_name text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
        select distinct schemaname::text, tablename::text from pg_publication_tables where schemaname <> 'mahavishnu';
    if to_regclass('pglogical.tables') is not null then
        return query execute $q$
            select distinct nspname::text, relname::text from pglogical.tables where set_name is not null and nspname <> 'mahavishnu'
        $q$;
    end if;
end $$;

-- The tables of schema mahavishnu that travel to other regions, by name.
create or replace function mahavishnu.published() returns setof text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query select distinct tablename::text from pg_publication_tables where schemaname = 'mahavishnu';
    if to_regclass('pglogical.tables') is not null then
        return query execute $q$
            select distinct relname::text from pglogical.tables where set_name is not null and nspname = 'mahavishnu'
        $q$;
    end if;
end $$;

-- What a table holds, as a number of rows and a sum of their hashes in each of a number of buckets by primary key: two copies
-- can be compared without a row leaving its server. Only replicated tables are read.
create or replace function mahavishnu.table_digest(p_schema text, p_table text, p_buckets int)
returns table (bucket int, row_count bigint, digest text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'iso_8601'
set extra_float_digits = 1 set bytea_output = 'hex' as $$
declare
    key text;
begin
    if not exists (select from mahavishnu.replicated_tables() t where t.schema_name = p_schema and t.table_name = p_table) then
        raise exception using errcode = 'MH004', message = format('table %I.%I is not replicated', p_schema, p_table);
    end if;
    select string_agg(format('t.%I', a.attname), ', ' order by array_position(i.indkey::int2[], a.attnum)) into key
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = format('%I.%I', p_schema, p_table)::regclass and i.indisprimary;
    return query execute format(
        'select abs(hashtextextended(jsonb_build_array(%s)::text, 0) %% $1)::int, count(*), sum(hashtextextended(to_jsonb(t)::text, 1)::numeric)::text from %I.%I t group by 1',
        coalesce(key, 'to_jsonb(t)'), p_schema, p_table) using p_buckets;
end $$;
