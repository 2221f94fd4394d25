using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>
/// A real server as a child process with a directory of its own. A shell guards it that kills it when this process ends,
/// however it ends: the shell's input closes then.
/// </summary>
/// <param name="place">The host that it runs on; null for this machine.</param>
public sealed class LocalServer(NetworkHost? place = null) : IAsyncDisposable
{
    private const string Guard = """
        exec 3<&0
        /bin/sh -c 'echo "$$"; exec "$@"' server "$@" 3<&- &
        server=$!
        { read -r end <&3; kill -KILL "$server"; } &
        wait "$server"
        kill "$!"
        wait "$!"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<string> _output = [];
    private Process? _guard;
    private int _server;

    /// <summary>Its directory, removed at the end.</summary>
    public string Directory { get; } = System.IO.Directory.CreateDirectory(
        Path.Combine(Path.GetTempPath(), "mh-" + RandomNumberGenerator.GetHexString(8, lowercase: true))).FullName;

    /// <summary>Whether it was started and has not ended.</summary>
    public bool Runs => _guard is { HasExited: false };

    /// <summary>The number of its process, while it runs.</summary>
    public int ProcessId => _server;

    /// <summary>A port on which nothing listens on this machine.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it, also again after it was killed, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended at once, or is not ready in time; the message has what it said.</exception>
    public async Task StartAsync(string program, IReadOnlyList<string> arguments, Func<Task<bool>> ready, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guard, "guard", .. place?.Enter ?? [], program, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var named = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _guard = Process.Start(start)!;
        var isReady = false;
        try
        {
            _guard.OutputDataReceived += (sender, line) => { if (!named.TrySetResult(line.Data ?? "")) { Keep(sender, line); } };
            _guard.ErrorDataReceived += Keep;
            _guard.BeginOutputReadLine();
            _guard.BeginErrorReadLine();
            _server = int.Parse(await named.Task.WaitAsync(cancellationToken), CultureInfo.InvariantCulture);
            var startedAt = TimeProvider.System.GetTimestamp();
            while (!await ready())
            {
                if (_guard.HasExited || TimeProvider.System.GetElapsedTime(startedAt) > Patience)
                {
                    throw new InvalidOperationException($"{program} {(_guard.HasExited ? "ended" : "is not ready")}: {Output}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }

            isReady = true;
        }
        finally
        {
            if (!isReady)
            {
                await DisposeAsync(); // Nobody else will: the test that wanted it has no hold of it yet.
            }
        }
    }

    /// <summary>Kills it (SIGKILL) if it runs, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_guard is { } guard)
        {
            guard.StandardInput.Close();
            await guard.WaitForExitAsync(CancellationToken.None);
            guard.Dispose();
            _guard = null;
        }
    }

    /// <summary>Stops it from running (SIGSTOP), if it runs.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) => SignalAsync("-STOP", cancellationToken);

    /// <summary>Lets it go on (SIGCONT), if it runs.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken) => SignalAsync("-CONT", cancellationToken);

    /// <summary>Kills it and removes its directory.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private Task SignalAsync(string signal, CancellationToken cancellationToken) => !Runs ? Task.CompletedTask :
        Command.RunAsync(["/bin/sh", "-c", $"kill {signal} {_server.ToString(CultureInfo.InvariantCulture)}"], cancellationToken);

    private string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output.TakeLast(20));
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.Add(line.Data ?? "");
        }
    }
}
