using CsCheck;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class ConflictStrategyTests
{
    private static readonly string[] Regions = ["ap-southeast-1", "eu-west-1", "us-east-1"];
    private static readonly string?[] Contents =
        [null, """{"id":1}""", """{"id":1,"n":1,"s":[1]}""", """{"id":1,"n":2.5,"s":[2,"x"]}""", """{"id":1,"n":2.5,"s":[1,2]}""", """{"id":1,"n":"text","s":"none"}""", """{"id":1,"n":-1,"other":true,"s":[{"a":1}]}"""];

    // Few values of each kind, so that ties are common.
    private static readonly Gen<ConflictVersion> Versions = Gen.Select(
        Gen.Long[0, 3], Gen.Int[0, 2], Gen.Int[0, Contents.Length - 1],
        static (at, region, content) => new ConflictVersion(new RegionId(Regions[region]), HybridTime.FromPacked(at), Contents[content]));

    public static TheoryData<string> Names => ["last_write_wins", "first_write_wins", "max_value:n", "merge_set:s"];

    /// <summary>As regions hear of conflicts: in batches, each decided together with what won before.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Decide_AnyOrderBatchingAndRepetition_EndsWithTheSameWinner(string name)
    {
        var strategy = ConflictStrategy.Find(name)!;
        Gen.Select(Versions.Array[1, 8], Gen.Int[0, int.MaxValue]).Sample((versions, seed) =>
        {
            var random = new Random(seed);
            var winner = strategy.Decide(versions).Winner;
            var heard = versions.Concat(versions.Where(_ => random.Next(2) == 0)).ToArray();
            random.Shuffle(heard);

            ConflictVersion? won = null;
            for (var at = 0; at < heard.Length;)
            {
                var batch = heard.Skip(at).Take(random.Next(1, 4)).ToList();
                at += batch.Count;
                won = strategy.Decide(won is null ? batch : batch.Append(won)).Winner;
            }

            Assert.Equal(winner, won);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decide_TwoVersions_IsCommutativeAssociativeAndIdempotent(string name)
    {
        var strategy = ConflictStrategy.Find(name)!;
        ConflictVersion Of(params ConflictVersion[] versions) => strategy.Decide(versions).Winner;
        Gen.Select(Versions, Versions, Versions).Sample((a, b, c) =>
        {
            Assert.Equal(Of(a, b), Of(b, a));
            Assert.Equal(Of(Of(a, b), c), Of(a, Of(b, c)));
            Assert.Equal(Of(a), Of(Of(a), a));
        });
    }

    [Fact]
    public void Decide_ByStrategy_IsWhatItIsNamedFor()
    {
        ConflictVersion low = Version(1, """{"n":5,"s":[1,2]}"""), high = Version(2, """{"n":9,"s":[2,3]}"""), late = Version(3, """{"n":7,"s":[]}"""), gone = Version(4, null);
        ConflictVersion[] all = [low, high, late, gone];

        Assert.Equal(gone, Decided("last_write_wins").Winner);
        Assert.Equal(gone, Decided("first_write_wins").Winner);
        Assert.Equal(low, ConflictStrategy.Find("first_write_wins")!.Decide([high, low, late]).Winner);
        Assert.Equal(high, Decided("max_value:n").Winner);
        Assert.Equal(late with { Content = """{"n":7,"s":[1,2,3]}""" }, Decided("merge_set:s").Winner);
        Assert.Equal([gone, late, low], Decided("max_value:n").Losers);

        (ConflictVersion Winner, IReadOnlyList<ConflictVersion> Losers) Decided(string name) => ConflictStrategy.Find(name)!.Decide(all);
    }

    [Theory]
    [InlineData("")]
    [InlineData("last_write_win")]
    [InlineData("max_value")]
    [InlineData("max_value:")]
    [InlineData("merge_set:")]
    public void Find_UnknownName_IsNull(string name) => Assert.Null(ConflictStrategy.Find(name));

    [Fact]
    public void Decide_Nothing_IsRefused() => Assert.Throws<ArgumentException>(static () => ConflictStrategy.Find("last_write_wins")!.Decide([]));

    private static ConflictVersion Version(long at, string? content) => new(new RegionId("us-east-1"), HybridTime.FromPacked(at), content);
}
