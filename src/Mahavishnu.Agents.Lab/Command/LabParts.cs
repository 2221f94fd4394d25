using System.Globalization;
using System.Net;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Consul;
using Mahavishnu.Agents.Lab.Edge;
using Mahavishnu.Agents.Lab.Postgres;
using Mahavishnu.Agents.Lab.Processes;
using Mahavishnu.Agents.Lab.Service;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary><c>lab --only PART</c>: one part of a lab, in the foreground until it is interrupted or its parent is gone.</summary>
internal static class LabParts
{
    private const string EdgeTokenVariable = "MAHAVISHNU_EDGE_TOKEN";

    /// <summary>The parts that can run by themselves.</summary>
    public static IReadOnlyList<string> Names { get; } = ["consul", "service", "edge"];

    /// <summary>Runs a part until the end of the input or an interruption.</summary>
    /// <exception cref="LabException">The part does not exist, lacks an argument, or its port is in use.</exception>
    public static async Task RunAsync(LabOptions options, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        var (part, address) = await StartAsync(options, time, cancellationToken);
        await using (part)
        {
            await output.WriteLineAsync($"{options.Only} listens at {address}");
            await output.FlushAsync(cancellationToken);
            if (options.ExitWithParent)
            {
                await using var input = Console.OpenStandardInput();
                await ParentWatch.WaitAsync(input, cancellationToken);
            }
            else
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task<(IAsyncDisposable Part, Uri Address)> StartAsync(LabOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var listen = new IPEndPoint(options.Listen, options.Port);
        switch (options.Only)
        {
            case "consul":
                var consul = await StartConsulAsync(options, time, cancellationToken);
                return (consul, consul.Address);
            case "service":
                var region = options.Region ?? throw new LabException("--only service needs --region: the region that it says it is in.");
                var databases = Environment.GetEnvironmentVariable(ServiceRows.Variable)?.Split(',').Select(static p => int.Parse(p, CultureInfo.InvariantCulture)).ToList();
                var service = await SampleService.StartAsync(new RegionId(region), listen, cancellationToken, databases);
                return (service, service.Address);
            case "edge":
                var edge = await StartEdgeAsync(options, listen, time, cancellationToken);
                return (edge, edge.Address);
            default:
                throw new LabException($"--only {options.Only}: there is no such part; expected one of {string.Join(", ", Names)}.");
        }
    }

    private static async Task<ConsulServer> StartConsulAsync(LabOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await ConsulServer.StartAsync(
                new ConsulServerOptions { Address = options.Listen, Port = options.Port, Datacenter = options.Region ?? "dc1", DataDirectory = options.DataDirectory, Time = time }, cancellationToken);
        }
        catch (Exception refused) when (refused is InvalidOperationException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new LabException(refused.Message, refused);
        }
    }

    // An edge is told of its services by --region us-east-1=8001,eu-west-1=10.0.0.2:8002; its token must not stand in the arguments.
    private static async Task<EdgeServer> StartEdgeAsync(LabOptions options, IPEndPoint listen, TimeProvider time, CancellationToken cancellationToken)
    {
        var token = Environment.GetEnvironmentVariable(EdgeTokenVariable)
            ?? throw new LabException($"--only edge needs the environment variable {EdgeTokenVariable}: the bearer token of its control interface.");
        var origins = (options.Region ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static pair => pair.Split('=', 2))
            .ToDictionary(static pair => new RegionId(pair[0]), static pair => Origin(pair));
        return await EdgeServer.StartAsync(origins, token, listen, time, cancellationToken);
    }

    private static Uri Origin(string[] pair) =>
        pair.Length == 2 && RegionId.IsValid(pair[0]) && AddressOf(pair[1]) is { } address
            ? new Uri($"http://{address}/")
            : throw new LabException($"--region {string.Join('=', pair)}: for an edge, expected REGION=PORT or REGION=ADDRESS:PORT of each service, separated by commas.");

    private static IPEndPoint? AddressOf(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? new IPEndPoint(IPAddress.Loopback, port)
        : IPEndPoint.TryParse(text, out var address) && address.Port != 0 ? address
        : null;
}
