using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>One region's copy of one dataset, with the row that fences it: an effect with a token below the greatest seen is refused.</summary>
internal sealed class DatasetCopy
{
    /// <summary>The greatest token of an effect.</summary>
    public long FenceToken { get; private set; }

    /// <summary>Whether it was promoted, and not fenced since.</summary>
    public bool Promoted { get; set; }

    /// <summary>The token under which it was promoted.</summary>
    public long Authority { get; private set; }

    /// <summary>How many writes it has: its own and applied ones.</summary>
    public long Position { get; set; }

    /// <summary>Accepts no more writes.</summary>
    public bool Fence(long token) => Take(token, promoted: false);

    /// <summary>Accepts writes from now on.</summary>
    public bool Promote(long token) => Take(token, promoted: true);

    private bool Take(long token, bool promoted)
    {
        if (token < FenceToken)
        {
            return false;
        }

        FenceToken = token;
        Promoted = promoted;
        Authority = promoted ? token : Authority;
        return true;
    }
}

/// <summary>A region's database: a copy of every dataset, and what the agents of the region know of their right to write.</summary>
internal sealed class SimulatedDatabase(RegionId region, int end, IEnumerable<RegionId> datasets)
{
    private readonly SortedDictionary<RegionId, DatasetCopy> _copies = new(datasets.ToDictionary(static d => d, static _ => new DatasetCopy()));

    public RegionId Region { get; } = region;

    public int End { get; } = end;

    public DatasetCopy this[RegionId dataset] => _copies[dataset];

    /// <summary>When a store was last asked who may write a dataset and named this region, by the time of the asking.</summary>
    public Dictionary<(RegionId Dataset, RegionId Store), TimeSpan> Proofs { get; } = [];
}
