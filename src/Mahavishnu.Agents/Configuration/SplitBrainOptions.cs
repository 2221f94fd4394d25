using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Configuration;

/// <summary>How one leader is found, and no second one. Bound from <c>split_brain_prevention</c>.</summary>
internal sealed class SplitBrainOptions
{
    /// <summary>Whether a leader is elected. Failing over needs it.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>What leadership rests on.</summary>
    /// <value><c>consul</c>, the only one.</value>
    public LeadershipMechanism Mechanism { get; init; }

    /// <summary>How the stores are used.</summary>
    public ConsulOptions Consul { get; init; } = new(TimingProfile.Default);

    /// <summary>The timing of leadership.</summary>
    public LeadershipOptions Leadership { get; init; } = new(TimingProfile.Default);

    /// <summary>The timing of a region's right to write.</summary>
    public PrimaryOptions Primary { get; init; } = new(TimingProfile.Default);

    /// <summary>Whose stores count.</summary>
    public QuorumOptions Quorum { get; init; } = new();

    /// <summary>The times of leadership, which must fit each other.</summary>
    public LeadershipTiming Timing => new()
    {
        SessionTtl = Consul.SessionTtl,
        HeartbeatInterval = Leadership.HeartbeatInterval,
        RequestTimeout = Leadership.RequestTimeout,
        Validity = Leadership.Validity,
        WaitOut = Leadership.WaitOut,
        RetryInterval = Consul.RetryInterval,
        ElectionTimeout = Leadership.ElectionTimeout,
        EffectDeadline = Leadership.EffectDeadline,
        EffectMargin = Leadership.EffectMargin,
        ClockDrift = Leadership.ClockDrift,
        WaitOutSlack = Leadership.WaitOutMargin,
    };

    /// <summary>The times of a region's right to write, which must fit each other.</summary>
    public PrimaryTiming PrimaryTiming => new(Primary.Validity, Primary.FencingTime, Primary.RevocationWait, Leadership.ClockDrift);

    /// <summary>The address that stands in for a region's own store; null unless the quorum has one region.</summary>
    public Uri? SharedAddress => Quorum.Regions.Count == 1 ? Consul.Address : null;
}

/// <summary>What leadership rests on.</summary>
internal enum LeadershipMechanism
{
    /// <summary>A majority of Consul stores, one in each region.</summary>
    Consul = 0,
}

/// <summary>How the stores are used. Bound from <c>split_brain_prevention.consul</c>.</summary>
/// <param name="profile">Gives the defaults of timing.</param>
internal sealed class ConsulOptions(TimingProfile profile)
{
    private const string DefaultPrefix = "mahavishnu/control/";

    /// <summary>The only store, where the quorum has one region; <c>host:port</c> means plain HTTP.</summary>
    [Schemes("http", "https", HostAndPort = true)]
    public Uri? Address { get; init; }

    /// <summary>How long a session outlives its agent. It serves liveness only.</summary>
    /// <value>Default 30 s, fast 10 s; from 10 s (Consul's minimum) to 24 h (its maximum).</value>
    public TimeSpan SessionTtl { get; init; } = profile.Leadership.SessionTtl;

    /// <summary>The reference's lock; the keys of leadership lie below it when <see cref="KeyPrefix"/> is not given.</summary>
    public string? LockKey { get; init; }

    /// <summary>The directory of the keys of leadership; see <see cref="ControlPrefix"/>.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>How often a follower looks at the stores, and the least time between two campaigns.</summary>
    /// <value>Default 5 s, fast 500 ms; from 50 ms to 10 min.</value>
    [Limits("50ms", "10m")]
    public TimeSpan RetryInterval { get; init; } = profile.Leadership.RetryInterval;

    /// <summary>The directory of the keys of leadership, with <c>/</c> at its end.</summary>
    /// <value><see cref="KeyPrefix"/>, or else <see cref="LockKey"/>, or else <c>mahavishnu/control/</c>.</value>
    public string ControlPrefix => (KeyPrefix ?? LockKey ?? DefaultPrefix).Trim('/') + "/";
}

/// <summary>The timing of leadership. Bound from <c>split_brain_prevention.leadership</c>; <see cref="LeadershipTiming"/> says how they must fit.</summary>
/// <param name="profile">Gives the defaults.</param>
internal sealed class LeadershipOptions(TimingProfile profile)
{
    /// <summary>How long an election may take before it backs off.</summary>
    /// <value>Default 10 s, fast 2 s; from 100 ms to 10 min.</value>
    [Limits("100ms", "10m")]
    public TimeSpan ElectionTimeout { get; init; } = profile.Leadership.ElectionTimeout;

