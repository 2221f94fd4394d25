using System.Net.Sockets;
using System.Threading.Channels;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>One way of one connection of a <see cref="DelayProxy"/>.</summary>
/// <param name="from">Where bytes come from.</param>
/// <param name="to">Where they go.</param>
/// <param name="gate">Says when.</param>
/// <param name="isBack">Whether it is the way from the server to the client.</param>
internal sealed class DelayPump(Socket from, Socket to, PaceGate gate, bool isBack)
{
    private const int PieceBytes = 16 * 1024;
    private readonly Channel<(long EnteredAt, byte[] Bytes)> _held = Channel.CreateUnbounded<(long, byte[])>();

    /// <summary>Passes on everything, and the end after it.</summary>
    /// <exception cref="SocketException">One end broke off.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ways = new[] { TakeAsync(broken.Token), GiveAsync(broken.Token) };
        try
        {
            await await Task.WhenAny(ways);
            await Task.WhenAll(ways);
        }
        finally
        {
            await broken.CancelAsync();
            await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_held.Reader.TryRead(out _))
            {
                gate.Leave();
            }
        }
    }

    // An empty piece is the end.
    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[PieceBytes];
        int count;
        do
        {
            count = await from.ReceiveAsync(buffer, cancellationToken);
            _held.Writer.TryWrite((gate.Enter(), buffer[..count]));
        }
        while (count > 0);
    }

    private async Task GiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (enteredAt, bytes) = await _held.Reader.ReadAsync(cancellationToken);
            try
            {
                await gate.UntilDueAsync(enteredAt, isBack, cancellationToken);
                if (bytes.Length == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                for (var sent = 0; sent < bytes.Length;)
                {
                    sent += await to.SendAsync(bytes.AsMemory(sent), cancellationToken);
                }
            }
            finally
            {
                gate.Leave();
            }
        }
    }
}
