using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.TestKit.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

/// <summary>Real servers that all write, and what a leader and the regions' agents do with them.</summary>
internal sealed class MultiMasterWorld : IAsyncDisposable
{
    private readonly Dictionary<RegionId, PostgresMaster> _masters;
    private readonly PostgresComparison _comparison;
    private readonly List<PostgresConflicts> _databases = [];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mh-");
    private long _sequence;

    private MultiMasterWorld(PglogicalServers servers)
    {
        Servers = servers;
        Audit = new AuditLog(_directory.FullName, "test", Clock);
        _masters = servers.Regions.ToDictionary(static r => r, r => new PostgresMaster(
            r, PglogicalServers.NodeOf(r), new PostgresNode(servers.Options(r), TimeProvider.System), new PostgresLinks(servers.Options(r), TimeProvider.System)));
        _comparison = new PostgresComparison(TimeSpan.FromSeconds(3), Clock);
        Mover = new PostgresMultiMover(_masters, _comparison, Timing, () => new Standing(Role.Leader, 1, Clock.Now + TimeSpan.FromMinutes(10), 3, "a test"), Clock);
    }

    public static RegionId Us { get; } = new("us-east-1");

    public static RegionId Eu { get; } = new("eu-west-1");

    public static RegionId Ap { get; } = new("ap-southeast-1");

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public PglogicalServers Servers { get; }

    public AgentClock Clock { get; } = new(TimeProvider.System);

    public AuditLog Audit { get; }

    public PostgresMultiMover Mover { get; }

    private static LeadershipTiming Timing => LeadershipTiming.Fast with { EffectDeadline = TimeSpan.FromSeconds(2) };

    public static async Task<MultiMasterWorld> StartAsync(params RegionId[] regions)
    {
        Assert.SkipWhen(PglogicalServers.Missing is not null, PglogicalServers.Missing ?? "");
        return new MultiMasterWorld(await PglogicalServers.StartAsync(regions, Cancelled));
    }

    /// <summary>A record of the journal: the users of the first region go to the second, or come back from it.</summary>
    public JournalRecord Record(SagaStep step, DecisionKind decision = DecisionKind.GracefulFailover)
    {
        var failback = step >= SagaStep.VerifyOriginal;
        var home = RoutingTable.Home(Servers.Regions);
        var away = home.With(Us, (Eu, 100));
        return new JournalRecord
        {
            PlanId = failback ? "fb-1-5" : "fo-1-1", Epoch = 1, Sequence = ++_sequence, Kind = failback ? SagaKind.Failback : SagaKind.Failover, Step = step, Phase = StepPhase.Intended,
            Source = failback ? Eu : Us, Target = failback ? Us : Eu, Audiences = [Us], Before = failback ? away : home, Desired = away, Decision = decision, Irreversible = !failback,
        };
    }

    /// <summary>Carries out a step until it is no longer to be tried again.</summary>
    public async Task<(EffectResult Result, string Detail)> RunAsync(SagaStep step, DecisionKind decision = DecisionKind.GracefulFailover)
    {
        var record = Record(step, decision);
        while (true)
        {
            var (result, detail) = await Mover.RunAsync(record, Cancelled);
            if (result != EffectResult.Unknown)
            {
                return (result, detail);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{step}: {detail}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancelled);
        }
    }

    public async Task<string> DoneAsync(SagaStep step, DecisionKind decision = DecisionKind.GracefulFailover)
    {
        var (result, detail) = await RunAsync(step, decision);
        Assert.True(result == EffectResult.Done, $"{step}: {result}: {detail}");
        return detail;
    }

    /// <summary>The agent's look at a region's links.</summary>
    public PostgresLinkWatch Links(RegionId region, Func<JournalRecord?>? record = null, long? slotLimit = null, TimeSpan slotIdle = default) => new(
        _masters[region], Servers.Regions.Where(r => r != region).ToDictionary(static r => r, PglogicalServers.NodeOf), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), slotLimit, slotIdle,
        record ?? (static () => null), Clock, Audit, NullLogger<PostgresLinkWatch>.Instance);

    /// <summary>The part of a region's agent that decides conflicts.</summary>
    public ConflictWatch Conflicts(RegionId region, string strategy = "last_write_wins", IConflictSource? source = null)
    {
        var database = new PostgresConflicts(Servers.Options(region), TimeProvider.System);
        _databases.Add(database);
        return new ConflictWatch(
            source ?? new ConflictTable(database, TimeSpan.FromSeconds(10)), database, new Dictionary<string, ConflictStrategy> { ["public.orders"] = ConflictStrategy.Find(strategy)! },
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), Clock, NullLogger<ConflictWatch>.Instance);
    }

    /// <summary>Stops or resumes replication in both directions between the only two regions, and waits until it is so.</summary>
    public async Task FlowAsync(bool flows, RegionId one, RegionId other)
    {
        foreach (var (to, from) in new[] { (one, other), (other, one) })
        {
            await Servers.ExecuteAsync(to, $"select pglogical.alter_subscription_{(flows ? "enable" : "disable")}('{PglogicalServers.LinkOf(to, from)}', true)", Cancelled);
        }

        foreach (var region in new[] { one, other })
        {
            await UntilAsync(() => Servers.TextAsync(region, "select distinct active from pg_replication_slots", Cancelled), flows ? "(t)" : "(f)");
        }
    }

    /// <summary>Asks until an answer is as expected; the test's timeout ends it.</summary>
    public static async Task UntilAsync(Func<Task<string>> ask, string expected)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (await ask() is var answer && answer != expected)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(30), $"expected {expected}, and it is {answer}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }
    }

    /// <summary>Waits until every region has the same orders, and these.</summary>
    public async Task AllHaveAsync(string orders)
    {
        foreach (var region in Servers.Regions)
        {
            await UntilAsync(() => Servers.OrdersAsync(region, Cancelled), orders);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _comparison.DisposeAsync();
        foreach (var master in _masters.Values)
        {
            await master.Node.DisposeAsync();
            await master.Links.DisposeAsync();
        }

        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        await Servers.DisposeAsync();
        Audit.Dispose();
        _directory.Delete(recursive: true);
    }
}
