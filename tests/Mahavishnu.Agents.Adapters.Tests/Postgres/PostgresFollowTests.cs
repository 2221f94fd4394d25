using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>A primary with two standbys, of which one is promoted, as the agent's role sees them.</summary>
public sealed class PostgresFollowTests
{
    private static readonly string[] Slots = ["first", "second"];

    [Fact]
    public async Task Follow_AnotherWasPromoted_StreamsFromItAndMayBeRepeated()
    {
        await using var old = await StartAsync();
        var database = await old.DatabaseAsync();
        await using var first = await old.StandbyAsync("first");
        await using var second = await old.StandbyAsync("second");
        var promoted = first.Node(database);
        Value(await promoted.PromoteAsync(7, TimeSpan.FromSeconds(10), Deadline, Cancellation));
        await using var primary = new PostgresStandby(first.Options(database), TimeProvider.System);
        await using var standby = new PostgresStandby(second.Options(database), TimeProvider.System);
        var source = new PostgresReplicationSource("127.0.0.1", first.Server.Port, "postgres", "/tmp/it's no file", "disable");

        Value(await primary.MakeSlotsAsync(Slots, Deadline, Cancellation));
        Value(await primary.MakeSlotsAsync(Slots, Deadline, Cancellation));
        Value(await standby.FollowAsync(source, "second", Deadline, Cancellation));
        Value(await standby.FollowAsync(source, "second", Deadline, Cancellation));

        var reading = await UntilAsync(async () => Value(await promoted.ReadAsync(Deadline, Cancellation)), static r => r.Slots.Any(static s => s is { Name: "second", Active: true }));
        Assert.Contains(reading.Slots, static s => s is { Name: "first", Active: false, RetainedBytes: null });
        await first.Server.ExecuteAsync(database, "insert into orders values (42)", Cancellation);
        await UntilAsync(() => second.Server.ValueAsync<long>(database, "select count(*) from orders where id = 42", Cancellation), static n => n == 1);

        Value(await primary.DropSlotsAsync(Slots, Deadline, Cancellation));
        Assert.Equal(["second"], Value(await promoted.ReadAsync(Deadline, Cancellation)).Slots.Select(static s => s.Name));
    }

    [Fact]
    public async Task Follow_Primary_IsRefused()
    {
        await using var cluster = await StartAsync();
        await using var server = new PostgresStandby(cluster.Options(await cluster.DatabaseAsync()), TimeProvider.System);

        var answer = await server.FollowAsync(new PostgresReplicationSource("127.0.0.1", 1, "postgres", null, "disable"), "first", Deadline, Cancellation);

        Assert.Contains("is no standby", Assert.IsType<DataAnswer<bool>.Refused>(answer).Problem, StringComparison.Ordinal);
    }

    /// <summary>Nothing but what following needs may be set, and nobody else's slots be touched.</summary>
    [Fact]
    public async Task Install_Agent_MaySetNoMoreThanWhomToFollow()
    {
        await using var cluster = await StartAsync();
        var database = await cluster.DatabaseAsync();

        Assert.Equal("42501", await cluster.ErrorAsync(Agent, database, "alter system set archive_command = 'true'"));
        Assert.Equal("42501", await cluster.ErrorAsync(Agent, database, "select pg_create_physical_replication_slot('x')"));
        Assert.Null(await cluster.ErrorAsync(Agent, database, "alter system set primary_slot_name = 'x'"));
    }
}
