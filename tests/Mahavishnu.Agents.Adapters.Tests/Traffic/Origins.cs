using System.Net;
using Mahavishnu.Agents.Core.Regions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>One web server for each region that answers with the region's name.</summary>
internal sealed class Origins : IAsyncDisposable
{
    private readonly Dictionary<RegionId, WebApplication> _servers = [];

    public IReadOnlyDictionary<RegionId, int> Ports => _servers.ToDictionary(static s => s.Key, static s => new Uri(s.Value.Urls.First()).Port);

    public static async Task<Origins> StartAsync()
    {
        var origins = new Origins();
        foreach (var region in new[] { TargetWorld.Us, TargetWorld.Eu, TargetWorld.Ap })
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var server = builder.Build();
            server.Run(http => http.Response.WriteAsync(region.Value));
            origins._servers[region] = server;
            await server.StartAsync(TestContext.Current.CancellationToken);
        }

        return origins;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }
}
