using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Configuration;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold for at most one leader to act.</summary>
internal static class QuorumRules
{
    private const string Section = "split_brain_prevention";
    private static readonly TimeSpan ConsulLeastTtl = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConsulGreatestTtl = TimeSpan.FromHours(24);
    private static readonly ConfigPath Quorum = ConfigPath.Of(Section).Key("quorum");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        var split = context.Options.SplitBrainPrevention;
        CheckNeeded(context, split);
        CheckSize(context, split.Quorum);
        CheckStores(context, split);
        CheckConsul(context, split);
        CheckTiming(context, split);
    }

    private static void CheckNeeded(RuleContext context, SplitBrainOptions split)
    {
        var needs = context.Runs(AgentModule.Failover) ? "failover" : context.Runs(AgentModule.Leadership) ? "leadership" : null;
        if (needs is not null && !split.Enabled)
        {
            context.Error(ConfigPath.Of(Section).Key("enabled"),
                $"is false, but the module {needs} of agent.modules acts only as the elected leader; expected true, or agent.modules without it");
        }
        else if (needs is not null && split.Quorum.Regions.Count == 0)
        {
            context.Error(Quorum.Key("regions"),
                $"lists no region, but the module {needs} of agent.modules needs the stores of a quorum; expected the regions that have a store, or agent.modules without it");
        }

        if (context.Runs(AgentModule.Failover) && !context.Runs(AgentModule.Leadership))
        {
            context.Error(ConfigPath.Of("agent.modules"), "has failover without leadership, and only a leader fails over; expected both");
        }
    }

    private static void CheckSize(RuleContext context, QuorumOptions quorum)
    {
        var count = quorum.Regions.Count;
        context.RequireDistinct(quorum.Regions.Select((region, i) => ((string?)region.Value, Quorum.Key("regions").Item(i))), "every region once");
        if (quorum.Size is { } size && size != count && !context.Problems.HasErrorsAt(Quorum.Key("regions")))
        {
            context.Error(Quorum.Key("size"), $"is {size}, but quorum.regions lists {count}; expected {count}: the size is the number of stores, of which a majority must agree");
        }

        if (count > 0 && count % 2 == 0)
        {
            context.Warning(Quorum.Key("regions"), $"lists {count}, an even number: {(count / 2) + 1} of them must agree, so one more region costs availability and gains nothing; expected an odd number");
        }

        if (!quorum.Enabled && count > 1)
        {
            context.Error(Quorum.Key("enabled"), $"is false, but leadership over {count} stores always rests on a majority; expected true, or one region");
        }
    }

    private static void CheckStores(RuleContext context, SplitBrainOptions split)
    {
        var regions = context.Options.Regions;
        foreach (var (index, region) in split.Quorum.Regions.Index())
        {
            context.RequireRegion(Quorum.Key("regions").Item(index), region);
            if (regions.TryGetValue(region, out var options) && options.Consul is null && split.SharedAddress is null)
            {
                context.Error(ConfigPath.Of("regions").Key(region.Value).Key("consul"),
                    $"is missing, but quorum.regions at {context.Tree.OriginOf(Quorum.Key("regions"))} lists the region; expected the URL of its own store");
            }
        }

        foreach (var id in regions.Where(region => region.Value.Consul is not null && !split.Quorum.Regions.Contains(region.Key)).Select(static region => region.Key))
        {
            context.Warning(ConfigPath.Of("regions").Key(id.Value).Key("consul"), "is not used, because quorum.regions does not list the region");
        }
    }

    private static void CheckConsul(RuleContext context, SplitBrainOptions split)
    {
        var path = ConfigPath.Of(Section).Key("consul");
        if (split.Consul.SessionTtl < ConsulLeastTtl || split.Consul.SessionTtl > ConsulGreatestTtl)
        {
            context.Error(path.Key("session_ttl"), $"is {DurationText.Format(split.Consul.SessionTtl)}; expected from 10s, Consul's minimum, to 24h, its maximum");
        }

        if (split.Consul.Address is not null && split.SharedAddress is null && split.Quorum.Regions.Count > 1)
        {
            context.Warning(path.Key("address"), "is not used, because every region of the quorum has a store of its own: regions.{region}.consul");
        }

        if (split.Consul.ControlPrefix == "/")
        {
            context.Error(path.Key(split.Consul.KeyPrefix is null ? "lock_key" : "key_prefix"), "is the root of the store; expected a directory, such as mahavishnu/control/");
        }
        else if (!ConsulKeys.IsKey(split.Consul.ControlPrefix))
        {
            context.Error(path.Key(split.Consul.KeyPrefix is null ? "lock_key" : "key_prefix"),
                $"is {Shown.Quoted(split.Consul.KeyPrefix ?? split.Consul.LockKey ?? "")}; expected a directory, such as mahavishnu/control/, of printable names, none of them empty, . or ..");
        }
        else if (split.Consul is { KeyPrefix: null, LockKey: not null })
        {
            context.Note(path.Key("lock_key"), $"is taken as the directory of several keys, {Shown.Plainly(split.Consul.ControlPrefix)}, because one key in one store cannot survive its region");
        }
    }

    private static void CheckTiming(RuleContext context, SplitBrainOptions split)
    {
        var path = ConfigPath.Of(Section).Key("leadership");
        if (!split.Leadership.PreVote)
        {
            context.Error(path.Key("pre_vote"), "is false, but an agent always asks before it campaigns, so that it does not disturb a leader; expected true");
        }

        if (context.Problems.HasErrorsAt(path))
        {
            return;
        }

        // The time to live stands in another section and has a rule of its own, which names Consul's maximum as well.
        foreach (var law in split.Timing.Inequalities().Where(static law => !law.Holds && law.Key != "session_ttl"))
        {
            context.Error(path.Key(law.Key), $"breaks the law of timing {law.Statement}, because {law.Figures}; expected figures that keep it");
        }
    }
}
