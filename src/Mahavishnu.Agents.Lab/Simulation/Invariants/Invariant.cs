namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <summary>A promise that holds after every event, with its number and its sentence.</summary>
/// <param name="Id">Its stable number.</param>
/// <param name="Sentence">What is promised.</param>
public sealed record Invariant(string Id, string Sentence)
{
    /// <summary>I0.</summary>
    public static readonly Invariant NothingThrows = new("I0", "No input, however odd, makes a decision throw.");

    /// <summary>I1.</summary>
    public static readonly Invariant OneActor = new("I1", "At most one agent may act at a time, at most one region may write a dataset, and nothing of a lower epoch takes effect after a higher one.");

    /// <summary>I2.</summary>
    public static readonly Invariant EpochsRise = new("I2", "Epochs rise strictly across all agents, restarts and lost stores.");

    /// <summary>I3.</summary>
    public static readonly Invariant LossIsTold = new("I3", "No acknowledged write is lost where none was promised to be, and a plan never says less than is lost.");

    /// <summary>I4.</summary>
    public static readonly Invariant Lawful = new("I4", "Nobody is served, and nothing promoted, in a region that may not hold their data.");

    /// <summary>I5.</summary>
    public static readonly Invariant DecisionFirst = new("I5", "Every effect carries out the newest record of its term that stands at a majority, and effects land in the order of their records.");

    /// <summary>I6.</summary>
    public static readonly Invariant Replayable = new("I6", "The recorded inputs of an agent give the same decisions again, and whatever was committed is known to every later leader.");

    /// <summary>I7.</summary>
    public static readonly Invariant SomebodyServes = new("I7", "Our own actions never leave everybody without a region, except while the one that served everybody is failed over, and no finished saga leaves its users without one, or their data where they were.");

    /// <summary>I8.</summary>
    public static readonly Invariant SagasEnd = new("I8", "Once faults stop, every saga ends, or waits for a person and says so, within its bound.");

    /// <summary>I9.</summary>
    public static readonly Invariant Converges = new("I9", "Once faults stop, there is one leader, one epoch at every store, no orphan lock, and every target is as desired.");

    /// <summary>I10.</summary>
    public static readonly Invariant NoFlap = new("I10", "A region is failed over automatically at most once in its cooldown.");

    /// <summary>I12.</summary>
    public static readonly Invariant LagIsHonest = new("I12", "Unknown lag is never taken for none.");

    /// <summary>I13.</summary>
    public static readonly Invariant Bounded = new("I13", "What waits, and what agents leave at the stores, stays bounded.");

    /// <summary>I14.</summary>
    public static readonly Invariant Explained = new("I14", "Every automatic failover is what the engine explains for the same inputs, and every rule of it passed.");

    /// <summary>I15.</summary>
    public static readonly Invariant ObserversAgree = new("I15", "A region is failed over automatically only when a majority of observers, one outside it among them, held it for failing of late.");

    /// <summary>I16.</summary>
    public static readonly Invariant NeverToTheDead = new("I16", "Nobody is sent to a region that is agreed to be down, and no failover begins towards one that is not agreed healthy.");

    /// <summary>I17.</summary>
    public static readonly Invariant Paused = new("I17", "While the leader sees automation paused, it starts nothing by itself.");

    /// <summary>I18.</summary>
    public static readonly Invariant ForwardOnly = new("I18", "After an irreversible step was intended, a saga goes forward only, and to that target only.");

    /// <summary>Every invariant, in order. I11 is about cache invalidation and is judged where that is built.</summary>
    public static IReadOnlyList<Invariant> All { get; } =
    [
        NothingThrows, OneActor, EpochsRise, LossIsTold, Lawful, DecisionFirst, Replayable, SomebodyServes, SagasEnd, Converges, NoFlap, LagIsHonest, Bounded, Explained,
        ObserversAgree, NeverToTheDead, Paused, ForwardOnly,
    ];
}

/// <summary>A promise was broken.</summary>
/// <param name="invariant">Which one.</param>
/// <param name="detail">How.</param>
public sealed class InvariantBrokenException(Invariant invariant, string detail) : Exception($"{invariant?.Id}: {detail}")
{
    /// <summary>The promise.</summary>
    public Invariant Invariant { get; } = invariant!;
}
