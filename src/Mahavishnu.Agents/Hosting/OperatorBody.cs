namespace Mahavishnu.Agents.Hosting;

/// <summary>What the bodies of operators' requests have in common.</summary>
internal interface IOperatorBody
{
    /// <summary>The region to leave, or to give its users back.</summary>
    string? Source { get; }

    /// <summary>The wished target.</summary>
    string? Target { get; }

    /// <summary>Whether to go on without the observers' agreement.</summary>
    bool Force { get; }

    /// <summary>Why.</summary>
    string? Reason { get; }

    /// <summary>Whether only the plan is wanted.</summary>
    bool DryRun { get; }
}

/// <summary>Body of <c>POST /v1/failover</c>.</summary>
internal sealed record FailoverBody(string? From, string? To = null, bool Force = false, string? Reason = null, bool DryRun = false) : IOperatorBody
{
    string? IOperatorBody.Source => From;

    string? IOperatorBody.Target => To;
}

/// <summary>Body of <c>POST /v1/failback</c>: without <paramref name="Approve"/> only the plan is shown.</summary>
internal sealed record FailbackBody(string? Region, bool Approve = false, bool Force = false, string? Reason = null) : IOperatorBody
{
    string? IOperatorBody.Source => Region;

    string? IOperatorBody.Target => null;

    bool IOperatorBody.DryRun => !Approve;
}

/// <summary>Body of <c>POST /v1/maintenance</c>.</summary>
internal sealed record MaintenanceBody(bool? On, string? Reason);
