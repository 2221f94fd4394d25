
-- The slots of physical standbys. Who may make one could otherwise read the whole log: these functions make and drop slots, and no more.

-- Makes a physical slot that is not there. It keeps nothing before its standby first connects.
create or replace function mahavishnu.make_slot(p_name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from pg_replication_slots where slot_name = p_name) then
        perform pg_create_physical_replication_slot(p_name, false);
    end if;
end $$;

-- Drops a physical slot that nobody streams from.
create or replace function mahavishnu.drop_slot(p_name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = p_name and slot_type = 'physical' and not active;
end $$;
