namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>The questions of a reading. A column that some versions lack is taken by name from the row as JSON, and is null there.</summary>
/// <remarks>Source: PostgreSQL documentation, "The Cumulative Statistics System" and "System Views", of versions 13 to 18.</remarks>
internal static class PostgresQueries
{
    /// <summary>The columns of the fence, for <see cref="PostgresWrites.Fence"/>.</summary>
    public const string FenceColumns = "token, fenced, region, fenced_at::text, application_role::text";

    /// <summary>Where the log of this server ends: written on a primary, received on a standby.</summary>
    private const string End =
        "case when pg_is_in_recovery() then coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) else pg_current_wal_lsn() end";

    public const string Senders = $"""
        select coalesce(application_name, ''), coalesce(state, ''), sent_lsn::text, replay_lsn::text,
            extract(epoch from replay_lag)::float8, coalesce(sync_state, ''),
            extract(epoch from clock_timestamp() - (to_jsonb(s) ->> 'reply_time')::timestamptz)::float8,
            pg_wal_lsn_diff({End}, replay_lsn)::bigint
        from pg_stat_replication s order by 1, pid
        """;

    public const string Receiver = """
        select status, received_tli, latest_end_lsn::text, extract(epoch from clock_timestamp() - last_msg_receipt_time)::float8,
            to_jsonb(r) ->> 'sender_host', (to_jsonb(r) ->> 'sender_port')::int
        from pg_stat_wal_receiver r where status is not null
        """;

    public const string Slots = $"""
        select slot_name::text, slot_type, active, pg_wal_lsn_diff({End}, restart_lsn)::bigint,
            pg_wal_lsn_diff({End}, confirmed_flush_lsn)::bigint, to_jsonb(s) ->> 'wal_status', (to_jsonb(s) ->> 'safe_wal_size')::bigint
        from pg_replication_slots s order by 1
        """;

    public const string Heartbeats = "select region, process, sequence, stamp from mahavishnu.heartbeat order by 1";

    public const string Fence = $"select {FenceColumns} from mahavishnu.fence";

    /// <summary>One row.</summary>
    public static string Server(PostgresFacts facts) => $"""
        select (select system_identifier from pg_control_system()),
            coalesce((select split_part(setting, '=', 2)::bool
                    from pg_db_role_setting s, unnest(s.setconfig) setting
                    where s.setrole = 0 and s.setdatabase = (select oid from pg_database where datname = current_database())
                        and split_part(setting, '=', 1) = 'default_transaction_read_only'),
                (select setting::bool from pg_settings where name = 'default_transaction_read_only'
                    and source not in ('database', 'user', 'database user', 'session')),
                false),
            case when pg_is_in_recovery()
                then coalesce((select received_tli from pg_stat_wal_receiver), (select timeline_id from pg_control_checkpoint()))
                else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end,
            case when not pg_is_in_recovery() then pg_current_wal_lsn() end::text,
            case when pg_is_in_recovery() then pg_last_wal_receive_lsn() end::text,
            case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end::text,
            case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end,
            pg_database_size(current_database()),
            {(facts.ListsWal ? "(select sum(size)::bigint from pg_ls_waldir())" : "null::bigint")},
            pg_is_in_recovery()
        """;

    /// <summary>The row of the worker that applies is taken; those of workers that copy a table or apply in parallel are not.</summary>
    public static string Subscriptions(PostgresFacts facts) => $"""
        select s.subname::text, p.subenabled, s.pid is not null, s.received_lsn::text, s.latest_end_lsn::text,
            extract(epoch from clock_timestamp() - s.last_msg_receipt_time)::float8,
            {(facts.Version >= 150000
                ? "(e.j ->> 'apply_error_count')::bigint, coalesce((e.j ->> 'sync_error_count')::bigint, (e.j ->> 'sync_table_error_count')::bigint + coalesce((e.j ->> 'sync_seq_error_count')::bigint, 0))"
                : "null::bigint, null::bigint")},
            (select count(*) from pg_subscription_rel r where r.srsubid = s.subid and r.srsubstate <> 'r')::int
        from pg_stat_subscription s
        join pg_subscription p on {(facts.SeesSubscriptionIds ? "p.oid = s.subid" : "p.subname = s.subname")}
            and p.subdbid = (select oid from pg_database where datname = current_database())
        {(facts.Version >= 150000 ? "left join lateral (select to_jsonb(c) j from pg_stat_subscription_stats c where c.subid = s.subid) e on true" : "")}
        where s.relid is null and to_jsonb(s) ->> 'leader_pid' is null and coalesce(to_jsonb(s) ->> 'worker_type', 'apply') = 'apply'
        order by 1
        """;
}
