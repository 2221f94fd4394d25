using Mahavishnu.Agents.Core.Regions;

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

    /// <summary>What is missing or is no region's name; null when nothing is.</summary>
    string? Fault { get; }
}

/// <summary>Body of <c>POST /v1/failover</c>.</summary>
internal sealed record FailoverBody(string? From = null, string? To = null, bool Force = false, string? Reason = null, bool DryRun = false) : IOperatorBody
{
    string? IOperatorBody.Source => From;

    string? IOperatorBody.Target => To;

    string? IOperatorBody.Fault =>
        string.IsNullOrEmpty(From) ? "Expected {\"from\": \"REGION\"} with optional to, force, reason and dryRun; from is needed."
        : !RegionId.IsValid(From) ? $"from: '{From}' is not the name of a region."
        : To is not null && !RegionId.IsValid(To) ? $"to: '{To}' is not the name of a region."
        : null;
}

/// <summary>Body of <c>POST /v1/failback</c>: without <paramref name="Approve"/> only the plan is shown.</summary>
internal sealed record FailbackBody(string? Region = null, bool Approve = false, bool Force = false, string? Reason = null) : IOperatorBody
{
    string? IOperatorBody.Source => Region;

    string? IOperatorBody.Target => null;

    bool IOperatorBody.DryRun => !Approve;

    string? IOperatorBody.Fault =>
        string.IsNullOrEmpty(Region) ? "Expected {\"region\": \"REGION\"} with optional approve, force and reason; region is needed."
        : !RegionId.IsValid(Region) ? $"region: '{Region}' is not the name of a region."
        : null;
}

/// <summary>Body of <c>POST /v1/maintenance</c>; both members are needed.</summary>
internal sealed record MaintenanceBody(bool? On = null, string? Reason = null);
