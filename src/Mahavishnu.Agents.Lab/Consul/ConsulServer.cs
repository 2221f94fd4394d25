using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Lab.Consul.Http;
using Mahavishnu.Agents.Lab.Consul.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>
/// A datacenter of one server that speaks Consul's HTTP interface, as far as leader election needs it:
/// sessions, keys, transactions, status, catalog, health and agent checks.
/// </summary>
/// <remarks>
/// Behaviour follows Consul 1.22. Registrations with the agent are seen by the catalog at once and need no leader; only
/// time-to-live checks are run; transactions take operations on keys only; answers are never compressed. Marks of deleted
/// keys are kept, so indexes of prefixes never fall; the log in the data directory grows with every write.
/// </remarks>
public sealed class ConsulServer : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);
    private readonly WebApplication _web;
    private readonly ConsulStore _store;
    private readonly ConsulFrontend _frontend;
    private readonly CancellationTokenSource _stopping;
    private readonly string _datacenter;
    private int _disposed;

    private ConsulServer(WebApplication web, ConsulStore store, ConsulFrontend frontend, ConsulFaults faults, CancellationTokenSource stopping, string datacenter)
    {
        (_web, _store, _frontend, Faults, _stopping, _datacenter) = (web, store, frontend, faults, stopping, datacenter);
        Address = new Uri(web.Urls.Single());
    }

    /// <summary>Where the server listens, e.g. <c>http://127.0.0.1:8500</c>.</summary>
    public Uri Address { get; }

    /// <summary>What can be made to go wrong.</summary>
    public ConsulFaults Faults { get; }

    /// <summary>How many reads are blocked now, waiting for a change.</summary>
    public int BlockedReads => _store.Watches.Count;

    /// <summary>Starts a server; it answers when the task ends.</summary>
    /// <exception cref="InvalidOperationException">The port or the data directory is in use, or the address is none of this machine's.</exception>
    /// <exception cref="InvalidDataException">The log in the data directory is damaged.</exception>
    public static async Task<ConsulServer> StartAsync(ConsulServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var store = new ConsulStore(options.DataDirectory, options.Time, options.Logger);
        var stopping = new CancellationTokenSource();
        var web = BuildWeb(new IPEndPoint(options.Address, options.Port));
        var started = false;
        try
        {
            RegisterOwnNode(store, options);
            var leadership = new Leadership(options.Time, options.HoldTime);
            var faults = new ConsulFaults(store, leadership);
            var reads = new BlockingReads(store, faults, options.Time);
            var context = new EndpointContext(options, store, reads, new AccessControl(options.DenyByDefault, options.Tokens), leadership);
            var frontend = new ConsulFrontend(context, faults, Routes(context), stopping.Token);
            web.Run(frontend.HandleAsync);
            await web.StartAsync(cancellationToken);
            started = true;
            return new ConsulServer(web, store, frontend, faults, stopping, options.Datacenter);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new InvalidOperationException(
                $"Port {options.Port.ToString(CultureInfo.InvariantCulture)} on {options.Address} is in use: stop what listens there (a Consul agent?), or choose another port, or 0 for any free one.", failure);
        }
        catch (SocketException failure)
        {
            throw new InvalidOperationException($"Nothing can listen at {options.Address}: {failure.Message}. Is it an address of this machine?", failure);
        }
        finally
        {
            if (!started)
            {
                await web.DisposeAsync();
                store.Dispose();
                stopping.Dispose();
            }
        }
    }

    /// <summary>Makes <c>?dc=</c> with the name of the other server's datacenter go to it, and the other way round.</summary>
    public void Federate(ConsulServer other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _frontend.Federate(other._datacenter, other._frontend);
        other._frontend.Federate(_datacenter, _frontend);
    }

    /// <summary>Closes all connections and stops; blocked requests are not answered. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(StopWithin, TimeProvider.System);
        await _web.StopAsync(patience.Token);
        await _web.DisposeAsync();
        _store.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication BuildWeb(IPEndPoint address)
    {
        // Configuration files are not for this server, and a watch on them per server would use up the system's.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        return builder.Build();
    }

    private static Route[] Routes(EndpointContext context) =>
    [
        .. new KvEndpoints(context).Routes,
        .. new SessionEndpoints(context).Routes,
        .. new TxnEndpoint(context).Routes,
        .. new StatusEndpoints(context).Routes,
        .. new AgentEndpoints(context).Routes,
        .. new CatalogEndpoints(context).Routes,
    ];

    private static void RegisterOwnNode(ConsulStore store, ConsulServerOptions options) => store.Write(state =>
        state.Catalog.Nodes.ContainsKey(options.NodeName)
            ? null
            : new ConsulCommand.Register(
                new CatalogNode("", options.NodeName, "127.0.0.1", options.Datacenter),
                null,
                [new CatalogCheck(options.NodeName, "serfHealth", "Serf Health Status", CatalogCheck.Passing, "", "Agent alive and reachable", "", "", [], "", new CatalogCheckDefinition())]));
}