    /// <summary>How often the holder writes its heartbeat.</summary>
    /// <value>Default 5 s, fast 500 ms; from 10 ms to 10 min.</value>
    [Limits("10ms", "10m")]
    public TimeSpan HeartbeatInterval { get; init; } = profile.Leadership.HeartbeatInterval;

    /// <summary>Whether an agent asks before it campaigns. It always does; <c>false</c> is refused.</summary>
    /// <value>Default true.</value>
    public bool PreVote { get; init; } = true;

    /// <summary>How long one request to a store may take.</summary>
    /// <value>Default 4 s, fast 400 ms; from 10 ms to 10 min.</value>
    [Limits("10ms", "10m")]
    public TimeSpan RequestTimeout { get; init; } = profile.Leadership.RequestTimeout;

    /// <summary>How long an acknowledged heartbeat counts, from its sending.</summary>
    /// <value>Default 15 s, fast 2 s; from 100 ms to 1 h.</value>
    [Limits("100ms", "1h")]
    public TimeSpan Validity { get; init; } = profile.Leadership.Validity;

    /// <summary>How long a foreign heartbeat must have stood still before it counts for nothing.</summary>
    /// <value>Default 15.2 s, fast 2.2 s; from 100 ms to 1 h.</value>
    [Limits("100ms", "1h")]
    public TimeSpan WaitOut { get; init; } = profile.Leadership.WaitOut;

    /// <summary>What the wait-out must have beyond the drift of two clocks.</summary>
    /// <value>Default 100 ms; from 0 to 1 min.</value>
    [Limits("0ms", "1m")]
    public TimeSpan WaitOutMargin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long an effect on a target that checks no epoch may take.</summary>
    /// <value>Default 5 s, fast 800 ms; from 10 ms to 10 min.</value>
    [Limits("10ms", "10m")]
    public TimeSpan EffectDeadline { get; init; } = profile.Leadership.EffectDeadline;

    /// <summary>What is kept free of validity after such an effect.</summary>
    /// <value>Default 500 ms, fast 200 ms; from 0 to 1 min.</value>
    [Limits("0ms", "1m")]
    public TimeSpan EffectMargin { get; init; } = profile.Leadership.EffectMargin;

    /// <summary>The greatest rate error of a monotonic clock, as a ratio.</summary>
    /// <value>Default 0.001; from 0 to 0.1.</value>
    [Limits("0", "0.1")]
    public double ClockDrift { get; init; } = 0.001;
}

/// <summary>The timing of a region's right to write a database. Bound from <c>split_brain_prevention.primary</c>.</summary>
/// <param name="profile">Gives the defaults.</param>
internal sealed class PrimaryOptions(TimingProfile profile)
{
    /// <summary>How long a proof that the region is the primary counts, from its sending.</summary>
    /// <value>Default 15 s, fast 2 s; from 100 ms to 1 h.</value>
    [Limits("100ms", "1h")]
    public TimeSpan Validity { get; init; } = profile.Primary.Validity;

    /// <summary>Within what time after its last proof a region has fenced its database.</summary>
    /// <value>Default 5 s, fast 500 ms; from 50 ms to 10 min.</value>
    [Limits("50ms", "10m")]
    public TimeSpan FencingTime { get; init; } = profile.Primary.FencingTime;

    /// <summary>How long a leader waits for a region that does not confirm its fence before it promotes another.</summary>
    /// <value>Default 20.2 s, fast 2.7 s; from 100 ms to 2 h.</value>
    [Limits("100ms", "2h")]
    public TimeSpan RevocationWait { get; init; } = profile.Primary.RevocationWait;
}

/// <summary>Whose stores count. Bound from <c>split_brain_prevention.quorum</c>.</summary>
internal sealed class QuorumOptions
{
    /// <summary>Whether a majority of stores is asked for. It always is; <c>false</c> is refused with more than one region.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>The number of <see cref="Regions"/>, which must agree with them; null for what they are.</summary>
    public int? Size { get; init; }

    /// <summary>The regions whose stores count.</summary>
    public IReadOnlyList<RegionId> Regions { get; init; } = [];

    /// <summary>Grows with every change of <see cref="Regions"/>, so that agents with an old list are known.</summary>
    /// <value>Default 1; from 1.</value>
    [Limits("1", "2147483647")]
    public int Version { get; init; } = 1;
}
