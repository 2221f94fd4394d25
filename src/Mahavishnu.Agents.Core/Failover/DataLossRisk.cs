namespace Mahavishnu.Agents.Core.Failover;

/// <summary>How much acknowledged data a failover may lose, in rising order of trouble.</summary>
/// <remarks>Unknown stands at zero, so that a value nobody set is never taken for "none"; compare with <see cref="DataLossRiskOrder.Rank"/>.</remarks>
public enum DataLossRisk
{
    /// <summary>Lag was not measured: treated as worse than <see cref="High"/>.</summary>
    Unknown = 0,

    /// <summary>Proven: everything acknowledged had reached the target.</summary>
    None,

    /// <summary>At most one second behind.</summary>
    Minimal,

    /// <summary>At most the RPO of one minute behind.</summary>
    Moderate,

    /// <summary>More than the RPO behind.</summary>
    High,
}

/// <summary>The order of <see cref="DataLossRisk"/>.</summary>
public static class DataLossRiskOrder
{
    /// <summary>0 for none up to 4 for unknown.</summary>
    public static int Rank(this DataLossRisk risk) => risk == DataLossRisk.Unknown ? 4 : (int)risk - 1;

    /// <summary>The risk for a measured lag; null is unknown, and a lag is never "none" unless it is proven to be zero.</summary>
    public static DataLossRisk FromLag(TimeSpan? lag) =>
        lag is not { } known || known < TimeSpan.Zero ? DataLossRisk.Unknown
        : known == TimeSpan.Zero ? DataLossRisk.None
        : known <= TimeSpan.FromSeconds(1) ? DataLossRisk.Minimal
        : known <= TimeSpan.FromMinutes(1) ? DataLossRisk.Moderate
        : DataLossRisk.High;
}
