-- Who may use what. The last part of the script.
revoke all on all functions in schema mahavishnu from public;

create or replace function pg_temp.mahavishnu_install(p_database text, p_agent text, p_application text, p_conflict_tables jsonb) returns void
language plpgsql as $$
declare
    travels text;
    origin text := format('mahavishnu_%s', (select oid from pg_database where datname = current_database()));
begin
    if current_database() <> p_database then
        raise exception 'this is database %, and the script is for %: connect to that one', current_database(), p_database;
    end if;
    if exists (select from pg_roles where rolname in (p_agent, p_application) and rolsuper) then
        raise exception 'neither % nor % may be a superuser: nothing keeps a superuser out', p_agent, p_application;
    end if;
    if p_agent = p_application then
        raise exception 'the agent and the application need roles of their own, not % for both', p_agent;
    end if;
    if not exists (select from pg_roles where rolname = p_agent) then
        execute format('create role %I login', p_agent);
    end if;

    insert into mahavishnu.fence (application_role) values (p_application)
    on conflict (only_row) do update set application_role = excluded.application_role
        where fence.application_role <> excluded.application_role;
    execute format('revoke connect on database %I from public', p_database);
    execute format('grant connect on database %I to %I', p_database, p_agent);
    if not (select fenced from mahavishnu.fence) then
        execute format('grant connect on database %I to %I', p_database, p_application);
    end if;

    execute format('grant pg_monitor to %I', p_agent);
    execute format('grant usage on schema mahavishnu to %I, %I', p_agent, p_application);
    execute format('grant select on mahavishnu.heartbeat, mahavishnu.fence to %I', p_agent);
    execute format('grant execute on function pg_catalog.pg_promote(boolean, integer), mahavishnu.fence(bigint), '
        'mahavishnu.end_sessions(bigint), mahavishnu.open(bigint, text), '
        'mahavishnu.beat(text, text, bigint, timestamptz) to %I', p_agent);
    execute format('grant execute on function mahavishnu.assert_writable() to %I', p_application);

    -- So that a standby can be told whom to follow. Before version 15 only a superuser can tell it.
    execute format('grant execute on function mahavishnu.make_slot(text), mahavishnu.drop_slot(text), pg_catalog.pg_reload_conf() to %I', p_agent);
    if current_setting('server_version_num')::int >= 150000 then
        execute format('grant alter system on parameter primary_conninfo, primary_slot_name to %I', p_agent);
    end if;

    -- With several regions that write: their agents' view of subscriptions, and the decisions of conflicts.
    execute format('grant execute on function mahavishnu.node_name(), mahavishnu.links(), mahavishnu.published(), mahavishnu.replicated_tables(), '
        'mahavishnu.set_link(bigint, text, text, boolean), mahavishnu.drop_idle_slot(text, bigint), mahavishnu.table_digest(text, text, int), '
        'mahavishnu.pending_conflicts(int), mahavishnu.conflict_standing(uuid, text, jsonb), '
        'mahavishnu.refuse_conflict(uuid, text, jsonb, text, text, text), '
        'mahavishnu.apply_decision(uuid, text, jsonb, text, text, text, bigint, bigint), mahavishnu.end_decision() to %I', p_agent);
    execute format('grant execute on function mahavishnu.report_conflict(text, jsonb, jsonb, uuid) to %I', p_application);
    delete from mahavishnu.conflict_tables;
    insert into mahavishnu.conflict_tables (table_name, key_columns, version_column)
    select c ->> 'table', array(select jsonb_array_elements_text(c -> 'key')), c ->> 'version' from jsonb_array_elements(p_conflict_tables) c;
    if not exists (select from pg_replication_origin where roname = origin) then
        perform pg_replication_origin_create(origin);
    end if;
    if mahavishnu.node_name() is not null then
        foreach travels in array array['heartbeat', 'conflicts'] loop
            if travels not in (select mahavishnu.published()) then
                execute 'select pglogical.replication_set_add_table(''default'', $1::regclass)' using 'mahavishnu.' || travels;
            end if;
        end loop;
    end if;
end $$;

