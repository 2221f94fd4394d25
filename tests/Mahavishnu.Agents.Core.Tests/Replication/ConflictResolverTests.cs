using CsCheck;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class ConflictResolverTests
{
    private static readonly string[] Regions = ["ap-southeast-1", "eu-west-1", "us-east-1"];
    private static readonly string[] Hashes = ["", "aa", "bb"];

    // Few values of each kind, so that ties are common.
    private static readonly Gen<RowVersion> Versions = Gen.Select(
        Gen.Long[0, 4], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Bool,
        static (at, region, hash, deleted) => new RowVersion(HybridTime.FromPacked(at), new RegionId(Regions[region]), Hashes[hash], deleted));

    public static TheoryData<string> Names => ["last_write_wins", "first_write_wins", "home_region_wins"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Resolve_AnyOrderGroupingAndRepetition_PicksTheSameWinner(string name)
    {
        var resolver = Of(name);
        Gen.Select(Versions.Array[1, 8], Gen.Int[0, int.MaxValue]).Sample((versions, seed) =>
        {
            var (winner, losers) = resolver.Resolve(versions);
            var random = new Random(seed);
            var heard = versions.Concat(versions.Where(_ => random.Next(2) == 0)).ToArray();
            random.Shuffle(heard);

            Assert.Equal(winner, resolver.Resolve(heard).Winner);
            Assert.Equal(losers, resolver.Resolve(heard).Losers);
            Assert.Equal(winner, heard.Aggregate(resolver.Winner));
            Assert.Equal(winner, Grouped(resolver, heard, random));
            Assert.Equal(versions.ToHashSet(), losers.Append(winner).ToHashSet());
            Assert.Equal(losers.Count, losers.Distinct().Except([winner]).Count());
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Winner_TwoVersions_IsCommutativeAndIdempotent(string name)
    {
        var resolver = Of(name);
        Gen.Select(Versions, Versions).Sample((one, other) =>
        {
            Assert.Equal(resolver.Winner(one, other), resolver.Winner(other, one));
            Assert.Equal(one, resolver.Winner(one, one));
        });
    }

    [Fact]
    public void Resolve_ByStrategy_PicksWhatItIsNamedFor()
    {
        RowVersion early = Version(1, "us-east-1"), late = Version(2, "eu-west-1"), gone = Version(3, "ap-southeast-1") with { Deleted = true };

        Assert.Equal(gone, Of("last_write_wins").Resolve([early, gone, late]).Winner);
        Assert.Equal(late, Of("last_write_wins").Resolve([early, late]).Winner);
        Assert.Equal(early, Of("first_write_wins").Resolve([late, early]).Winner);
        Assert.Equal(gone, Of("first_write_wins").Resolve([early, gone, late]).Winner);
        Assert.Equal(early, Of("home_region_wins").Resolve([early, gone, late]).Winner);
        Assert.Equal([gone, late], Of("home_region_wins").Resolve([late, early, gone]).Losers);
    }

    [Fact]
    public void Resolve_Nothing_IsRefused() => Assert.Throws<ArgumentException>(static () => ConflictResolver.LastWriteWins.Resolve([]));

    private static RowVersion Version(long at, string region) => new(HybridTime.FromPacked(at), new RegionId(region), "aa", Deleted: false);

    private static ConflictResolver Of(string name) => name switch
    {
        "last_write_wins" => ConflictResolver.LastWriteWins,
        "first_write_wins" => ConflictResolver.FirstWriteWins,
        _ => ConflictResolver.ByRank(name, static v => v.Region.Value == "us-east-1" ? 1 : 0),
    };

    private static RowVersion Grouped(ConflictResolver resolver, ReadOnlySpan<RowVersion> versions, Random random)
    {
        if (versions.Length == 1)
        {
            return versions[0];
        }

        var cut = random.Next(1, versions.Length);
        return resolver.Winner(Grouped(resolver, versions[..cut], random), Grouped(resolver, versions[cut..], random));
    }
}
