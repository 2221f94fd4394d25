using System.Globalization;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>A real Redis that keeps nothing on disk unless told to.</summary>
/// <param name="arguments">More of its command line, such as <c>--requirepass</c> and a password.</param>
public sealed class RedisServer(params string[] arguments) : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";
    private const string Shell = "/usr/bin/redis-cli";

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing { get; } = File.Exists(Program) && File.Exists(Shell)
        ? null
        : $"{Program} is missing: install Debian's package redis-server to run this test.";

    /// <summary>The process.</summary>
    public LocalServer Process { get; } = new();

    /// <summary>The port of its clients. Below 22768, so that a Cluster's bus, 10000 above, is out of the way of outgoing connections.</summary>
    public int Port { get; } = RedisPorts.Take();

    /// <summary>Host and port.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>What <c>redis-cli</c> needs besides the port, such as <c>-a</c> and a password.</summary>
    public IReadOnlyList<string> ShellArguments { get; init; } = [];

    /// <summary>Whether its port speaks TLS only; the arguments then name its certificate and key.</summary>
    public bool Tls { get; init; }

    /// <summary>Starts it, also again after it was killed, and waits until it answers.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        string[] ports = Tls ? ["--port", "0", "--tls-port", port, "--tls-auth-clients", "no"] : ["--port", port];
        return Process.StartAsync(
            Program,
            // A master waits 5 s before a first copy unless told otherwise, in case more replicas come.
            [.. ports, "--bind", "127.0.0.1", "--dir", Process.Directory, "--save", "", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", .. arguments],
            () => AnswersAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Runs a command as an operator would and gives what <c>redis-cli</c> prints, be it an error of the server.</summary>
    /// <exception cref="InvalidOperationException">There is no connection.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken, params string[] command)
    {
        string[] tls = Tls ? ["--tls", "--insecure"] : [];
        string[] port = ["-p", Port.ToString(CultureInfo.InvariantCulture)];
        return (await Command.RunAsync([Shell, .. port, .. tls, "--no-auth-warning", .. ShellArguments, .. command], cancellationToken)).TrimEnd('\n');
    }

    /// <summary>Kills it and removes its directory.</summary>
    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken, "PING");
            return true; // Whatever it says: one that is loading is a server too.
        }
        catch (InvalidOperationException)
        {
            return false; // Not yet.
        }
    }
}
