using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>What a client sends to make a session.</summary>
internal sealed class SessionCreateBody
{
    private const long DefaultLockDelay = 15_000_000_000;
    private const string NodeLiveness = "serfHealth";

    /// <summary>Free text.</summary>
    public string? Name { get; set; }

    /// <summary>The node, null or empty for the agent's own.</summary>
    public string? Node { get; set; }

    /// <summary>A Go duration; a number is an error.</summary>
    [JsonPropertyName("TTL")]
    public string? Ttl { get; set; }

    /// <summary>A Go duration or a number.</summary>
    public JsonElement LockDelay { get; set; }

    /// <summary><c>release</c>, <c>delete</c>, or null or empty for the former.</summary>
    public string? Behavior { get; set; }

    /// <summary>The deprecated list; absent is not the same as empty.</summary>
    public JsonElement Checks { get; set; }

    /// <summary>Checks of the node; absent is not the same as empty.</summary>
    public JsonElement NodeChecks { get; set; }

    /// <summary>Checks of services.</summary>
    public IReadOnlyList<ConsulServiceCheck>? ServiceChecks { get; set; }

    /// <summary>The session that is asked for, with all defaults filled in and no index yet.</summary>
    /// <exception cref="RequestRefusedException">400 or 500, a field is out of its range.</exception>
    public ConsulSession ToSession(string id, string ownNode, TimeSpan shortestTtl)
    {
        var (nodeChecks, checks) = BoundChecks();
        var behavior = Behavior is { Length: > 0 } ? Behavior : "release";
        if (behavior is not ("release" or "delete"))
        {
            throw new RequestRefusedException(500, $"Invalid Behavior setting '{behavior}'");
        }

        ValidateTtl(Ttl ?? "", shortestTtl);
        return new ConsulSession(
            id, Name ?? "", Node is { Length: > 0 } ? Node : ownNode, ReadLockDelay(), behavior, Ttl ?? "", nodeChecks, ServiceChecks is null ? null : ConsulJson.Elements(ServiceChecks, nameof(ServiceChecks)), checks, 0, 0);
    }

    /// <summary>
    /// How the two lists and the default combine: an empty old list empties the new one too, an empty new list drops the
    /// old one, and a filled old list is added to the default.
    /// </summary>
    private (IReadOnlyList<string> NodeChecks, IReadOnlyList<string>? Checks) BoundChecks()
    {
        var checks = Checks.ValueKind == JsonValueKind.Undefined ? null : Strings(Checks, nameof(Checks));
        var nodeChecks = NodeChecks.ValueKind == JsonValueKind.Undefined ? [NodeLiveness] : Strings(NodeChecks, nameof(NodeChecks));
        return checks is { Length: 0 } || nodeChecks.Length == 0 ? ([], null) : (nodeChecks, checks);
    }

    private static string[] Strings(JsonElement list, string field)
    {
        if (list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => ConsulJson.Text(item, field))]
            : throw new RequestRefusedException(400, $"Request decode failed: {field} must be an array of strings");
    }

    private static void ValidateTtl(string ttl, TimeSpan shortest)
    {
        if (ttl.Length == 0)
        {
            return;
        }

        if (!GoDuration.TryParse(ttl, out var nanoseconds, out var error))
        {
            throw new RequestRefusedException(500, $"Session TTL '{ttl}' invalid: {error}");
        }

        var asked = GoDuration.ToTimeSpan(nanoseconds);
        if (nanoseconds != 0 && (asked < shortest || asked > TimeSpan.FromHours(24)))
        {
            var least = shortest.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            throw new RequestRefusedException(500, $"Invalid Session TTL '{nanoseconds}', must be between [{least}s=24h0m0s]");
        }
    }

    /// <summary>Numbers below 1000 are taken for seconds, also when they come from a text such as <c>500ns</c>.</summary>
    private long ReadLockDelay()
    {
        var nanoseconds = 0L;
        var readable = LockDelay.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => (nanoseconds = DefaultLockDelay) > 0,
            JsonValueKind.Number => LockDelay.TryGetDouble(out var number) && (nanoseconds = (long)number) == Math.Truncate(number),
            JsonValueKind.String => GoDuration.TryParse(ConsulJson.Text(LockDelay, nameof(LockDelay)), out nanoseconds, out _),
            _ => false,
        };
        return !readable ? throw new RequestRefusedException(400, "Request decode failed: LockDelay must be a duration or a number of nanoseconds")
            : nanoseconds is > 0 and < 1000 ? nanoseconds * 1_000_000_000
            : nanoseconds;
    }
}
