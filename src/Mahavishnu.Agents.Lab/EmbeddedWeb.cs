using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Lab.Consul;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Lab;

/// <summary>Starts a web server that one delegate answers for, without logging, configuration files or signal handlers.</summary>
internal static class EmbeddedWeb
{
    /// <summary>Largest request body that any server of the lab reads.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Starts a server; it answers when the task ends.</summary>
    /// <param name="address">Where to listen; port 0 is any free one.</param>
    /// <param name="services">Adds what <paramref name="handler"/> needs.</param>
    /// <param name="handler">Makes what answers every request.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="LabException">The port is in use.</exception>
    public static async Task<WebApplication> StartAsync(
        IPEndPoint address, Action<IServiceCollection> services, Func<IServiceProvider, RequestDelegate> handler, CancellationToken cancellationToken)
    {
        var web = Build(address, services);
        var started = false;
        try
        {
            web.Run(handler(web.Services));
            await web.StartAsync(cancellationToken);
            started = true;
            return web;
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new LabException(
                $"Port {address.Port.ToString(CultureInfo.InvariantCulture)} on {address.Address} is in use: stop what listens there, or choose another port, or 0 for any free one.", failure);
        }
        catch (SocketException failure)
        {
            throw new LabException($"Nothing can listen at {address}: {failure.Message}. Is it an address of this machine?", failure);
        }
        finally
        {
            if (!started)
            {
                await web.DisposeAsync();
            }
        }
    }

    /// <summary>Where a started server listens, e.g. <c>http://127.0.0.1:40123/</c>.</summary>
    public static Uri AddressOf(WebApplication web) => new(web.Urls.Single());

    private static WebApplication Build(IPEndPoint address, Action<IServiceCollection> services)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        services(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(address);
        });
        return builder.Build();
    }
}
