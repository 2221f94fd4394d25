using CsCheck;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class TableComparisonTests
{
    [Fact]
    public void Look_SameInBoth_IsProven()
    {
        var comparison = new TableComparison("t");
        Assert.False(comparison.Proven);

        comparison.Look(Copy((1, 2, "a"), (2, 1, "b")), Copy((1, 2, "a"), (2, 1, "b")));

        Assert.True(comparison.Proven);
        Assert.Equal("t: 3 rows, the same in both", comparison.Detail);
    }

    [Fact]
    public void Look_EachBucketOnceTheSame_IsProvenThoughNeverAllAtOnce()
    {
        var comparison = new TableComparison("t");

        comparison.Look(Copy((1, 1, "a"), (2, 1, "b")), Copy((1, 1, "a"), (2, 1, "changed")));
        Assert.False(comparison.Proven);
        Assert.Equal("t: 1 of 2 ranges of keys differ (2 rows and 2)", comparison.Detail);
        comparison.Look(Copy((1, 1, "a"), (2, 1, "changed")), Copy((1, 1, "changing"), (2, 1, "changed")));

        Assert.True(comparison.Proven);
    }

    [Fact]
    public void Look_RowsInOneAlone_AreNeverProven()
    {
        var comparison = new TableComparison("t");
        for (var look = 0; look < 3; look++)
        {
            comparison.Look(Copy((1, 1, "a"), (2, 1, "b")), Copy((1, 1, "a")));
            Assert.False(comparison.Proven);
        }

        comparison.Look(Copy((1, 1, "a")), Copy((1, 1, "a")));
        Assert.True(comparison.Proven);
    }

    [Fact]
    public void Look_AnyCopies_AreProvenOnlyWhenEveryBucketWasTheSame() => Gen.Select(Gen.Int[0, 2].Array[3], Gen.Int[0, 2].Array[3], Gen.Int[0, 2].Array[3]).Sample((one, other, later) =>
    {
        var comparison = new TableComparison("t");
        comparison.Look(Of(one), Of(other));
        comparison.Look(Of(one), Of(later));

        Assert.Equal(Enumerable.Range(0, 3).All(b => one[b] == other[b] || one[b] == later[b]), comparison.Proven);

        static Dictionary<int, BucketDigest> Of(int[] rows) => Copy([.. rows.Select(static (r, b) => (b, r, r.ToString(System.Globalization.CultureInfo.InvariantCulture))).Where(static b => b.r > 0)]);
    });

    private static Dictionary<int, BucketDigest> Copy(params (int Bucket, int Rows, string Digest)[] buckets) =>
        buckets.ToDictionary(static b => b.Bucket, static b => new BucketDigest(b.Rows, b.Digest));
}
