using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.TestKit.Servers.OpenSearch;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

/// <summary>Three linked clusters with two indices and the heartbeats, led by the first, and a mover of them.</summary>
internal sealed class SearchMoves : IAsyncDisposable
{
    public const string Code = "mahavishnu_code";
    public const string Beats = "mahavishnu_agent_heartbeat";

    public static readonly RegionId UsId = new("us-east-1");
    public static readonly RegionId EuId = new("eu-west-1");
    public static readonly RegionId ApId = new("ap-southeast-1");

    private readonly Dictionary<RegionId, OpenSearchNode> _nodes;

    private SearchMoves(OpenSearchDouble world, SearchReseed reseed, string[] transport)
    {
        World = world;
        Options = new SearchOptions
        {
            LeaderCluster = new SearchLeaderOptions { Region = UsId, Endpoint = world["us-east-1"].Url },
            FollowerClusters = [Follower(EuId), Follower(ApId)],
            Indexes = [new SearchIndexOptions { Name = Code }, new SearchIndexOptions { Name = "local", ReplicationEnabled = false }],
            Timeout = TimeSpan.FromSeconds(5),
            Interval = TimeSpan.FromSeconds(1),
            Reseed = reseed,
        };
        _nodes = Options.Clusters.ToDictionary(static c => c.Region, c => new OpenSearchNode(Options.ToOpenSearch(c.Region, c.Endpoint), TimeProvider.System));
        Mover = SearchParts.Mover(new SearchClusters(Options, _nodes), _ => MayStart, TimeSpan.FromSeconds(1), new AgentClock(TimeProvider.System));

        SearchFollowerOptions Follower(RegionId region) => new() { Region = region, Endpoint = world[region.Value].Url, Transport = region == EuId ? transport : [] };
    }

    public OpenSearchDouble World { get; }

    public SearchOptions Options { get; }

    public SearchMover Mover { get; }

    public bool MayStart { get; set; } = true;

    public ClusterDouble Us => World["us-east-1"];

    public ClusterDouble Eu => World["eu-west-1"];

    public ClusterDouble Ap => World["ap-southeast-1"];

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public OpenSearchNode Node(RegionId region) => _nodes[region];

    public static async Task<SearchMoves> StartAsync(SearchReseed reseed = SearchReseed.Manual, params string[] transport)
    {
        var world = await OpenSearchDouble.StartAsync(new FakeTimeProvider(), Stop, "us-east-1", "eu-west-1", "ap-southeast-1");
        world.Replicate(Code, "us-east-1", "eu-west-1", "ap-southeast-1");
        world.Replicate(Beats, "us-east-1", "eu-west-1", "ap-southeast-1");
        return new SearchMoves(world, reseed, transport);
    }

    public static void Write(ClusterDouble cluster, params string[] ids) => cluster.With(c =>
    {
        foreach (var id in ids)
        {
            c.Indices[Code].Apply(id, new JsonObject());
        }

        return 0;
    });

    public static string[] Documents(ClusterDouble cluster) => cluster.With(static c => c.Indices[Code].Documents.Keys.ToArray());

    public static JournalRecord Forth(SagaStep step, bool graceful = false) => Record(SagaKind.Failover, step, UsId, EuId) with
    {
        Decision = graceful ? DecisionKind.GracefulFailover : DecisionKind.ImmediateFailover,
        Skipped = graceful ? [] : [SagaStep.CatchUp],
    };

    public static JournalRecord Back() => Record(SagaKind.Failback, SagaStep.SyncData, EuId, UsId);

    public async Task<string> RunAsync(JournalRecord record)
    {
        var (result, detail) = await Mover.RunAsync(record, Stop);
        Assert.NotEmpty(detail);
        return $"{result}: {detail}";
    }

    /// <summary>Runs a step that must be done.</summary>
    public async Task DoneAsync(JournalRecord record) => Assert.StartsWith("Done: ", await RunAsync(record), StringComparison.Ordinal);

    /// <summary>Fails over with a dead source.</summary>
    public async Task FailOverAsync()
    {
        Us.Down = true;
        await DoneAsync(Forth(SagaStep.FenceSource));
        await DoneAsync(Forth(SagaStep.PromoteSearch));
    }

    private static JournalRecord Record(SagaKind kind, SagaStep step, RegionId source, RegionId target) => new()
    {
        PlanId = "fo-1-1", Kind = kind, Step = step, Phase = StepPhase.Intended, Source = source, Target = target, Audiences = [UsId],
        Before = RoutingTable.Home([UsId, EuId, ApId]), Desired = RoutingTable.Home([UsId, EuId, ApId]), Decision = DecisionKind.GracefulFailover,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            node.Dispose();
        }

        await World.DisposeAsync();
    }
}
