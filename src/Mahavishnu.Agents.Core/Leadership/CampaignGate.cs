namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>Whether this agent may campaign now, apart from what the stores show.</summary>
/// <param name="Allowed">False while it is unwell, draining, or barred by an operator.</param>
/// <param name="Reason">Why not, in a sentence; empty when allowed.</param>
public readonly record struct CampaignGate(bool Allowed, string Reason)
{
    /// <summary>It may.</summary>
    public static CampaignGate Yes { get; } = new(true, "");
}
