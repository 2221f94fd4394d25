using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers.OpenSearch;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.OpenSearch;

/// <summary>Two clusters with an index that the second follows, and a client of each.</summary>
internal sealed class SearchWorld : IAsyncDisposable
{
    public const string Index = "mahavishnu_code";
    public const string Beats = "mahavishnu_heartbeat";

    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly List<OpenSearchNode> _nodes = [];

    private SearchWorld(OpenSearchDouble world, FakeTimeProvider time) => (World, Time) = (world, time);

    public OpenSearchDouble World { get; }

    /// <summary>The clock of the clusters' leases; the clients use the machine's.</summary>
    public FakeTimeProvider Time { get; }

    public ClusterDouble Us => World["us-east-1"];

    public ClusterDouble Eu => World["eu-west-1"];

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<SearchWorld> StartAsync()
    {
        var time = new FakeTimeProvider();
        var world = await OpenSearchDouble.StartAsync(time, Stop, "us-east-1", "eu-west-1");
        world.Replicate(Index, "us-east-1", "eu-west-1");
        return new SearchWorld(world, time);
    }

    public OpenSearchNode Node(ClusterDouble cluster, string? user = null, string? password = null) => Node(cluster.Name, cluster.Url, user, password);

    public OpenSearchNode Node(string region, Uri url, string? user = null, string? password = null)
    {
        var node = new OpenSearchNode(
            new OpenSearchOptions { Region = new RegionId(region), Address = url, HeartbeatIndex = Beats, Username = user, Password = password is null ? null : () => password }, TimeProvider.System);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Writes documents into the leader.</summary>
    public void Write(params string[] ids) => Us.With(c =>
    {
        foreach (var id in ids)
        {
            c.Indices[Index].Apply(id, new JsonObject());
        }

        return 0;
    });

    public static async Task<T> Value<T>(Task<DataAnswer<T>> answer) => await answer is DataAnswer<T>.Ok ok ? ok.Value : throw new InvalidOperationException($"Expected Ok: {await answer}");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }

        await World.DisposeAsync();
    }
}
