using System.Text;
using Confluent.Kafka;
using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication.Kafka;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Kafka;

/// <summary>The real client and protocol, against librdkafka's mock cluster.</summary>
public sealed class KafkaNodeTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public KafkaNodeTests() => Assert.SkipWhen(MockKafka.Missing is not null, MockKafka.Missing ?? "");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static KafkaNode Node(string bootstrap, TimeSpan? timeout = null) =>
        new(new KafkaOptions { Region = new RegionId("eu-west-1"), Bootstrap = bootstrap, MessageTimeout = timeout ?? Deadline }, TimeProvider.System);

    private static T Value<T>(DataAnswer<T> answer) => answer is DataAnswer<T>.Ok ok ? ok.Value : throw new Xunit.Sdk.XunitException($"not usable: {answer.Problem}");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string[] Texts(DataAnswer<IReadOnlyList<KafkaMessage>> answer) => [.. Value(answer).Select(static m => $"{m.Topic}:{Encoding.UTF8.GetString(m.Value.Span)}")];

    [Fact]
    public async Task Read_Cluster_IsBrokersTopicsAndTheirPartitions()
    {
        using var kafka = new MockKafka(3, ("orders", 2), ("beats", 1));
        using var node = Node(kafka.Bootstrap);

        var reading = Value(await node.ReadAsync(Deadline, Cancelled));

        Assert.Equal([1, 2, 3], reading.Brokers);
        Assert.Equal(["beats", "orders"], reading.Topics.Select(static t => t.Name));
        Assert.Equal([new SeenPartition(0, true, 3, 3), new SeenPartition(1, true, 3, 3)], reading.Topics[1].Partitions);
        Assert.Empty(KafkaHealth.Findings(reading.Brokers.Count, reading.Topics, [new WantedTopic("orders", 2, 3, null)]));
    }

    [Fact]
    public async Task Read_PartitionWithoutALeader_IsAFinding()
    {
        using var kafka = new MockKafka(3, ("orders", 2));
        using var node = Node(kafka.Bootstrap);
        kafka.SetLeader("orders", 1, null);

        var reading = Value(await node.ReadAsync(Deadline, Cancelled));

        var finding = Assert.Single(KafkaHealth.Findings(reading.Brokers.Count, reading.Topics, []));
        Assert.Equal(("K-01", "orders: nobody serves 1 of 2 partitions (1)"), (finding.Rule, finding.Sentence));
    }

    [Fact]
    public async Task ReadTail_WhatWasWritten_ComesOnceAndInOrder()
    {
        using var kafka = new MockKafka(1, ("beats", 1), ("other", 1));
        using var node = Node(kafka.Bootstrap);
        for (var number = 0; number < 40; number++)
        {
            Value(await node.WriteAsync("beats", Bytes("k"), Bytes($"{number}"), Cancelled));
        }

        var first = Texts(await node.ReadTailAsync(["beats"], Deadline, Cancelled));
        Assert.Equal("beats:39", first[^1]);
        Assert.InRange(first.Length, 1, 17);
        Assert.Empty(Texts(await node.ReadTailAsync(["beats"], Deadline, Cancelled)));
        Value(await node.WriteAsync("beats", Bytes("k"), Bytes("40"), Cancelled));
        Value(await node.WriteAsync("other", Bytes("k"), Bytes("x"), Cancelled));
        Assert.Equal(["beats:40", "other:x"], Texts(await node.ReadTailAsync(["beats", "other"], Deadline, Cancelled)).Order());
        Assert.Empty(Texts(await node.ReadTailAsync(["beats", "other"], Deadline, Cancelled)));
    }

    [Fact]
    public async Task ReadGroup_CommittedAndNot_IsTheLagAndUnknown()
    {
        using var kafka = new MockKafka(1, ("orders", 2));
        using var node = Node(kafka.Bootstrap);
        for (var number = 0; number < 5; number++)
        {
            Value(await node.WriteAsync("orders", Bytes("k"), Bytes("v"), Cancelled));
        }

        using (var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = kafka.Bootstrap, GroupId = "billing" }).Build())
        {
            consumer.Commit([new TopicPartitionOffset("orders", 0, 3)]);
        }

        var lag = Value(await node.ReadGroupAsync("billing", Value(await node.ReadAsync(Deadline, Cancelled)).Topics, Deadline, Cancelled));

        Assert.Equal([new KafkaGroupLag("orders", 0, 2), new KafkaGroupLag("orders", 1, null)], lag.OrderBy(static l => l.Partition));
    }

    [Fact]
    public async Task Any_ClusterIsDown_SaysSoInTimeAndComesBack()
    {
        using var kafka = new MockKafka(1, ("beats", 1));
        using var node = Node(kafka.Bootstrap, TimeSpan.FromMilliseconds(500));
        Value(await node.WriteAsync("beats", Bytes("k"), Bytes("1"), Cancelled));
        Assert.Single(Texts(await node.ReadTailAsync(["beats"], Deadline, Cancelled)));
        kafka.SetUp(1, false);

        Assert.Contains("Kafka of eu-west-1", (await node.ReadAsync(TimeSpan.FromMilliseconds(500), Cancelled)).Problem, StringComparison.Ordinal);
        Assert.NotNull((await node.WriteAsync("beats", Bytes("k"), Bytes("2"), Cancelled)).Problem);
        Assert.NotNull((await node.ReadTailAsync(["beats"], TimeSpan.FromMilliseconds(500), Cancelled)).Problem);

        kafka.SetUp(1, true);
        while ((await node.ReadAsync(Deadline, Cancelled)).Problem is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancelled);
        }
    }

    [Fact]
    public async Task Read_NobodyListens_IsUnreachableOrUnknownWithTheAddress()
    {
        using var node = Node("127.0.0.1:1");

        var answer = await node.ReadAsync(TimeSpan.FromMilliseconds(500), Cancelled);

        Assert.Contains("127.0.0.1:1", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_TopicThatDoesNotExist_IsSaid()
    {
        using var kafka = new MockKafka(1, ("beats", 1));
        using var node = Node(kafka.Bootstrap, TimeSpan.FromSeconds(1));

        Assert.NotNull((await node.WriteAsync("beats", Bytes("k"), Bytes("1"), Cancelled) as DataAnswer<TimeSpan>.Ok)?.Value);
        Assert.NotNull((await node.ReadGroupAsync("g", [new SeenTopic("beats", [new SeenPartition(7, true, 1, 1)])], Deadline, Cancelled)).Problem
            ?? "a partition that does not exist is unknown");
    }
}
