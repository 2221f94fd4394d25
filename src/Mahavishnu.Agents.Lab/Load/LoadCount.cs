namespace Mahavishnu.Agents.Lab.Load;

/// <summary>How many requests were finished, and how many of them failed.</summary>
/// <param name="Requests">All that were answered, refused or timed out.</param>
/// <param name="Failed">Those without the status 200 in time.</param>
public readonly record struct LoadCount(long Requests, long Failed)
{
    /// <summary>The failed share, 0 to 1; 0 without requests.</summary>
    public double FailedRatio => Requests == 0 ? 0 : (double)Failed / Requests;

    /// <summary>The counts of two together.</summary>
    public static LoadCount operator +(LoadCount left, LoadCount right) => new(left.Requests + right.Requests, left.Failed + right.Failed);
}
