using System.Globalization;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Mahavishnu.Agents.Simulation;

/// <summary>How much is run. More can be asked for by <c>MAHAVISHNU_SEEDS</c>, for a night.</summary>
internal static class Figures
{
    /// <summary>Seeds in the great run.</summary>
    public static int Seeds { get; } = Environment.GetEnvironmentVariable("MAHAVISHNU_SEEDS") is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : 1026;

    /// <summary>Runs at a time.</summary>
    public static int Jobs => Environment.ProcessorCount;
}
