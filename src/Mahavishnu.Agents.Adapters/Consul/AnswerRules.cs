namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Sorts answers that a call does not itself expect by what they mean for the request.</summary>
/// <remarks>
/// Source: Consul 1.16 to 1.22, agent/http.go, agent/structs/errors.go, agent/consul/rpc.go, agent/consul/rate. A text
/// that is not listed leaves the outcome unknown, because that is the mistake that does no harm.
/// </remarks>
internal static class AnswerRules
{
    /// <summary>Put before the message once for every hop between agents.</summary>
    private const string HopPrefix = "rpc error making call: ";

    /// <summary>Nothing was proposed, because there was nobody to propose it to.</summary>
    private static readonly string[] s_noLeader =
    [
        "No cluster leader",
        "Raft leader not found in server lookup mapping",
        "Not ready to serve consistent reads",
    ];

    /// <summary>The agent that took the request could hand it to no server.</summary>
    private static readonly string[] s_notForwarded =
    [
        "No known Consul servers",
        "No path to datacenter",
        "Remote DC has no server currently reachable",
        "rpc error getting client: failed to get conn",
    ];

    /// <summary>Refusals that Consul reports as 500: checked before, or while, the state machine leaves all as it was.</summary>
    private static readonly string[] s_refusals =
    [
        "invalid session",
        "raft apply failed: invalid session",
        "missing session",
        "raft apply failed: missing session",
        "Session TTL '",
        "Invalid Session TTL '",
        "Invalid Behavior setting '",
        "apply failed: Missing node registration",
        "apply failed: Missing check '",
        "apply failed: Check '",
        "cross datacenter lock must be created at server agent",
        "CheckID \"",
    ];

    /// <summary>What an unexpected answer means; never <see cref="ConsulResult{T}.Ok"/>.</summary>
    public static ConsulResult<T> Failure<T>(ConsulAnswer answer) => answer.Status switch
    {
        400 or 403 or 404 or 405 or 409 or 413 => new ConsulResult<T>.Refused(answer.Status, answer.Text),
        429 => new ConsulResult<T>.Throttled(answer.Status, answer.RetryAfter),
        503 when WithoutHops(answer.Text).StartsWith("rate limit exceeded", StringComparison.Ordinal) =>
            new ConsulResult<T>.Throttled(answer.Status, answer.RetryAfter),
        500 => ServerError<T>(answer.Text),
        _ => new ConsulResult<T>.Unknown($"status {answer.Status}, which Consul does not give here: {answer.Text}"),
    };

    private static ConsulResult<T> ServerError<T>(string text)
    {
        var cause = WithoutHops(text);
        return StartsWithAny(cause, s_noLeader) ? new ConsulResult<T>.NoLeader(text)
            : StartsWithAny(cause, s_notForwarded) ? new ConsulResult<T>.Unreachable(text)
            : StartsWithAny(cause, s_refusals) ? new ConsulResult<T>.Refused(500, text)
            // Such as "leadership lost while committing log": the entry may still reach a majority.
            : new ConsulResult<T>.Unknown($"status 500: {text}");
    }

    private static string WithoutHops(string text)
    {
        while (text.StartsWith(HopPrefix, StringComparison.Ordinal))
        {
            text = text[HopPrefix.Length..];
        }

        return text;
    }

    private static bool StartsWithAny(string text, string[] starts) =>
        starts.Any(start => text.StartsWith(start, StringComparison.Ordinal));
}
