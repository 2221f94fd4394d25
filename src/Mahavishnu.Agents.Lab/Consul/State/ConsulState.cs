namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>The whole datacenter as a value: every write makes the next one, under one index that only grows.</summary>
/// <param name="Index">Index of the last write that changed something; a write that changes nothing takes none.</param>
/// <param name="Kv">The keys.</param>
/// <param name="Sessions">The sessions.</param>
/// <param name="Catalog">Nodes, services and checks.</param>
/// <param name="LockDelays">Keys that are closed to everybody for a while.</param>
internal sealed record ConsulState(ulong Index, KvTable Kv, SessionTable Sessions, Catalog Catalog, LockDelays LockDelays)
{
    /// <summary>A datacenter in which nothing happened yet.</summary>
    public static ConsulState Initial { get; } = new(1, KvTable.Empty, SessionTable.Empty, Catalog.Empty, LockDelays.None);

    /// <summary>Carries out a command. The same command, state and moment always give the same outcome, so that a log can be replayed.</summary>
    /// <param name="command">What to do.</param>
    /// <param name="now">The moment, for lock-delays only.</param>
    public CommandOutcome Apply(ConsulCommand command, DateTimeOffset now)
    {
        var step = new WriteStep(this, now);
        return command switch
        {
            ConsulCommand.Kv kv => step.Run(kv),
            ConsulCommand.CreateSession create => step.Run(create),
            ConsulCommand.DestroySession destroy => step.Run(destroy),
            ConsulCommand.Register register => new CatalogStep(step).Run(register),
            ConsulCommand.Deregister deregister => new CatalogStep(step).Run(deregister),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Not a command of this state machine."),
        };
    }
}
