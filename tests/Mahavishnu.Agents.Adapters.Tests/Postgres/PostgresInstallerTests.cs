using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

public sealed class PostgresInstallerTests : IClassFixture<PostgresCluster>
{
    // Everything that the script touches: rights, functions, tables, roles, settings.
    private const string State = """
        select string_agg(line, E'\n') from (
            select coalesce(d.datacl::text, '') line from pg_database d where datname = current_database()
            union all select string_agg(n.nspacl::text, ' ') from pg_namespace n where nspname = 'mahavishnu'
            union all select string_agg(c.oid::text || c.relname || coalesce(c.relacl::text, ''), ' ' order by c.oid) from pg_class c where relnamespace = 'mahavishnu'::regnamespace
            union all select string_agg(p.oid::text || p.proname || p.proacl::text || p.prosrc, ' ' order by p.oid) from pg_proc p where pronamespace = 'mahavishnu'::regnamespace
            union all select string_agg(r::text, ' ' order by oid) from pg_roles r
            union all select string_agg(m::text, ' ' order by roleid, member) from pg_auth_members m
            union all select string_agg(f::text, ' ') from mahavishnu.fence f
            union all select string_agg(s::text, ' ') from pg_db_role_setting s) lines
        """;

    private readonly PostgresCluster _cluster;

