using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;
using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Kafka;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.TestKit.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

/// <summary>An agent's view of its own cluster, into which another region's heartbeats are copied as MirrorMaker would.</summary>
public sealed class KafkaWatchTests : IAsyncLifetime
{
    private const string Beats = "beats";
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private readonly AgentClock _clock = new(TimeProvider.System);
    private MockKafka _kafka = null!;
    private KafkaNode _node = null!;
    private KafkaWatch _watch = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(MockKafka.Missing is not null, MockKafka.Missing ?? "");
        _kafka = new MockKafka(1, (Beats, 1), ($"us-east-1.{Beats}", 1), ("us-east-1.heartbeats", 1), ("orders", 2));
        _node = new KafkaNode(new KafkaOptions { Region = Eu, Bootstrap = _kafka.Bootstrap }, TimeProvider.System);
        var options = new KafkaMessagingOptions
        {
            Regions = [Us, Eu],
            ReplicationFactor = 1,
            HeartbeatTopic = Beats,
            Groups = ["billing"],
            Topics = [new KafkaTopicOptions { Name = "orders", Partitions = 2, Retention = TimeSpan.FromDays(7) }],
            MirrorMaker = new MirrorMakerOptions { Enabled = true, Topics = ["orders", Beats] },
            Timeout = TimeSpan.FromSeconds(5),
        };

        // Every writer's clock is this one.
        _watch = new KafkaWatch(Eu, options, _node, "p", _ => new PeerClock(_clock.Wall - _clock.Now, TimeSpan.FromMilliseconds(1)), _clock, TimeSpan.FromMinutes(1), NullLogger<KafkaWatch>.Instance);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        _node?.Dispose();
        _kafka?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Look_CopiedHeartbeats_AreTheLagAndTheTimeLeft()
    {
        await CopyAsync(1, _clock.Wall - TimeSpan.FromSeconds(2));
        await _watch.RunOnceAsync(Cancelled);

        var view = _watch.View();
        Assert.Null(view.Problem);
        var lag = view.Lag[Us];
        Assert.Equal(LagState.Measured, lag.State);
        Assert.InRange(lag.AtMost!.Value.TotalSeconds, 2, 30);
        Assert.Equal(RecoveryState.Safe, view.Windows.Single(static w => w.Link == "us-east-1 orders").State);
        Assert.Contains(view.Values, static v => v.Gauge.Name == "kafka_ack_seconds");
        Assert.Equal(["K-15"], view.Findings.Select(static f => f.Rule));
    }

    [Fact]
    public async Task Look_ClusterIsDown_LagIsUnknownInTheEndAndNeverZero()
    {
        await CopyAsync(1, _clock.Wall);
        await _watch.RunOnceAsync(Cancelled);
        _kafka.SetUp(1, false);

        while (_watch.View().Problem is null)
        {
            await _watch.RunOnceAsync(Cancelled);
        }

        Assert.True(_watch.View().Lag[Us].AtMost is null or { Ticks: > 0 });
        Assert.Contains("Kafka of eu-west-1", _watch.View().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_FutureStampAndLostCanaries_AreNamed()
    {
        await CopyAsync(1, _clock.Wall);
        await CopyAsync(50, _clock.Wall);
        await CopyAsync(100, _clock.Wall + TimeSpan.FromHours(1));
        await _watch.RunOnceAsync(Cancelled);

        var view = _watch.View();
        Assert.Equal((LagState.Future, null), (view.Lag[Us].State, view.Lag[Us].AtMost));
        Assert.Contains(view.Findings, static f => f.Rule == "K-12" && f.Sentence.StartsWith("us-east-1: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Look_RecordsOfMirrorMaker_AreReadAndForeignOnesNamed()
    {
        await SendAsync("us-east-1.heartbeats", [0, 1, (byte)'x', 0, 1, (byte)'y'], Stamp(_clock.Wall.ToUnixTimeMilliseconds()));
        await _watch.RunOnceAsync(Cancelled);
        Assert.Contains(_watch.View().Values, static v => v.Gauge.Name == "kafka_mirror_heartbeat_age_seconds" && v.Value < 60);

        await SendAsync("us-east-1.heartbeats", [0, 9, 1], [1]);
        await _watch.RunOnceAsync(Cancelled);
        Assert.Contains(_watch.View().Findings, static f => f.Rule == "K-13");
    }

    private static byte[] Stamp(long milliseconds)
    {
        var value = new byte[10];
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(2), milliseconds);
        return value;
    }

    private Task CopyAsync(long sequence, DateTimeOffset stamp) =>
        SendAsync($"us-east-1.{Beats}", Encoding.UTF8.GetBytes("q"), KafkaBeat.Write(new StoredHeartbeat("q", sequence, stamp)));

    private async Task SendAsync(string topic, byte[] key, byte[] value)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _kafka.Bootstrap }).Build();
        await producer.ProduceAsync(topic, new Message<byte[], byte[]> { Key = key, Value = value }, Cancelled);
    }
}
