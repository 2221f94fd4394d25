namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>What becomes of a request that meets a fault; see the methods of the same names in <see cref="ConsulFaults"/>.</summary>
internal abstract record Fault
{
    /// <summary>Not done, never answered.</summary>
    public sealed record Drop : Fault;

    /// <summary>Not done, connection closed.</summary>
    public sealed record Refuse : Fault;

    /// <summary>Done, connection closed.</summary>
    public sealed record LoseReply : Fault;

    /// <summary>Done and answered, with a wait before the one or the other.</summary>
    public sealed record Delay(TimeSpan By, bool AfterApplying) : Fault;

    /// <summary>Not done, answered with this.</summary>
    public sealed record Answer(int Status, string Body) : Fault;
}
