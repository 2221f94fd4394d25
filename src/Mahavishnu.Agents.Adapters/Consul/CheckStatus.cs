namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What a check is told to be.</summary>
public enum CheckStatus
{
    /// <summary>Critical: the service is not to be used.</summary>
    Fail = 0,

    /// <summary>Usable, but somebody should look.</summary>
    Warn,

    /// <summary>Well.</summary>
    Pass,
}
