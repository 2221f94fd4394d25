using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>What a <see cref="LeadershipWorld"/> is made of and how its network behaves.</summary>
public sealed class WorldOptions
{
    /// <summary>How many stores, one per region.</summary>
    public int Stores { get; init; } = 3;

    /// <summary>How many agents, dealt to the regions in turn.</summary>
    public int Agents { get; init; } = 3;

    /// <summary>The version of the list of stores that every agent is configured with.</summary>
    public int MembersVersion { get; init; } = 1;

    /// <summary>The protocol's times.</summary>
    public LeadershipTiming Timing { get; init; } = LeadershipTiming.Fast;

    /// <summary>How often each agent's driver ticks.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The least time one way.</summary>
    public TimeSpan LeastLatency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The greatest time one way while the network is well.</summary>
    public TimeSpan GreatestLatency { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How often a leader proposes a journal record: probability per tick.</summary>
    public double ProposeRatio { get; init; }
}

/// <summary>How ill the network is now; it changes while a world runs.</summary>
/// <param name="LossRatio">Share of requests, and of answers, that vanish.</param>
/// <param name="SlowRatio">Share that takes up to <paramref name="Slowest"/>.</param>
/// <param name="DuplicateRatio">Share of requests that arrive twice.</param>
/// <param name="Slowest">The greatest time one way of a slow message.</param>
public readonly record struct NetworkFaults(double LossRatio, double SlowRatio, double DuplicateRatio, TimeSpan Slowest)
{
    /// <summary>No message is lost, slow or doubled.</summary>
    public static NetworkFaults None { get; }
}

/// <summary>What a scripted scenario does with one request instead of the network.</summary>
/// <param name="RequestDelay">Time until the store carries it out; null when it never arrives.</param>
/// <param name="AnswerDelay">Time from there to the agent; null when the answer is lost.</param>
public readonly record struct MessageFate(TimeSpan? RequestDelay, TimeSpan? AnswerDelay);
