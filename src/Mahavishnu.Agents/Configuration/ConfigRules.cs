using System.Net;
using System.Text.RegularExpressions;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between values of the configuration, beyond what each key says for itself.</summary>
internal static partial class ConfigRules
{
    /// <summary>Checks everything and reports all of it.</summary>
    public static void Check(AgentOptions options, ConfigTree tree, RegionId region, ConfigProblems problems)
    {
        var context = new RuleContext(region, options, tree, problems);
        CheckProcess(context);
        RegionRules.Check(context);
        HealthRules.Check(context);
        QuorumRules.Check(context);
        FailoverRules.Check(context);
        DatabaseRules.Check(context);
        CheckCache(context);
        SearchRules.Check(context);
        MessagingRules.Check(context);
        S3Rules.Check(context);
        CloudflareRules.Check(context);
        TrafficRules.Check(context);
        NoteUnused(context);
    }

    private static void CheckProcess(RuleContext context)
    {
        var (options, agent) = (context.Options, ConfigPath.Of("agent"));
        if (options.Region != context.Region)
        {
            context.Error(ConfigPath.Of("region"), $"is {Shown.Quoted(options.Region.Value ?? "")}, but this is the configuration of {context.Region}; expected {context.Region}");
        }

        CheckListen(context, agent);
        if (!AgentName().IsMatch(options.AgentName))
        {
            context.Error(agent.Key("name"), $"is {Shown.Quoted(options.AgentName)}; expected 1 to 63 letters, digits, dots, underscores and hyphens, the first a letter or a digit");
        }

        if (options.Agent.Modules.Count == 0)
        {
            context.Error(agent.Key("modules"), $"is an empty list; expected at least one of {string.Join(", ", ScalarBinding.TextsOf(typeof(AgentModule)))}");
        }

        context.RequireDistinct(
            options.Agent.Modules.Select((module, i) => ((string?)module.ToString(), agent.Key("modules").Item(i))), "every module once");
        context.RequireDistinct(
            options.Agent.Tokens.Select((token, i) => ((string?)token.Name, agent.Key("tokens").Item(i).Key("name"))), "a name that no other token has");
        foreach (var (index, token) in options.Agent.Tokens.Index().Where(static token => token.Item.Scopes.Count == 0))
        {
            context.Error(agent.Key("tokens").Item(index).Key("scopes"),
                $"is an empty list; expected at least one of {string.Join(", ", ScalarBinding.TextsOf(typeof(AccessScope)))}");
        }
    }

    private static void CheckCache(RuleContext context)
    {
        var (cache, path) = (context.Options.Cache, ConfigPath.Of("cache"));
        if (cache.Endpoint is { } host && Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown)
        {
            context.Error(path.Key("endpoint"), $"is {Shown.Quoted(host)}; expected the name or address of a Redis, with its port as cache.port");
        }

        if (cache.Redis is { Tls: false, CaFile: not null })
        {
            context.Error(path.Key("redis").Key("ca_file"), "is given for connections that are not encrypted; expected tls: true, or no ca_file");
        }
    }

    private static void CheckListen(RuleContext context, ConfigPath agent)
    {
        var listen = context.Options.Agent.Listen;
        if (!Uri.TryCreate($"http://{listen}", UriKind.Absolute, out var url) || url.PathAndQuery != "/" || url.UserInfo.Length > 0
            || listen.EndsWith('/') || url.Port == 0 || !listen.EndsWith($":{url.Port}", StringComparison.Ordinal))
        {
            context.Error(agent.Key("listen"), $"is {Shown.Quoted(listen)}; expected host:port, such as 127.0.0.1:8610 or [::1]:8610");
        }
        else if (context.Options.Agent.ListenEndPoint is null)
        {
            context.Error(agent.Key("listen"), $"is {Shown.Quoted(listen)}; its host must be an IP address of this machine, or localhost");
        }
        else if (context.Options.Agent.Advertise is null && IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            context.Error(agent.Key("listen"), $"is every address of the machine, which others cannot call; expected agent.advertise to say the URL that they use");
        }
    }

    private static void NoteUnused(RuleContext context)
    {
        foreach (var (path, type) in new[]
        {
            (ConfigPath.Root, typeof(AgentOptions)),
            (ConfigPath.Of("load_balancer"), typeof(LoadBalancerOptions)),
            (ConfigPath.Of("cache.redis"), typeof(RedisCacheOptions)),
            (ConfigPath.Of("cache.redis.persistence"), typeof(RedisPersistenceOptions)),
            (ConfigPath.Of("storage"), typeof(StorageOptions)),
            (ConfigPath.Of("database"), typeof(DatabaseOptions)),
            (ConfigPath.Of("database.postgresql"), typeof(PostgresqlOptions)),
            (ConfigPath.Of("database.postgresql.replication"), typeof(PostgresReplicationOptions)),
        })
        {
            foreach (var entry in (context.Tree.Find(path) as ConfigMap)?.Entries.Where(entry => OptionSchema.For(type).Unused.Contains(entry.Key)) ?? [])
            {
                context.Note(path.Key(entry.Key), "is accepted, but this build does not use it yet");
            }
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex AgentName();
}
