using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of Kafka.</summary>
internal static class MessagingRules
{
    private static readonly ConfigPath Kafka = ConfigPath.Of("messaging.kafka");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        if (context.Options.Messaging.Kafka is not { } kafka)
        {
            return;
        }

        foreach (var (index, region) in kafka.Regions.Index())
        {
            context.RequireRegion(Kafka.Key("regions").Item(index), region);
            if (region.Value.Contains(kafka.MirrorMaker.Separator, StringComparison.Ordinal))
            {
                context.Error(Kafka.Key("regions").Item(index), $"has {Shown.Quoted(kafka.MirrorMaker.Separator)} in its name, which separates a source from a topic; expected another mirror_maker.separator");
            }
        }

        foreach (var region in kafka.BootstrapServers.Keys.Order().Where(r => !kafka.Regions.Contains(r)))
        {
            context.Error(Kafka.Key("bootstrap_servers").Key(region.Value), "is no region of messaging.kafka.regions");
        }

        context.RequireDistinct(kafka.Topics.Select(static (t, i) => ((string?)t.Name, Kafka.Key("topics").Item(i).Key("name"))), "every topic once");
        CheckMirror(context, kafka);
        if (kafka.Password is not null && kafka.Username is null)
        {
            context.Error(Kafka.Key("username"), "is missing, and a password is given; expected both or neither");
        }

        if (!kafka.Tls && kafka.CaFile is not null)
        {
            context.Error(Kafka.Key("ca_file"), "is given for connections that are not encrypted; expected tls: true, or no ca_file");
        }
    }

    private static void CheckMirror(RuleContext context, KafkaMessagingOptions kafka)
    {
        var path = Kafka.Key("mirror_maker");
        foreach (var (index, topic) in kafka.MirrorMaker.Topics.Index())
        {
            if (kafka.Topics.All(t => t.Name != topic) && topic != kafka.HeartbeatTopic)
            {
                context.Error(path.Key("topics").Item(index), $"is {Shown.Quoted(topic)}, which is not in messaging.kafka.topics");
            }

            if (topic.Contains(kafka.MirrorMaker.Separator, StringComparison.Ordinal))
            {
                context.Error(path.Key("topics").Item(index), $"has {Shown.Quoted(kafka.MirrorMaker.Separator)} in its name, so that what stands before it is taken for the region of its source; expected a name without it");
            }
        }

        if (!kafka.MirrorMaker.Enabled)
        {
            return;
        }

        if (kafka.HeartbeatTopic is { } heartbeats && !kafka.MirrorMaker.Topics.Contains(heartbeats))
        {
            context.Error(path.Key("topics"), $"has no {Shown.Quoted(heartbeats)}, the heartbeat_topic; expected it there, or no lag is ever measured");
        }

        foreach (var (source, target) in kafka.Regions.SelectMany(s => kafka.Regions.Where(t => t != s).Select(t => (s, t))))
        {
            if (context.Options.ResidencyObjection(source, target) is { } objection)
            {
                context.Warning(path, $"copies the topics of {source} to {target}: {objection}; expected that class in topics that are not copied, or filters of MirrorMaker");
            }
        }
    }
}
