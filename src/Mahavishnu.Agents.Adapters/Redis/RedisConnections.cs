using System.Net;
using Mahavishnu.Agents.Adapters.Probes;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>The connections to one region's servers: the configured ones, or, once a Cluster has been asked, those that it lists.</summary>
/// <remarks>
/// The library finds a Cluster's servers too, but forgets a replica that serves no slots at the moment it looks, and looks again only
/// after half an hour. So each set of connections is opened to servers that we name, which it keeps.
/// </remarks>
internal sealed class RedisConnections : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<string, CertificateCheck> _certificateFor;
    private readonly RedisOptions _options;
    private readonly HashSet<RedisEndPoint> _configured;
    private Opened? _current;
    private Task _closing = Task.CompletedTask;

    /// <summary>Opens no connection yet.</summary>
    /// <param name="options">What is configured.</param>
    /// <param name="certificateFor">Gives the check of the certificate of a host.</param>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public RedisConnections(RedisOptions options, Func<string, CertificateCheck> certificateFor)
    {
        _ = RedisConfiguration.Create(options, options.Endpoints, certificateFor);
        (_options, _certificateFor, _configured) = (options, certificateFor, [.. options.Endpoints]);
    }

    /// <summary>Where a server is.</summary>
    public static RedisEndPoint EndpointOf(IServer server) => server.EndPoint is DnsEndPoint name
        ? new RedisEndPoint(name.Host, name.Port)
        : new RedisEndPoint(((IPEndPoint)server.EndPoint).Address.ToString(), ((IPEndPoint)server.EndPoint).Port);

    /// <summary>The servers of the present set, connected or not, in the order of their addresses.</summary>
    /// <exception cref="OperationCanceledException">The connections are not open yet.</exception>
    public async Task<IReadOnlyList<IServer>> ServersAsync(CancellationToken cancellationToken)
    {
        var current = Current();
        var library = await current.Opening.WaitAsync(cancellationToken);
        return [.. library.GetServers().Where(server => current.Endpoints.Contains(EndpointOf(server))).OrderBy(RedisLink.AddressOf, StringComparer.Ordinal)];
    }

    /// <summary>Goes over to these servers, if they are others than the present ones; null means the configured ones.</summary>
    public void Use(IEnumerable<RedisEndPoint>? endpoints)
    {
        HashSet<RedisEndPoint> wanted = endpoints is null ? _configured : [.. endpoints];
        lock (_gate)
        {
            if (_current is { } old && !old.Endpoints.SetEquals(wanted))
            {
                _current = Open(wanted);
                _closing = Task.WhenAll(_closing, CloseAsync(old));
            }
        }
    }

    /// <summary>The slot of a key in a Cluster.</summary>
    /// <exception cref="OperationCanceledException">The connections are not open yet.</exception>
    public async Task<int> SlotOfAsync(string key, CancellationToken cancellationToken) =>
        (await Current().Opening.WaitAsync(cancellationToken)).GetHashSlot(key);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task closing;
        lock (_gate)
        {
            closing = _current is { } last ? Task.WhenAll(_closing, CloseAsync(last)) : _closing;
        }

        await closing;
    }

    /// <summary>Lets what is under way come to its end.</summary>
    private static async Task CloseAsync(Opened old)
    {
        var library = await old.Opening;
        await library.CloseAsync();
        await library.DisposeAsync();
    }

    private Opened Current()
    {
        lock (_gate)
        {
            return _current ??= Open(_configured);
        }
    }

    // Comes to an end within the connect timeout whether or not a server answers; the library goes on trying by itself.
    private Opened Open(HashSet<RedisEndPoint> endpoints) =>
        new(endpoints, ConnectionMultiplexer.ConnectAsync(RedisConfiguration.Create(_options, endpoints, _certificateFor)));

    private sealed record Opened(IReadOnlySet<RedisEndPoint> Endpoints, Task<ConnectionMultiplexer> Opening);
}
