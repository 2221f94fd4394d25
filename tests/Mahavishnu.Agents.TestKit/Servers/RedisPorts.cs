using System.Net;
using System.Net.Sockets;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>Finds ports for Redis: free themselves, and the one 10000 above free too, which a Cluster's servers talk on.</summary>
internal static class RedisPorts
{
    private const int First = 12000;
    private const int Last = 22767;
    private const int BusOffset = 10000;

    // Other processes that run tests start elsewhere, so that they seldom meet.
    private static int _last = First + (Environment.ProcessId * 97 % (Last - First));

    /// <summary>A pair of free ports that this process was not given before; the lower one.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static int Take()
    {
        for (var tried = First; tried <= Last; tried++)
        {
            var port = First + (Interlocked.Increment(ref _last) % (Last - First + 1));
            if (IsFree(port) && IsFree(port + BusOffset))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port between {First} and {Last} is free together with the one {BusOffset} above it.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
