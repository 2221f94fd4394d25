namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>The control keys of a store, as <see cref="SimulatedStore.Overwrite"/> names them.</summary>
public enum ControlKey
{
    /// <summary><c>leader</c>.</summary>
    Leader = 0,

    /// <summary><c>heartbeat</c>.</summary>
    Heartbeat,

    /// <summary><c>epoch</c>.</summary>
    Epoch,

    /// <summary><c>journal/current</c>.</summary>
    Journal,

    /// <summary><c>members</c>.</summary>
    Members,

    /// <summary><c>maintenance</c>.</summary>
    Maintenance,
}
