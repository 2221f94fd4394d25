using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <summary>One thing that goes wrong in a run, planned before it begins, so that it can be left out.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When, from the start of the world; for one with <see cref="When"/>, how long after that.</param>
/// <param name="For">How long.</param>
/// <param name="Who">Which region, agent or store, counted round; <see cref="Leader"/> is whoever leads then, <see cref="Target"/> where the latest saga goes.</param>
/// <param name="Other">A second choice, where the kind has one.</param>
/// <param name="Size">How bad, 0 to 1, where the kind has degrees.</param>
public sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan For, int Who, int Other = 0, double Size = 0.5)
{
    /// <summary>Whoever leads when it happens.</summary>
    public const int Leader = -1;

    /// <summary>The region that the latest saga goes to.</summary>
    public const int Target = -2;

    /// <summary>The state of a saga that brings it about; null when its time does.</summary>
    public (SagaStep Step, StepPhase Phase)? When { get; init; }

    /// <summary>Where the leader is killed, for <see cref="FaultKind.KillAtWrite"/>.</summary>
    public KillPoint Point { get; init; }

    /// <inheritdoc />
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Kind} {(When is { } state ? $"when {state.Step} is {state.Phase}, after" : "at")} {At.TotalSeconds:0.###} s for {For.TotalSeconds:0.###} s, who {Who}/{Other}, size {Size:0.##}{(Kind == FaultKind.KillAtWrite ? $", {Point.Step} {Point.Phase} {Point.Moment}" : "")}");
}
