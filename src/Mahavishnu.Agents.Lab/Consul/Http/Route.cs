namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>One endpoint.</summary>
/// <param name="Pattern">The whole path, or, when it ends in <c>/</c>, its fixed beginning.</param>
/// <param name="Methods">The verbs it takes.</param>
/// <param name="Kind">What it needs from the datacenter.</param>
/// <param name="Handle">What answers.</param>
internal sealed record Route(string Pattern, IReadOnlyList<string> Methods, RouteKind Kind, Func<ConsulRequest, Task<ConsulResponse>> Handle)
{
    /// <summary>Whether this endpoint serves a path.</summary>
    public bool Matches(string path) => Pattern.EndsWith('/') ? path.StartsWith(Pattern, StringComparison.Ordinal) : path == Pattern;

    /// <summary>An endpoint whose answer needs no waiting.</summary>
    public static Route Of(string method, string pattern, RouteKind kind, Func<ConsulRequest, ConsulResponse> handle) =>
        new(pattern, [method], kind, request => Task.FromResult(handle(request)));
}

/// <summary>What an endpoint needs from the datacenter.</summary>
internal enum RouteKind
{
    /// <summary>The agent knows the answer itself.</summary>
    Agent,

    /// <summary>A leader, unless the client allows a stale answer to its GET.</summary>
    Datacenter,
}
