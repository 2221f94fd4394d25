-- Mahavishnu's part of a database: heartbeats, the fence, and the functions through which the agent acts on them.
-- Run it as a superuser on the primary, in the application's database. Running it again changes nothing; while the database
-- is fenced it stays fenced.
--
-- The application may guard its writes with mahavishnu.assert_writable(): call it at the start of a transaction, or from a
-- trigger, BEFORE INSERT OR UPDATE OR DELETE FOR EACH STATEMENT, whose function does PERFORM mahavishnu.assert_writable().
-- Set mahavishnu.region in each server's postgresql.conf to have it compare the server's region too.
--
-- Errors have their own codes: MH001 not writable, MH002 a stale or unusable token, MH003 the application cannot be kept out.
begin read write;
set local client_min_messages = warning;

create schema if not exists mahavishnu;

-- One row per region, written by that region alone, so that copies in both directions never conflict.
create table if not exists mahavishnu.heartbeat (
    region   text primary key,
    process  text not null,
    sequence bigint not null,
    stamp    timestamptz not null
);

-- One row. It travels to physical standbys; leave it out of publications, since it is about this cluster.
create table if not exists mahavishnu.fence (
    only_row         boolean primary key default true check (only_row),
    token            bigint not null default 0,
    fenced           boolean not null default false,
    region           text,
    fenced_at        pg_lsn,
    application_role name not null
);

-- Takes the fence for this transaction, so that fencing and opening wait for each other.
create or replace function mahavishnu.take_fence(p_token bigint) returns mahavishnu.fence
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    f mahavishnu.fence;
begin
    select * into strict f from mahavishnu.fence for update;
    if p_token < f.token then
        raise exception using errcode = 'MH002',
            message = format('token %s is stale: this server has seen token %s', p_token, f.token);
    end if;
    return f;
end $$;

-- The application's role and the roles that inherit its rights, superusers left out: they are no application's.
create or replace function mahavishnu.application_roles() returns setof oid
language sql stable set search_path = pg_catalog, pg_temp as $$
    select r.oid
    from pg_roles r, mahavishnu.fence f
    where r.rolname = f.application_role or (not r.rolsuper and pg_has_role(r.oid, f.application_role, 'usage'))
$$;

-- Keeps new sessions out. The read-only default is a second line for whoever is let in all the same: any session can undo it.
create or replace function mahavishnu.fence(p_token bigint) returns mahavishnu.fence
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    f mahavishnu.fence := mahavishnu.take_fence(p_token);
    admitted text;
begin
    update mahavishnu.fence set token = p_token, fenced = true returning * into f;
    execute format('revoke connect on database %I from public, %I', current_database(), f.application_role);
    execute format('alter database %I set default_transaction_read_only = on', current_database());
    select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) into admitted
    from mahavishnu.application_roles() a join pg_roles r on r.oid = a
    where r.rolcanlogin and has_database_privilege(r.oid, current_database(), 'connect');
    if admitted is not null then
        raise exception using errcode = 'MH003',
            message = format('%s may still connect to database %I: end its superuser right or its other CONNECT grants', admitted, current_database());
    end if;
    return f;
end $$;

-- Ends the application's sessions. Once none is left, fenced_at lies at or after all that they ever committed; the insert
-- position is taken because a commit with synchronous_commit = off may not be written yet.
create or replace function mahavishnu.end_sessions(p_token bigint) returns mahavishnu.fence
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    f mahavishnu.fence := mahavishnu.take_fence(p_token);
    this_database oid := (select oid from pg_database where datname = current_database());
    starting bigint;
    running bigint;
begin
    if not f.fenced or f.token <> p_token then
        raise exception using errcode = 'MH002', message = format('not fenced under token %s', p_token);
    end if;
    -- A session that is just starting may have been let in before the fence and is not listed below yet. It holds a lock on
    -- the database from before its right to connect is checked until it is listed, so this has to be looked at first.
    select count(*) into starting
    from pg_locks
    where locktype = 'object' and classid = 'pg_database'::regclass and objid = this_database
        and mode = 'RowExclusiveLock' and granted and pid <> pg_backend_pid();
    select count(pg_terminate_backend(pid)) into running
    from pg_stat_activity
    where datid = this_database and usesysid in (select mahavishnu.application_roles()) and pid <> pg_backend_pid();
    update mahavishnu.fence
    set fenced_at = case when starting + running = 0 then coalesce(fenced_at, pg_current_wal_insert_lsn()) end
    returning * into f;
    return f;
end $$;

-- Lets the application in again. One token opens one region.
create or replace function mahavishnu.open(p_token bigint, p_region text) returns mahavishnu.fence
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    f mahavishnu.fence := mahavishnu.take_fence(p_token);
begin
    if p_token = f.token and not f.fenced and f.region <> p_region then
        raise exception using errcode = 'MH002',
            message = format('token %s has opened %s and cannot open %s too', p_token, f.region, p_region);
    end if;
    update mahavishnu.fence set token = p_token, fenced = false, region = p_region, fenced_at = null returning * into f;
    execute format('alter database %I reset default_transaction_read_only', current_database());
    execute format('grant connect on database %I to %I', current_database(), f.application_role);
    return f;
end $$;

create or replace function mahavishnu.beat(p_region text, p_process text, p_sequence bigint, p_stamp timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into mahavishnu.heartbeat (region, process, sequence, stamp) values (p_region, p_process, p_sequence, p_stamp)
    on conflict (region) do update set process = excluded.process, sequence = excluded.sequence, stamp = excluded.stamp
$$;

create or replace function mahavishnu.assert_writable() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    f mahavishnu.fence;
    here text := nullif(current_setting('mahavishnu.region', true), '');
begin
    select * into strict f from mahavishnu.fence;
    if f.fenced then
        raise exception using errcode = 'MH001',
            message = format('database %I is fenced under token %s: write in the region that is open', current_database(), f.token);
    elsif here <> f.region then
        raise exception using errcode = 'MH001',
            message = format('this server is in %s, but the database is open in %s: write there', here, f.region);
    end if;
end $$;
