using System.Globalization;
using System.Net;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>The way of packets, seen from the host that drops them.</summary>
public enum Flow
{
    /// <summary>What the peer sends.</summary>
    In = 1,

    /// <summary>What is sent to the peer.</summary>
    Out,
}

/// <summary>Which packets a host drops.</summary>
/// <param name="Flow">The way that they go.</param>
/// <param name="Peer">The other host.</param>
/// <param name="Port">Only those of what the peer serves at this TCP port; null for all.</param>
/// <param name="Ratio">The share that is dropped, by chance; 1 is all.</param>
public sealed record PacketRule(Flow Flow, IPAddress Peer, int? Port = null, double Ratio = 1)
{
    /// <summary>The rule as <c>iptables</c> takes it.</summary>
    internal IEnumerable<string> Arguments()
    {
        var isIn = Flow == Flow.In;
        string[] port = Port is { } number ? ["-p", "tcp", isIn ? "--sport" : "--dport", number.ToString(CultureInfo.InvariantCulture)] : [];
        string[] chance = Ratio < 1 ? ["-m", "statistic", "--mode", "random", "--probability", Ratio.ToString("0.###", CultureInfo.InvariantCulture)] : [];
        return [isIn ? "INPUT" : "OUTPUT", isIn ? "-s" : "-d", Peer.ToString(), .. port, .. chance, "-j", "DROP"];
    }
}
