using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/v1/txn</c>: operations on keys that are done all or not at all.</summary>
internal sealed class TxnEndpoint(EndpointContext context)
{
    /// <summary>Most operations in one transaction. Source: Consul, <c>agent/txn_endpoint.go</c>, since 1.14.</summary>
    private const int MaxOperations = 128;

    private static readonly Dictionary<string, KvVerb> Verbs =
        Enum.GetValues<KvVerb>().ToDictionary(static verb => JsonSerializer.Serialize(verb).Trim('"'), StringComparer.Ordinal);

    /// <summary>The endpoints.</summary>
    public IEnumerable<Route> Routes => [new Route("/v1/txn", ["PUT"], RouteKind.Agent, HandleAsync)];

    private async Task<ConsulResponse> HandleAsync(ConsulRequest request)
    {
        var body = await request.ReadBodyAsync(EndpointContext.MaxBody);
        var parts = ConsulJson.Read<IReadOnlyList<TxnPart?>>(body, strict: true, "Failed to parse body: ");
        if (parts.Count > MaxOperations)
        {
            throw new RequestRefusedException(413, $"Transaction contains too many operations ({parts.Count} > {MaxOperations})");
        }

        var wanted = Kv(parts);
        var readOnly = !wanted.Any(static op => Verbs.TryGetValue(op.Verb ?? "", out var verb) && new KvOperation(verb, "").Writes);
        if (!(readOnly && request.Stale) && !await context.Leader.HoldAsync(request.Cancelled))
        {
            throw new RequestRefusedException(500, "No cluster leader");
        }

        KvFailure[] malformed = [.. wanted.Index().Select(static op => Validate(op.Index, op.Item)).OfType<KvFailure>()];
        if (malformed.Length > 0)
        {
            return Conflict(request, malformed);
        }

        KvOperation[] operations = [.. wanted.Select(static op => op.ToOperation(Verbs[op.Verb!]))];
        foreach (var op in operations)
        {
            DemandAccess(request, op);
        }

        return Run(request, operations, readOnly);
    }

    private ConsulResponse Run(ConsulRequest request, KvOperation[] operations, bool readOnly)
    {
        var outcome = context.Write(new ConsulCommand.Kv(operations));
        if (outcome.Failures.Count > 0)
        {
            return Conflict(request, outcome.Failures);
        }

        var results = outcome.Results.Select(static entry => new { KV = entry });
        return readOnly
            ? context.WithLeader(ConsulResponse.Json(
                new { Results = results, Errors = (object?)null, Index = Math.Max(outcome.State.Kv.LastIndex, 1), LastContact = 0, KnownLeader = context.Leader.HasLeader }, request))
            : ConsulResponse.Json(new { Results = results, Errors = (object?)null }, request);
    }

    private void DemandAccess(ConsulRequest request, KvOperation op)
    {
        if (op.Writes)
        {
            context.Access.DemandKeyWrite(request, op.Key);
        }
        else
        {
            context.Access.DemandKeyRead(request, op.Key);
        }
    }

    private static List<TxnKv> Kv(IReadOnlyList<TxnPart?> parts)
    {
        if (parts.Any(static part => (part?.Node ?? part?.Service ?? part?.Check) is not null))
        {
            throw new RequestRefusedException(400, "This server runs KV operations only: move Node, Service and Check operations to /v1/catalog.");
        }

        return [.. parts.Select(static part => part?.Kv).OfType<TxnKv>()];
    }

    private static KvFailure? Validate(int position, TxnKv op) =>
        !Verbs.TryGetValue(op.Verb ?? "", out var verb) ? new KvFailure(position, $"unknown KV operation: {op.Verb}")
        : string.IsNullOrEmpty(op.Key) && verb is not (KvVerb.GetTree or KvVerb.DeleteTree) ? new KvFailure(position, "Must provide key")
        : null;

    private static ConsulResponse Conflict(ConsulRequest request, IReadOnlyList<KvFailure> failures) => ConsulResponse.Json(
        new { Results = (object?)null, Errors = failures.Select(static failure => new { failure.OpIndex, failure.What }) }, request, 409);

    /// <summary>One element of the body.</summary>
    private sealed class TxnPart
    {
        [JsonPropertyName("KV")]
        public TxnKv? Kv { get; set; }

        public JsonElement? Node { get; set; }

        public JsonElement? Service { get; set; }

        public JsonElement? Check { get; set; }
    }

    /// <summary>One operation on a key, as it is sent.</summary>
    private sealed class TxnKv
    {
        public string? Verb { get; set; }

        public string? Key { get; set; }

        public byte[]? Value { get; set; }

        public ulong Flags { get; set; }

        public ulong Index { get; set; }

        public string? Session { get; set; }

        public KvOperation ToOperation(KvVerb verb) => new(verb, Key ?? "", Value, Flags, Index, Session ?? "");
    }
}
