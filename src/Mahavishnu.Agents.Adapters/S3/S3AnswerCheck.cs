using System.Xml;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>
/// Looks at answers about a bucket before the client library does, which takes any XML without the elements that it looks for as
/// a bucket with nothing configured: a sign-in page of a proxy must not read as "no versioning, no rules".
/// </summary>
internal sealed class S3AnswerCheck(string name, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const long MostBytes = 4_000_000; // A thousand rules are well below it.

    private static readonly Dictionary<string, string> Roots = new(StringComparer.Ordinal)
    {
        ["versioning"] = "VersioningConfiguration", ["replication"] = "ReplicationConfiguration", ["lifecycle"] = "LifecycleConfiguration",
    };

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var about = request.RequestUri!.Query.TrimStart('?').Split('&', '=')[0];
        if (request.Method != HttpMethod.Get || !response.IsSuccessStatusCode || !Roots.TryGetValue(about, out var expected))
        {
            return response;
        }

        await response.Content.LoadIntoBufferAsync(MostBytes, cancellationToken);
        var found = RootOf(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        if (found == expected)
        {
            return response;
        }

        response.Dispose();
        throw new S3CallException(S3CallEnd.Unknown, $"{name}: answered {about} with {(found is null ? "what is no XML" : $"<{found}>")}; expected <{expected}>. Something else listens there.");
    }

    private static string? RootOf(byte[] body)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
