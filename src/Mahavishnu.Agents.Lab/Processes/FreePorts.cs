using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;

namespace Mahavishnu.Agents.Lab.Processes;

/// <summary>Finds ports on 127.0.0.1 for processes that are started, killed and started again.</summary>
/// <remarks>
/// They lie below the range from which systems take ports for outgoing connections, so that no connection takes one while
/// its process is dead; and they start at a random place, so that two labs rarely meet.
/// </remarks>
internal static class FreePorts
{
    private const int Lowest = 20_000;
    private const int Highest = 31_999;

    /// <summary>So many ports on which nothing listens.</summary>
    /// <exception cref="LabException">There are not enough.</exception>
    public static IReadOnlyList<int> Find(int count)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(static l => l.Port).ToHashSet();
        var first = RandomNumberGenerator.GetInt32(Highest - Lowest + 1);
        var free = Enumerable.Range(0, Highest - Lowest + 1)
            .Select(i => Lowest + ((first + i) % (Highest - Lowest + 1)))
            .Where(port => !taken.Contains(port))
            .Take(count)
            .ToList();
        return free.Count == count
            ? free
            : throw new LabException($"The lab needs {count} free ports from {Lowest} to {Highest} on {IPAddress.Loopback} and found {free.Count}; stop something that listens there.");
    }
}
