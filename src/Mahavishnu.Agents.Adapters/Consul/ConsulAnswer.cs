using System.Globalization;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A whole response, before anything is made of it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, within <see cref="ConsulTransport.MaxBodyBytes"/>.</param>
/// <param name="Text">The start of the body as one printable line, fit for a log.</param>
/// <param name="Meta">The headers of reads.</param>
/// <param name="RetryAfter">The <c>Retry-After</c> header, as a time from now.</param>
internal sealed record ConsulAnswer(int Status, ReadOnlyMemory<byte> Body, string Text, AnswerMeta Meta, TimeSpan? RetryAfter)
{
    private const int QuotedChars = 512;

    /// <summary>More than is quoted, so that the cut does not go through a token.</summary>
    private const int ReadBytes = 4096;

    /// <summary>Makes <see cref="Text"/>. A server that echoes the token, as a debugging proxy may, must not put it into our log.</summary>
    public static string Quote(ReadOnlySpan<byte> body, string? token)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, ReadBytes)]);
        if (!string.IsNullOrEmpty(token))
        {
            text = text.Replace(token, "***", StringComparison.Ordinal);
        }

        var printable = text.Take(QuotedChars).Select(static c => char.IsControl(c) ? ' ' : c);
        return string.Concat(printable).Trim();
    }

    /// <summary>Reads what this client uses of a response's headers.</summary>
    public static AnswerMeta MetaOf(HttpResponseMessage response) => new(
        ulong.TryParse(Header(response, "X-Consul-Index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null,
        uint.TryParse(Header(response, "X-Consul-LastContact"), NumberStyles.None, CultureInfo.InvariantCulture, out var contact)
            ? TimeSpan.FromMilliseconds(contact)
            : null,
        bool.TryParse(Header(response, "X-Consul-KnownLeader"), out var known) ? known : null);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
