using System.Buffers.Binary;
using System.Text;

namespace Mahavishnu.Agents.Core.Replication.Kafka;

/// <summary>A heartbeat of MirrorMaker 2: written into the target cluster of a connector's pair.</summary>
/// <param name="Source">The pair's source cluster.</param>
/// <param name="Target">The pair's target cluster.</param>
/// <param name="StampMs">When it was made, by its worker's clock, in milliseconds since 1970.</param>
public sealed record MirrorHeartbeat(string Source, string Target, long StampMs);

/// <summary>A checkpoint of MirrorMaker 2: where a consumer group stands in the target cluster.</summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Topic">The topic's name in the target cluster.</param>
/// <param name="Partition">The partition.</param>
/// <param name="UpstreamOffset">What the group has committed in the source cluster.</param>
/// <param name="DownstreamOffset">What stands for it in the target cluster; -1 when it is too old to tell.</param>
public sealed record MirrorCheckpoint(string Group, string Topic, int Partition, long UpstreamOffset, long DownstreamOffset);

/// <summary>An offset sync of MirrorMaker 2: an offset of the source cluster and the one that stands for it in the target.</summary>
/// <param name="Topic">The topic's name in the source cluster.</param>
/// <param name="Partition">The partition.</param>
/// <param name="UpstreamOffset">The offset in the source cluster.</param>
/// <param name="DownstreamOffset">The one in the target cluster.</param>
public sealed record MirrorOffsetSync(string Topic, int Partition, long UpstreamOffset, long DownstreamOffset);

/// <summary>
/// Reads the records that MirrorMaker 2 keeps in its topics. Big-endian; a string is its length in bytes as INT16, then UTF-8.
/// A record that is none gives a problem, and never an exception: topics may hold anything.
/// </summary>
/// <remarks>Source: Apache Kafka, <c>Heartbeat.java</c>, <c>Checkpoint.java</c> and <c>OffsetSync.java</c>, format 0.</remarks>
public static class MirrorRecords
{
    private const short Format = 0;
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>Reads a heartbeat; on failure it is null, and the problem says why.</summary>
    public static (MirrorHeartbeat? Heartbeat, string Problem) Heartbeat(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var names = new Fields(key);
        var body = new Fields(value);
        var (source, target, version, stamp) = (names.Text(), names.Text(), body.Short(), body.Long());
        return Problem(ref names, ref body, version) is { } problem ? (null, problem)
            : stamp < 0 ? (null, $"the stamp {stamp} is none")
            : (new MirrorHeartbeat(source!, target!, stamp), "");
    }

    /// <summary>Reads a checkpoint; on failure it is null, and the problem says why.</summary>
    public static (MirrorCheckpoint? Checkpoint, string Problem) Checkpoint(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var names = new Fields(key);
        var body = new Fields(value);
        var (group, topic, partition) = (names.Text(), names.Text(), names.Int());
        var (version, upstream, downstream, _) = (body.Short(), body.Long(), body.Long(), body.Text());
        return Problem(ref names, ref body, version) is { } problem ? (null, problem)
            : partition < 0 || upstream < 0 || downstream < -1 ? (null, $"partition {partition}, offsets {upstream} and {downstream} are none")
            : (new MirrorCheckpoint(group!, topic!, partition, upstream, downstream), "");
    }

    /// <summary>Reads an offset sync, whose value has no version; on failure it is null, and the problem says why.</summary>
    public static (MirrorOffsetSync? Sync, string Problem) OffsetSync(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var names = new Fields(key);
        var body = new Fields(value);
        var (topic, partition, upstream, downstream) = (names.Text(), names.Int(), body.Long(), body.Long());
        return Problem(ref names, ref body, Format) is { } problem ? (null, problem)
            : partition < 0 || upstream < 0 || downstream < 0 ? (null, $"partition {partition}, offsets {upstream} and {downstream} are none")
            : (new MirrorOffsetSync(topic!, partition, upstream, downstream), "");
    }

    private static string? Problem(ref Fields key, ref Fields value, short version) =>
        key.IsCut ? "the key is cut short, or is not MirrorMaker's"
        : key.Rest > 0 ? $"the key has {key.Rest} bytes too many"
        : value.IsCut ? "the value is cut short, or is a tombstone"
        : version != Format ? $"its version is {version}; this build reads version {Format}"
        : value.Rest > 0 ? $"the value has {value.Rest} bytes too many"
        : null;

    /// <summary>Takes field after field off a record; after the first that is not there, nothing more.</summary>
    private ref struct Fields(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _bytes = bytes;

        public bool IsCut { get; private set; }

        public readonly int Rest => _bytes.Length;

        public short Short() => Take(sizeof(short)) is { Length: sizeof(short) } taken ? BinaryPrimitives.ReadInt16BigEndian(taken) : (short)0;

        public int Int() => Take(sizeof(int)) is { Length: sizeof(int) } taken ? BinaryPrimitives.ReadInt32BigEndian(taken) : 0;

        public long Long() => Take(sizeof(long)) is { Length: sizeof(long) } taken ? BinaryPrimitives.ReadInt64BigEndian(taken) : 0;

        public string? Text()
        {
            var length = Short();
            var taken = Take(length);
            try
            {
                return IsCut ? null : Strict.GetString(taken);
            }
            catch (DecoderFallbackException)
            {
                IsCut = true;
                return null;
            }
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (IsCut || length < 0 || length > _bytes.Length)
            {
                IsCut = true;
                return default;
            }

            var taken = _bytes[..length];
            _bytes = _bytes[length..];
            return taken;
        }
    }
}
