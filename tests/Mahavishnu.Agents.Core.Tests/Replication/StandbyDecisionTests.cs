using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class StandbyDecisionTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly RegionId Ap = new("ap-south-1");
    private static readonly StandbyFacts Standby = new(true, null, null, [], []);
    private static readonly StandbyFacts Primary = new(false, null, null, [], []);

    private static StandbyDecision For(RegionId? writer, StandbyFacts facts) => StandbyDecision.For(Eu, writer, [Us, Eu, Ap], facts);

    [Fact]
    public void For_StandbyOfAnother_IsToldToFollowTheWriter() =>
        Assert.Equal(Us, Assert.IsType<StandbyDecision.Follow>(For(Us, Standby with { Streams = Ap })).Region);

    [Fact]
    public void For_StandbyThatFollowsNobody_IsToldOnceAndThenLeftAlone()
    {
        Assert.IsType<StandbyDecision.Follow>(For(Us, Standby));
        Assert.IsType<StandbyDecision.Keep>(For(Us, Standby with { Told = Us }));
        Assert.IsType<StandbyDecision.Follow>(For(Ap, Standby with { Told = Us }));
    }

    [Fact]
    public void For_StandbyThatFollowsTheWriter_IsLeftAlone() => Assert.IsType<StandbyDecision.Keep>(For(Us, Standby with { Streams = Us }));

    [Fact]
    public void For_UnknownWriterOrItself_NothingIsPointed()
    {
        Assert.IsType<StandbyDecision.Keep>(For(null, Standby));
        Assert.IsType<StandbyDecision.Keep>(For(Eu, Standby with { Streams = Us }));
    }

    [Fact]
    public void For_Primary_HasASlotForEveryOther()
    {
        Assert.Equal(["ap_south_1", "us_east_1"], Assert.IsType<StandbyDecision.MakeSlots>(For(Eu, Primary)).Names);
        Assert.Equal(["us_east_1"], Assert.IsType<StandbyDecision.MakeSlots>(For(Eu, Primary with { Slots = ["ap_south_1", "backup"] })).Names);
        Assert.IsType<StandbyDecision.Keep>(For(Eu, Primary with { Slots = ["ap_south_1", "us_east_1"] }));
    }

    /// <summary>An old primary that is back is nobody's to touch.</summary>
    [Fact]
    public void For_ServerThatIsNoStandbyWhileAnotherWrites_IsLeftAlone() => Assert.IsType<StandbyDecision.Keep>(For(Us, Primary));

    /// <summary>Slots that the agent did not make, and those that are in use, are left.</summary>
    [Fact]
    public void For_StandbyWithSlotsOfItsTimeAsPrimary_DropsThem() =>
        Assert.Equal(["us_east_1"], Assert.IsType<StandbyDecision.DropSlots>(For(Us, Standby with { Slots = ["us_east_1", "ap_south_1", "backup"], IdleSlots = ["us_east_1", "backup"] })).Names);
}
