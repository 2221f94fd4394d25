using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.Tests.Leadership;
using Mahavishnu.Agents.Tests.Voting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

public sealed class DataPlaneTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");

    /// <summary>A step is done when every store has done it; one that needs a person outweighs one that is to be tried again.</summary>
    [Theory]
    [InlineData("Done", "Done", "Done", "a; b")]
    [InlineData("Done", "Unknown", "Unknown", "b")]
    [InlineData("Refused", "Unknown", "Refused", "a; b")]
    [InlineData("Done", null, "Done", "a")]
    [InlineData(null, null, "Refused", "nothing is configured for FenceSource")]
    public async Task RunAsync_SeveralStores_IsAsGoodAsTheWorst(string? first, string? second, string expected, string detail)
    {
        await using var world = await StoreWorld.StartAsync();
        await using var voter = new Voter(world, "a", Us, TimeSpan.FromMilliseconds(500), new ScriptedHealth());
        using var clocks = new PeerClocks(voter.Loop, world.Clock, 0);
        using var data = new DataPlane(clocks, [], null, null, [Mover("a", first), Mover("b", second)], voter.Loop, TimeSpan.Zero, world.Clock);

        var (result, why) = await data.RunAsync(Record(), TestContext.Current.CancellationToken);

        Assert.Equal((expected, detail), (result.ToString(), why));
    }

    private static Scripted Mover(string name, string? result) =>
        new(name, result is null ? EffectResult.Done : Enum.Parse<EffectResult>(result), result is null ? SagaStep.PromoteSearch : SagaStep.FenceSource);

    private static JournalRecord Record() => new()
    {
        PlanId = "fo-1-1", Kind = SagaKind.Failover, Step = SagaStep.FenceSource, Phase = StepPhase.Intended, Source = Us, Target = Eu,
        Audiences = [Us], Before = RoutingTable.Home([Us, Eu]), Desired = RoutingTable.Home([Us, Eu]), Decision = DecisionKind.ImmediateFailover,
    };

    private sealed class Scripted(string name, EffectResult result, SagaStep step) : IDataMover
    {
        public IReadOnlySet<SagaStep> Steps { get; } = new HashSet<SagaStep> { step };

        public Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken) => Task.FromResult((result, name));
    }
}
