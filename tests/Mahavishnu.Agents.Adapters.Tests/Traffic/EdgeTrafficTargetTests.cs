using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>The contract and the epochs of our own edge.</summary>
public sealed class EdgeTrafficTargetTests : TrafficTargetContract
{
    private EdgeWorld Edge => (EdgeWorld)World;

    [Fact]
    public async Task Apply_Always_SendsEpochAgentAndTheWholeTable()
    {
        await Edge.Target().ApplyAsync(Command(Table("us 30 eu 70 |"), epoch: 9), Cancellation);

        Assert.Equal("""{"epoch":9,"agent":"agent-1","routes":{"eu-west-1":{},"us-east-1":{"eu-west-1":70,"us-east-1":30}}}""", Edge.State);
    }

    [Fact]
    public async Task Apply_SameRoutesUnderAHigherEpoch_AnnouncesTheEpoch()
    {
        await Edge.Target().ApplyAsync(Command(Table("us 100 | eu 100"), epoch: 5), Cancellation);

        var outcome = await Edge.Target().ApplyAsync(Command(Table("us 100 | eu 100"), epoch: 6), Cancellation);

        Assert.Equal(TrafficOutcomeKind.AlreadySo, outcome.Kind);
        Assert.StartsWith("""{"epoch":6,""", Edge.State, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_EdgeHasSeenAHigherEpoch_IsRefusedWithoutSending()
    {
        await Edge.Target().ApplyAsync(Command(Table("us 100 | eu 100"), epoch: 8), Cancellation);
        var puts = Edge.Puts;

        var outcome = await Edge.Target().ApplyAsync(Command(Table("eu 100 | eu 100"), epoch: 7), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains("epoch 8", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(puts, Edge.Puts);
    }

    [Fact]
    public async Task Apply_HigherEpochSlipsInBeforeTheWrite_IsRefusedByTheEdge()
    {
        Edge.EpochThatSlipsIn = 8;

        var outcome = await Edge.Target().ApplyAsync(Command(Table("eu 100 | eu 100"), epoch: 7), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains("epoch 8", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(1, Edge.Puts);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"agent":"a","routes":{}}""")]
    [InlineData("""{"epoch":"5","agent":"a","routes":{}}""")]
    [InlineData("""{"epoch":5,"epoch":6,"agent":"a","routes":{}}""")]
    [InlineData("""{"epoch":5,"agent":"a","routes":{"US EAST":{}}}""")]
    [InlineData("""{"epoch":5,"agent":"a","routes":{"us-east-1":{"us-east-1":60}}}""")]
    [InlineData("""{"epoch":5,"agent":"a","routes":{"us-east-1":{"us-east-1":150,"eu-west-1":-50}}}""")]
    [InlineData("""{"epoch":5,"agent":"a","routes":{"us-east-1":7}}""")]
    public async Task AnswerThatIsNoState_ReadIsUnavailableAndApplyUnknown(string answer)
    {
        Edge.State = answer;

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Edge.Target().ReadAsync(Cancellation));
        Assert.Equal(TrafficOutcomeKind.Unknown, (await Edge.Target().ApplyAsync(Command(RoutingTable.Empty), Cancellation)).Kind);
    }

    [Fact]
    public async Task Apply_ConnectionBreaksBeforeTheAnswer_IsUnknownAndSaysThatItMayBeDone()
    {
        const string state = """{"epoch":1,"agent":"a","routes":{}}""";
        await using var wire = HttpWire.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {state.Length}\r\n\r\n{state}");

        var outcome = await World.At(wire.Port, TimeSpan.FromSeconds(5)).ApplyAsync(Command(Table("us 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        Assert.Contains("may or may not", outcome.Detail, StringComparison.Ordinal);
        Assert.Contains("PUT /control/routes HTTP/1.1", wire.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_LeaseEnded_PutsNoByteOfTheChangeOnTheWire()
    {
        const string state = """{"epoch":1,"agent":"a","routes":{}}""";
        await using var wire = HttpWire.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {state.Length}\r\n\r\n{state}");

        var outcome = await World.At(wire.Port, TimeSpan.FromSeconds(5)).ApplyAsync(Command(Table("us 100 | eu 100"), mayStart: false), Cancellation);
        await wire.ClosedAsync();

        Assert.Equal(TrafficOutcomeKind.LeaseEnded, outcome.Kind);
        Assert.StartsWith("GET /control/routes HTTP/1.1", wire.Received, StringComparison.Ordinal);
        Assert.DoesNotContain("PUT", wire.Received, StringComparison.Ordinal);
    }

    protected override async Task<TargetWorld> StartWorldAsync() => await EdgeWorld.StartAsync();
}
