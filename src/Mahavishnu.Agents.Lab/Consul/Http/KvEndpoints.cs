using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/v1/kv/...</c>.</summary>
internal sealed class KvEndpoints(EndpointContext context)
{
    private static readonly string[] Conditions = ["cas", "acquire", "release"];

    /// <summary>The endpoints.</summary>
    public IEnumerable<Route> Routes => [new Route("/v1/kv/", ["GET", "PUT", "DELETE"], RouteKind.Datacenter, HandleAsync)];

    private Task<ConsulResponse> HandleAsync(ConsulRequest request)
    {
        var wholeTree = request.Has("recurse") || (request.Method == "GET" && request.Has("keys"));
        if (request.Rest.Length == 0 && !(wholeTree && request.Method != "PUT"))
        {
            throw new RequestRefusedException(400, "Missing key name");
        }

        return request.Method switch
        {
            "GET" when request.Has("keys") => KeysAsync(request),
            "GET" when wholeTree => TreeAsync(request),
            "GET" => GetAsync(request),
            "PUT" => PutAsync(request),
            _ => Task.FromResult(Delete(request)),
        };
    }

    private async Task<ConsulResponse> GetAsync(ConsulRequest request)
    {
        var key = request.Rest;
        context.Access.DemandKeyRead(request, key);
        var answer = await context.Reads.RunAsync(request, new WatchScope.Key(key), state =>
            new ReadAnswer(state.Kv.Find(key), state.Kv.IndexOf(key), state.Kv.Find(key) is not null));
        var response = answer.Body is not KvEntry entry ? ConsulResponse.Empty(404)
            : request.Has("raw") ? Raw(entry)
            : ConsulResponse.Json(new[] { entry }, request);
        return context.WithMeta(response, answer.Index);
    }

    private static ConsulResponse Raw(KvEntry entry) => new ConsulResponse(200, entry.Value ?? [], "text/plain")
        .With("X-Content-Type-Options", "nosniff")
        .With("Content-Security-Policy", "sandbox");

    private async Task<ConsulResponse> TreeAsync(ConsulRequest request)
    {
        var prefix = request.Rest;
        var answer = await context.Reads.RunAsync(request, new WatchScope.Prefix(prefix), state =>
        {
            KvEntry[] entries = [.. state.Kv.Under(prefix).Where(entry => context.Access.MayReadKey(request, entry.Key))];
            return new ReadAnswer(entries, state.Kv.IndexUnder(prefix), entries.Length > 0);
        });
        return context.WithMeta(answer.Found ? ConsulResponse.Json(answer.Body, request) : ConsulResponse.Empty(404), answer.Index);
    }

    private async Task<ConsulResponse> KeysAsync(ConsulRequest request)
    {
        var prefix = request.Rest;
        var separator = request.Value("separator") ?? request.Value("seperator") ?? "";
        var answer = await context.Reads.RunAsync(request, new WatchScope.Prefix(prefix), state =>
        {
            var keys = state.Kv.Under(prefix).Select(static entry => entry.Key).Where(key => context.Access.MayReadKey(request, key));
            string[] cut = [.. keys.Select(key => CutAfter(key, prefix.Length, separator)).Distinct(StringComparer.Ordinal)];
            return new ReadAnswer(cut, state.Kv.IndexUnder(prefix), cut.Length > 0);
        });
        var absent = !answer.Found && prefix.Length > 0;
        return context.WithMeta(absent ? ConsulResponse.Empty(404) : ConsulResponse.Json(answer.Body, request), answer.Index);
    }

    private static string CutAfter(string key, int from, string separator)
    {
        var at = separator.Length == 0 ? -1 : key.IndexOf(separator, from, StringComparison.Ordinal);
        return at < 0 ? key : key[..(at + separator.Length)];
    }

    private async Task<ConsulResponse> PutAsync(ConsulRequest request)
    {
        var conditions = Conditions.Where(request.Has).ToArray();
        if (conditions.Length > 1)
        {
            throw new RequestRefusedException(400, $"Conflicting flags: {string.Join(", ", conditions)}");
        }

        context.Access.DemandKeyWrite(request, request.Rest);
        var write = new KvOperation(KvVerb.Set, request.Rest, Flags: request.Has("flags") ? request.Number("flags", 500) : 0);
        write = conditions.SingleOrDefault() switch
        {
            "cas" => write with { Verb = KvVerb.Cas, Index = request.Number("cas", 500) },
            "acquire" => write with { Verb = KvVerb.Lock, Session = request.Value("acquire") ?? "" },
            "release" => write with { Verb = KvVerb.Unlock, Session = request.Value("release") ?? "" },
            _ => write,
        };
        return Apply(write with { Value = await request.ReadBodyAsync(EndpointContext.MaxBody) });
    }

    private ConsulResponse Delete(ConsulRequest request)
    {
        var tree = request.Has("recurse");
        if (tree && request.Has("cas"))
        {
            throw new RequestRefusedException(400, "Conflicting flags: recurse, cas");
        }

        context.Access.DemandKeyWrite(request, request.Rest);
        return Apply(
            tree ? new KvOperation(KvVerb.DeleteTree, request.Rest)
            : request.Has("cas") ? new KvOperation(KvVerb.DeleteCas, request.Rest, Index: request.Number("cas", 500))
            : new KvOperation(KvVerb.Delete, request.Rest));
    }

    private ConsulResponse Apply(KvOperation operation)
    {
        var failure = context.Write(new ConsulCommand.Kv([operation])).Failures.SingleOrDefault();
        return failure is { SessionFault: true }
            ? throw new RequestRefusedException(500, "raft apply failed: " + failure.What)
            : ConsulResponse.Bool(failure is null);
    }
}
