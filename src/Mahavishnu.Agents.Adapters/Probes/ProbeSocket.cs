using System.Net;
using System.Net.Sockets;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Makes the socket for a target: of the family of its address, or of both families for a name.</summary>
internal static class ProbeSocket
{
    public static Socket For(EndPoint target) => target is IPEndPoint { AddressFamily: var family }
        ? new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
        : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
