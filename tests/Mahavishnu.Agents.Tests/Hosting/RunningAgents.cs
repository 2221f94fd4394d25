using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Tests of running agents. They keep time, so nothing else runs beside them; those that change nothing share one world.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunningAgents : ICollectionFixture<CalmWorld>
{
    public const string Name = "running agents";
}
