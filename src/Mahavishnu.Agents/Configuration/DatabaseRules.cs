using System.Globalization;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of the databases.</summary>
internal static class DatabaseRules
{
    private static readonly ConfigPath Postgresql = ConfigPath.Of("database.postgresql");
    private static readonly ConfigPath Servers = Postgresql.Key("primary_regions");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        if (context.Options.Database.Postgresql is not { } postgres)
        {
            return;
        }

        foreach (var (index, server) in postgres.PrimaryRegions.Index())
        {
            context.RequireRegion(Servers.Item(index).Key("region"), server.Region);
        }

        context.RequireDistinct(postgres.PrimaryRegions.Select(static (s, i) => ((string?)s.Region.Value, Servers.Item(i).Key("region"))), "one server for each region");
        context.RequireDistinct(postgres.PrimaryRegions.Select(static (s, i) => ((string?)s.Endpoint.Authority, Servers.Item(i).Key("endpoint"))), "a server of its own for each region");
        CheckWriters(context, postgres);
        CheckTiming(context, postgres);
        if (postgres.Mode == PostgresMode.PrimaryReplica)
        {
            CheckServers(context, postgres);
        }

        else
        {
            MultiMasterRules.Check(context, postgres);
        }

        CheckResidency(context, postgres);
        if (postgres.Timeout + postgres.Interval > TimeSpan.FromSeconds(30))
        {
            context.Error(Postgresql.Key("interval"), "and timeout are together more than 30 s; expected less, or a measurement is too old to decide by (1 min) soon after it is made");
        }
    }

    private static void CheckWriters(RuleContext context, PostgresqlOptions postgres)
    {
        var writers = postgres.PrimaryRegions.Count(static s => s.Role == PostgresRole.Writer);
        if (postgres.Mode == PostgresMode.PrimaryReplica && writers != 1)
        {
            context.Error(Servers, $"has {writers} servers with role writer; expected exactly one in mode primary_replica, or mode multi_master");
        }
        else if (postgres.Mode == PostgresMode.MultiMaster && writers < 2)
        {
            context.Error(Servers, $"has {writers} servers with role writer; expected two or more in mode multi_master, or mode primary_replica");
        }
    }

    private static void CheckTiming(RuleContext context, PostgresqlOptions postgres)
    {
        var (split, path) = (context.Options.SplitBrainPrevention, ConfigPath.Of("split_brain_prevention.primary"));
        var timing = split.PrimaryTiming;
        if (timing.LeastWait > timing.RevocationWait)
        {
            context.Error(path.Key("revocation_wait"), string.Create(CultureInfo.InvariantCulture,
                $"breaks the law of timing (validity + fencing_time) x (1 + clock_drift) / (1 - clock_drift) <= revocation_wait, because {timing.LeastWait.TotalSeconds:0.####}s > {timing.RevocationWait.TotalSeconds:0.####}s; expected figures that keep it, or two regions may write at once"));
        }

        if (postgres.Interval * 2 > timing.Validity)
        {
            context.Error(Postgresql.Key("interval"), "is more than half of split_brain_prevention.primary.validity; expected less, or the agents of a region cannot see in time that another of them holds its right to write");
        }

        if (split.Leadership.HeartbeatInterval + split.Leadership.RequestTimeout >= timing.Validity)
        {
            context.Error(path.Key("validity"), "is not longer than heartbeat_interval and request_timeout of leadership together; expected more, or one slow answer of a store fences the database");
        }
    }

    /// <summary>A region without a server could not take over from the primary's, and only the failover would find that out.</summary>
    private static void CheckServers(RuleContext context, PostgresqlOptions postgres)
    {
        foreach (var region in context.Options.Regions.Keys.Order().Where(r => postgres.PrimaryRegions.All(s => s.Region != r)))
        {
            context.Error(Servers, $"has no server in {region}, which so could not take over; expected one in every region");
        }
    }

    /// <summary>A copy in a region that may not hold the data is unlawful by configuration, whoever reads it.</summary>
    private static void CheckResidency(RuleContext context, PostgresqlOptions postgres)
    {
        foreach (var source in postgres.PrimaryRegions.Where(static s => s.Role == PostgresRole.Writer))
        {
            foreach (var (index, target) in postgres.PrimaryRegions.Index().Where(t => t.Item.Region != source.Region))
            {
                if (context.Options.ResidencyObjection(source.Region, target.Region) is { } objection)
                {
                    context.Warning(Servers.Item(index).Key("region"),
                        $"replicates the data of {source.Region} to {target.Region}: {objection}; expected filters that keep that class out of the copy (publications by table), or another region");
                }
            }
        }
    }
}
