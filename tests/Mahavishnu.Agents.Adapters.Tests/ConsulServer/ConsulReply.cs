using System.Text.Json;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

/// <summary>An answer of the server, read whole.</summary>
internal sealed record ConsulReply(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The only element of an array.</summary>
    public JsonElement Single => Assert.Single(Json.EnumerateArray());

    public ulong Index => ulong.Parse(Headers["X-Consul-Index"], System.Globalization.CultureInfo.InvariantCulture);

    public void Is(int status, string body)
    {
        Assert.Equal(body, Body);
        Assert.Equal(status, Status);
    }

    public void Fails(int status, string bodyPart)
    {
        Assert.Contains(bodyPart, Body, StringComparison.Ordinal);
        Assert.Equal(status, Status);
    }
}
