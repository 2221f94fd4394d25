using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class LagVoteTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Travel = TimeSpan.FromSeconds(1);

    private static LagVote Behind(double seconds, double age = 0, string store = "postgresql") => new(store, Us, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(age));

    private static (Vote, TimeSpan?) From(string agent, double? age, params LagVote[] lag) =>
        (new Vote(agent, Eu, "p", 1, null, "", []) { Lag = lag }, age is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    private static LagSample? Of(params (Vote, TimeSpan?)[] votes) =>
        LagVote.In(Now, votes, Travel).TryGetValue(new LagLink(Us, Eu, "postgresql"), out var sample) ? sample : null;

    [Fact]
    public void In_OneVote_IsAsOldAsReadingVoteAndTravelTogether() =>
        Assert.Equal(new LagSample(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(100 - 4 - 3 - 1)), Of(From("a", 4, Behind(2, 3))));

    [Fact]
    public void In_TwoAgents_TheLaterReadingCounts() =>
        Assert.Equal(TimeSpan.FromSeconds(7), Of(From("a", 4, Behind(2)), From("b", 1, Behind(7)))!.Value.Lag);

    [Fact]
    public void In_VoteThatNeverChangedHere_IsUnknown() => Assert.Null(Of(From("a", null, Behind(2))));

    [Fact]
    public void In_TwoStores_EachHasItsOwn()
    {
        var lag = LagVote.In(Now, [From("a", 1, Behind(2) with { Position = 77 }, Behind(9, 0, "redis"))], Travel);

        Assert.Equal((TimeSpan.FromSeconds(2), 77), (lag[new LagLink(Us, Eu, "postgresql")].Lag, lag[new LagLink(Us, Eu, "postgresql")].Position));
        Assert.Equal((TimeSpan.FromSeconds(9), null), (lag[new LagLink(Us, Eu, "redis")].Lag, lag[new LagLink(Us, Eu, "redis")].Position));
    }

    [Fact]
    public void Read_WrittenVote_HasTheSameLag()
    {
        var vote = From("a", 0, Behind(0.25, 0.001) with { Position = 9_000_000_000_000_000_000 }, Behind(3600, 5, "redis")).Item1;

        Assert.Equal(vote.Lag, Vote.Read(vote.ToText()).Vote!.Lag);
    }

    [Fact]
    public void Read_WrittenVote_HasTheSameBrokenCopies()
    {
        var vote = From("a", 0).Item1 with { Broken = [("postgresql", Us)] };

        Assert.Equal(vote.Broken, Vote.Read(vote.ToText()).Vote!.Broken);
        Assert.Equal((null, "a broken copy is none"), Vote.Read(vote.ToText().Replace("us-east-1", "?", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("-1", "0")]
    [InlineData("0", "-1")]
    [InlineData("1e14", "0")]
    public void Read_LagThatCannotBe_IsRefused(string atMost, string age)
    {
        var text = $$"""{"format":1,"agent":"a","region":"eu-west-1","process":"p","counter":1,"views":[],"lag":[{"store":"postgresql","source":"us-east-1","atMost":{{atMost}},"age":{{age}}}]}""";

        Assert.Equal((null, "a lag is none"), Vote.Read(text));
    }
}
