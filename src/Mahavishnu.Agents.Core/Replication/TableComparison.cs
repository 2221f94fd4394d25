namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What a table holds in one bucket of keys.</summary>
/// <param name="Rows">How many rows.</param>
/// <param name="Digest">A sum over hashes of them.</param>
public readonly record struct BucketDigest(long Rows, string Digest);

/// <summary>
/// Compares two copies of a table that is being written to: a bucket of keys is proven when both copies were once seen to hold the
/// same in it, and the copies when every bucket is. What differs only because a change is under way is the same at a later look.
/// </summary>
/// <param name="table">The table's name.</param>
public sealed class TableComparison(string table)
{
    private readonly HashSet<int> _proven = [];
    private HashSet<int> _differing = [];
    private (long One, long Other) _rows;
    private bool _looked;

    /// <summary>Whether both copies are proven to hold the same.</summary>
    public bool Proven => _looked && _differing.Count == 0;

    /// <summary>What is known, in a sentence.</summary>
    public string Detail => !_looked ? $"{table}: not compared yet"
        : Proven ? FormattableString.Invariant($"{table}: {_rows.Other} rows, the same in both")
        : FormattableString.Invariant($"{table}: {_differing.Count} of {_proven.Count + _differing.Count} ranges of keys differ ({_rows.One} rows and {_rows.Other})");

    /// <summary>Takes in one look at both copies. A bucket that is missing is empty.</summary>
    public void Look(IReadOnlyDictionary<int, BucketDigest> one, IReadOnlyDictionary<int, BucketDigest> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var buckets = one.Keys.Union(other.Keys).ToList();
        _proven.UnionWith(buckets.Where(b => one.GetValueOrDefault(b) == other.GetValueOrDefault(b)));
        _differing = [.. (_looked ? _differing.Intersect(buckets) : buckets).Except(_proven)];
        _rows = (one.Values.Sum(static b => b.Rows), other.Values.Sum(static b => b.Rows));
        _looked = true;
    }
}
