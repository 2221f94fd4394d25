using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>Asks a DNS server for addresses, as a resolver does (RFC 1035, section 4).</summary>
internal static class DnsQuestion
{
    private const int GreatestAnswerBytes = 512; // Over UDP. Source: RFC 1035, section 4.2.1.

    /// <summary>The IPv4 addresses in the answer.</summary>
    /// <param name="socket">A UDP socket, connected to the server.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<string>> AddressesAsync(Socket socket, string name, CancellationToken cancellationToken)
    {
        var question = Question(name);
        await socket.SendAsync(question, cancellationToken);
        var answer = new byte[GreatestAnswerBytes];
        await socket.ReceiveAsync(answer, cancellationToken);

        var addresses = new List<string>();
        var at = question.Length; // The question is repeated as it was sent.
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)); left > 0; left--)
        {
            at += answer[at] >= 0xC0 ? 2 : throw new InvalidDataException("Expected a compressed name.");
            var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at)), BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 8)));
            if (type == 1)
            {
                addresses.Add(new IPAddress(answer.AsSpan(at + 10, length)).ToString());
            }

            at += 10 + length;
        }

        return addresses;
    }

    private static byte[] Question(string name)
    {
        var labels = name.TrimEnd('.').Split('.').SelectMany(static label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length));
        byte[] header = [0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        return [.. header, .. labels, 0, 0, 1, 0, 1];
    }
}
