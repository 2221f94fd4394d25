using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A real server as a child process with a directory of its own; ended by its process, and nothing else.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly List<string> _output = [];
    private Process? _process;

    public string Directory { get; } = System.IO.Directory.CreateDirectory(
        Path.Combine(Path.GetTempPath(), "mh-" + RandomNumberGenerator.GetHexString(8, lowercase: true))).FullName;

    /// <summary>Skips the running test when <paramref name="file"/> is missing.</summary>
    public static void Need(string file, string debianPackage) =>
        Assert.SkipUnless(File.Exists(file), $"{file} is missing: install Debian's package {debianPackage} to run this test.");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < s_patience, $"Not within {s_patience.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async Task StartAsync(string program, IEnumerable<string> arguments, Func<Task<bool>> ready)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var isReady = false;
        try
        {
            await UntilAsync(async () => _process.HasExited ? throw new InvalidOperationException($"{program} ended: {Output}") : await ready(), $"{program} is ready");
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

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

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
