using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>
/// librdkafka's mock cluster on real sockets in this process: the real protocol and a broker that is none. It keeps nothing,
/// drops the oldest messages of a partition beyond about 5 MB, and answers no administration but the metadata.
/// </summary>
public sealed class MockKafka : IDisposable
{
    private const string Lib = "librdkafka-mock";
    private readonly IntPtr _client;
    private readonly IntPtr _cluster;

    static MockKafka() => NativeLibrary.SetDllImportResolver(typeof(MockKafka).Assembly, static (name, _, _) =>
        name == Lib ? NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "runtimes/linux-x64/native/centos8-librdkafka.so")) : IntPtr.Zero);

    /// <summary>Starts a cluster.</summary>
    /// <param name="brokers">How many brokers; topics have as many copies.</param>
    /// <param name="topics">The topics and their numbers of partitions.</param>
    public MockKafka(int brokers, params (string Name, int Partitions)[] topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        _client = rd_kafka_new(0, rd_kafka_conf_new(), IntPtr.Zero, UIntPtr.Zero);
        _cluster = rd_kafka_mock_cluster_new(_client, brokers);
        Bootstrap = Marshal.PtrToStringAnsi(rd_kafka_mock_cluster_bootstraps(_cluster))!;
        foreach (var (name, partitions) in topics)
        {
            CreateTopic(name, partitions, brokers);
        }
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? null : "The mock cluster of Kafka is loaded from the library for Linux on x64.";

    /// <summary>The addresses of its brokers.</summary>
    public string Bootstrap { get; }

    /// <summary>Makes a topic.</summary>
    public void CreateTopic(string name, int partitions, int copies) => Check(rd_kafka_mock_topic_create(_cluster, name, partitions, copies));

    /// <summary>Takes a broker down, or lets it answer again. Brokers are numbered from 1.</summary>
    public void SetUp(int broker, bool up) => Check(up ? rd_kafka_mock_broker_set_up(_cluster, broker) : rd_kafka_mock_broker_set_down(_cluster, broker));

    /// <summary>Makes a broker slow by so much.</summary>
    public void SetDelay(int broker, TimeSpan delay) => Check(rd_kafka_mock_broker_set_rtt(_cluster, broker, (int)delay.TotalMilliseconds));

    /// <summary>Gives a partition another leader; null takes it away.</summary>
    public void SetLeader(string topic, int partition, int? broker) => Check(rd_kafka_mock_partition_set_leader(_cluster, topic, partition, broker ?? -1));

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new KafkaException((ErrorCode)error);
        }
    }

    [DllImport(Lib)]
    private static extern IntPtr rd_kafka_conf_new();

    [DllImport(Lib)]
    private static extern IntPtr rd_kafka_new(int type, IntPtr conf, IntPtr error, UIntPtr size);

    [DllImport(Lib)]
    private static extern void rd_kafka_destroy(IntPtr client);

    [DllImport(Lib)]
    private static extern IntPtr rd_kafka_mock_cluster_new(IntPtr client, int brokers);

    [DllImport(Lib)]
    private static extern void rd_kafka_mock_cluster_destroy(IntPtr cluster);

    [DllImport(Lib)]
    private static extern IntPtr rd_kafka_mock_cluster_bootstraps(IntPtr cluster);

    [DllImport(Lib, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int rd_kafka_mock_topic_create(IntPtr cluster, string topic, int partitions, int copies);

    [DllImport(Lib, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int rd_kafka_mock_partition_set_leader(IntPtr cluster, string topic, int partition, int broker);

    [DllImport(Lib)]
    private static extern int rd_kafka_mock_broker_set_down(IntPtr cluster, int broker);

    [DllImport(Lib)]
    private static extern int rd_kafka_mock_broker_set_up(IntPtr cluster, int broker);

    [DllImport(Lib)]
    private static extern int rd_kafka_mock_broker_set_rtt(IntPtr cluster, int broker, int milliseconds);
}
