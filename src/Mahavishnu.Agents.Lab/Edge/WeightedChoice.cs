using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>Spreads numbered requests over regions by their shares: exactly so over every hundred in a row, and evenly within it.</summary>
internal static class WeightedChoice
{
    // Coprime to 100, so that a hundred requests in a row meet every percent once; near the golden section, so that they do so evenly.
    private const int Stride = 61;

    /// <summary>The region that serves a request; null when there are no shares.</summary>
    /// <param name="shares">Percent by region; the sum is 0 or 100.</param>
    /// <param name="number">The number of the request in its audience, from 0.</param>
    public static RegionId? Pick(IReadOnlyDictionary<RegionId, int> shares, long number)
    {
        var percent = (int)(number % 100 * Stride % 100);
        foreach (var (region, share) in shares)
        {
            percent -= share;
            if (percent < 0)
            {
                return region;
            }
        }

        return null;
    }
}
