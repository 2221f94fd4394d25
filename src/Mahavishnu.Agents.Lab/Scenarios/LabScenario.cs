using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>A fault, and what the agents must make of it.</summary>
internal abstract class LabScenario
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What is done and what is expected, in a line.</summary>
    public abstract string Summary { get; }

    /// <summary>Fewest regions that leave a majority in it.</summary>
    public virtual int FewestRegions => LabRegions.Fewest;

    /// <summary>The region that is hit when the user names none; null when the scenario finds one itself, and the user may name none.</summary>
    public virtual RegionId? DefaultTarget => null;

    /// <summary>Whether regions in the EU hold data that may not leave it.</summary>
    public virtual bool HoldsEuropeanData => false;

    /// <summary>Whether it says what becomes of databases.</summary>
    public virtual bool HasDatabases => false;

    /// <summary>Whether the target is well and left in order, so that nothing may be lost.</summary>
    public virtual bool IsPlanned => false;

    /// <summary>Does it. What does not hold is recorded in the run; nothing is thrown for it.</summary>
    /// <param name="run">The world, warmed up, with a leader.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public abstract Task RunAsync(LabRun run, CancellationToken cancellationToken);
}
