namespace Mahavishnu.Agents.Core.Health;

/// <summary>Whether an observer votes.</summary>
/// <param name="Abstains">True when it must not blame others now.</param>
/// <param name="Reason">Why it abstains; empty when it does not.</param>
public sealed record ObserverStanding(bool Abstains, string Reason)
{
    /// <summary>Nothing speaks against this observer.</summary>
    public static ObserverStanding Well { get; } = new(Abstains: false, "");
}