    public PostgresInstallerTests(PostgresCluster cluster)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _cluster = cluster;
    }

    [Fact]
    public async Task Install_Twice_ChangesNothing()
    {
        var database = await _cluster.DatabaseAsync();
        var before = await _cluster.Server.ValueAsync<string>(database, State, Cancellation);

        var again = await _cluster.InstallAsync(database);

        Assert.InRange(Value(again), 150000, 159999);
        Assert.Equal(before, await _cluster.Server.ValueAsync<string>(database, State, Cancellation));
    }

    [Fact]
    public async Task Install_WhileFenced_StaysFenced()
    {
        var database = await _cluster.DatabaseAsync();
        Value(await _cluster.Node(database).FenceAsync(3, Deadline, Cancellation));
        var before = await _cluster.Server.ValueAsync<string>(database, State, Cancellation);

        Value(await _cluster.InstallAsync(database));

        Assert.Equal(before, await _cluster.Server.ValueAsync<string>(database, State, Cancellation));
        Assert.Equal("42501", await _cluster.ErrorAsync(Application, database, "select 1"));
    }

    [Fact]
    public async Task Install_NamesThatNeedQuotes_AreQuoted()
    {
        const string database = """My "Data" \'base; drop""";
        const string role = """o'Brien "the" $$ \app""";
        static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        await _cluster.Server.ExecuteAsync("postgres", $"create database {Quoted(database)}", Cancellation);
        await _cluster.Server.ExecuteAsync("postgres", $"create role {Quoted(role)} login", Cancellation);
        var names = Names(database) with { ApplicationRole = role, AgentRole = $"the {role}" };

        Value(await PostgresInstaller.InstallAsync(_cluster.Options(database, "postgres"), names, TimeProvider.System, Deadline, Cancellation));
        var agent = _cluster.Node(_cluster.Options(database, names.AgentRole) with { ApplicationRole = role });

        Assert.True(Value(await agent.FenceAsync(1, Deadline, Cancellation)).Fenced);
        Assert.Equal("42501", await _cluster.ErrorAsync(role, database, "select 1"));
        Assert.False(Value(await agent.OpenAsync(1, Deadline, Cancellation)).Fenced);
        Assert.Null(await _cluster.ErrorAsync(role, database, "select mahavishnu.assert_writable()"));
    }

    [Theory]
    [InlineData("nobody",    "agent",    "does not exist")]
    [InlineData("postgres",  "agent",    "superuser")]
    [InlineData("app",       "app",      "roles of their own")]
    public async Task Install_UnusableRole_IsRefusedAndInstallsNothing(string application, string agent, string reason)
    {
        var database = await _cluster.DatabaseAsync(install: false);
        var names = Names(database) with { ApplicationRole = application, AgentRole = agent };

        var answer = await PostgresInstaller.InstallAsync(_cluster.Options(database, "postgres"), names, TimeProvider.System, Deadline, Cancellation);

        Assert.Contains(reason, Assert.IsType<DataAnswer<int>.Refused>(answer).Reason, StringComparison.Ordinal);
        Assert.False(await _cluster.Server.ValueAsync<bool>(database, "select exists (select from pg_namespace where nspname = 'mahavishnu')", Cancellation));
    }

    [Fact]
    public async Task Install_OtherDatabaseThanNamed_IsRefused()
    {
        var database = await _cluster.DatabaseAsync(install: false);

        var answer = await PostgresInstaller.InstallAsync(_cluster.Options("postgres", "postgres"), Names(database), TimeProvider.System, Deadline, Cancellation);

        Assert.Contains(database, Assert.IsType<DataAnswer<int>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a-name-of-sixty-four-bytes-is-one-more-than-postgresql-may-takes")]
    public void Script_NoName_IsAnArgumentError(string name) =>
        Assert.Throws<ArgumentException>(() => PostgresInstaller.Script(Names("db") with { ApplicationRole = name }));

    [Theory]
    //          statement                                                                                     error code
    [InlineData("select * from orders",                                                                       "42501")]
    [InlineData("insert into orders values (1)",                                                              "42501")]
    [InlineData("delete from orders",                                                                         "42501")]
    [InlineData("insert into mahavishnu.heartbeat values ('x', 'x', 1, now())",                               "42501")]
    [InlineData("update mahavishnu.fence set token = 9",                                                      "42501")]
    [InlineData("select mahavishnu.take_fence(9)",                                                            "42501")]
    [InlineData("select mahavishnu.assert_writable()",                                                        "42501")]
    [InlineData("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",           "42501")]
    [InlineData("alter system set fsync = on",                                                                "42501")]
    [InlineData("create table mahavishnu.mine (id int)",                                                      "42501")]
    [InlineData("create table public.mine (id int)",                                                          "42501")]
    [InlineData("create role other",                                                                          "42501")]
    [InlineData("set role app",                                                                               "42501")]
    [InlineData("select pg_read_file('postgresql.conf')",                                                     "42501")]
    [InlineData("select * from mahavishnu.heartbeat, mahavishnu.fence",                                       null)]
    public async Task Agent_Statement_IsAllowedOnlyWhereItIsNeeded(string statement, string? error)
    {
        var database = await _cluster.DatabaseAsync();
        await using var other = await _cluster.Server.ConnectAsync("postgres", database, Cancellation);

        Assert.Equal(error, await _cluster.ErrorAsync(Agent, database, statement));
    }

    [Theory]
    //          statement                                            error code
    [InlineData("select * from mahavishnu.fence",                    "42501")]
    [InlineData("select mahavishnu.fence(9)",                        "42501")]
    [InlineData("select mahavishnu.open(9, 'x')",                    "42501")]
    [InlineData("select mahavishnu.beat('x', 'x', 1, now())",        "42501")]
    [InlineData("select mahavishnu.end_sessions(9)",                 "42501")]
    [InlineData("select mahavishnu.assert_writable()",               null)]
    public async Task Application_Statement_IsAllowedOnlyTheGuard(string statement, string? error)
    {
        var database = await _cluster.DatabaseAsync();

        Assert.Equal(error, await _cluster.ErrorAsync(Application, database, statement));
    }

    [Fact]
    public async Task Anybody_WithoutAGrant_MayNotConnect()
    {
        var database = await _cluster.DatabaseAsync();
        await _cluster.Server.ExecuteAsync("postgres", "drop role if exists stranger; create role stranger login", Cancellation);

        Assert.Equal("42501", await _cluster.ErrorAsync("stranger", database, "select 1"));
    }
}
