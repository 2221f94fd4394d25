using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>Asks a DNS server on 127.0.0.1 for addresses, as a resolver does (RFC 1035, section 4).</summary>
internal static class DnsQuestion
{

    /// <summary>The IPv4 addresses in the answer.</summary>
    public static async Task<IReadOnlyList<string>> AddressesAsync(int port, string name)
    {
        var question = Question(name);
        using var socket = new UdpClient();
        socket.Connect(IPAddress.Loopback, port);
        await socket.SendAsync(question, TestContext.Current.CancellationToken);
        var answer = (await socket.ReceiveAsync(TestContext.Current.CancellationToken)).Buffer;

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
