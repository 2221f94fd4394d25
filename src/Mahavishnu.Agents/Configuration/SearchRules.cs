using System.Text.RegularExpressions;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of OpenSearch.</summary>
internal static partial class SearchRules
{
    private static readonly ConfigPath Search = ConfigPath.Of("opensearch");
    private static readonly ConfigPath Followers = Search.Key("follower_clusters");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        if (context.Options.Opensearch is not { } search)
        {
            return;
        }

        List<(RegionId Region, Uri Endpoint, ConfigPath Path)> clusters =
        [
            (search.LeaderCluster.Region, search.LeaderCluster.Endpoint, Search.Key("leader_cluster")),
            .. search.FollowerClusters.Select(static (f, i) => (f.Region, f.Endpoint, Followers.Item(i))),
        ];
        foreach (var (region, endpoint, path) in clusters)
        {
            context.RequireRegion(path.Key("region"), region);
            if (endpoint.PathAndQuery != "/" || endpoint.UserInfo.Length > 0)
            {
                context.Error(path.Key("endpoint"), $"is {Shown.Quoted(endpoint.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped))}; expected scheme, host and port only, with opensearch.username and opensearch.password for the user");
            }
        }

        context.RequireDistinct(clusters.Select(static c => ((string?)c.Region.Value, c.Path.Key("region"))), "one cluster for each region");
        context.RequireDistinct(clusters.Select(static c => ((string?)c.Endpoint.Authority, c.Path.Key("endpoint"))), "a cluster of its own for each region");
        CheckFollowers(context, search);
        CheckIndices(context, search);
        CheckAccess(context, search);
        if (search.Timeout + search.Interval > TimeSpan.FromSeconds(45))
        {
            context.Error(Search.Key("interval"), "and timeout are together more than 45 s; expected less, or a measurement is too old to decide by (1 min) soon after it is made");
        }
    }

    private static void CheckFollowers(RuleContext context, SearchOptions search)
    {
        foreach (var (index, follower) in search.FollowerClusters.Index())
        {
            if (follower.ReplicationType == SearchReplicationType.Push)
            {
                context.Note(Followers.Item(index).Key("replication_type"), "is push, and means pull: in OpenSearch a follower pulls from its leader, and cannot be pushed to");
            }

            if (context.Options.ResidencyObjection(search.LeaderCluster.Region, follower.Region) is { } objection)
            {
                context.Warning(Followers.Item(index).Key("region"),
                    $"replicates the indices of {search.LeaderCluster.Region} to {follower.Region}: {objection}; expected that class in indices that are not replicated (replication_enabled: false), or another region");
            }
        }
    }

    private static void CheckIndices(RuleContext context, SearchOptions search)
    {
        var indices = Search.Key("indexes");
        context.RequireDistinct(search.Indexes.Select((x, i) => ((string?)x.Name, indices.Item(i).Key("name"))), "every index once");
        foreach (var (position, index) in search.Indexes.Index())
        {
            CheckName(context, indices.Item(position).Key("name"), index.Name);
            if (index is { ReplicationEnabled: true, ReadOnlyFollowers: false })
            {
                context.Error(indices.Item(position).Key("read_only_followers"),
                    "is false, but a follower of OpenSearch refuses every write but its leader's; expected true, and for writes in every region an index of its own in each, followed by the others and read through an alias");
            }
        }

        CheckName(context, Search.Key("heartbeat_index"), search.HeartbeatIndex);
    }

    private static void CheckName(RuleContext context, ConfigPath path, string name)
    {
        if (!IndexName().IsMatch(name))
        {
            context.Error(path, $"is {Shown.Quoted(name)}; expected the name of one index: lower case, without wildcards, blanks, commas, colons, slashes, quotes or #, and not beginning with -, _, + or .");
        }
    }

    private static void CheckAccess(RuleContext context, SearchOptions search)
    {
        if (!search.RemoteAlias.Contains("{region}", StringComparison.Ordinal) || !AliasName().IsMatch(search.RemoteAlias))
        {
            context.Error(Search.Key("remote_alias"), $"is {Shown.Quoted(search.RemoteAlias)}; expected letters, digits, - and _ with {{region}} in it, which stands for the region whose cluster is meant");
        }

        if ((search.Username is null) != (search.Password is null))
        {
            context.Error(Search.Key(search.Username is null ? "username" : "password"), "is missing; expected username and password together, or neither");
        }

        if (search.CaFile is not null && search.Clusters.All(static c => c.Endpoint.Scheme == "http"))
        {
            context.Error(Search.Key("ca_file"), "is given for connections that are not encrypted; expected https:// endpoints, or no ca_file");
        }

        if (search.Password is not null && search.Clusters.Any(static c => c.Endpoint is { Scheme: "http", IsLoopback: false }))
        {
            context.Warning(Search.Key("password"), "is sent to an http:// endpoint in the clear; expected https://");
        }
    }

    [GeneratedRegex(@"\A[^-_+.\s][^\s\\/*?""<>|,#:A-Z]{0,254}\z")]
    private static partial Regex IndexName();

    [GeneratedRegex(@"\A([A-Za-z0-9_-]|\{region\})+\z")]
    private static partial Regex AliasName();
}
