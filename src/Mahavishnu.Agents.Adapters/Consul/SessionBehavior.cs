namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What the end of a session does to the keys that it holds.</summary>
public enum SessionBehavior
{
    /// <summary>The store named a behaviour that this client does not know. Cannot be asked for.</summary>
    Unknown = 0,

    /// <summary>The keys stay, with their values, and are free.</summary>
    Release,

    /// <summary>The keys are deleted.</summary>
    Delete,
}
