using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>The baseline: Debian's prometheus-blackbox-exporter, asked for probes over its own address as Prometheus does.</summary>
internal sealed class BlackboxExporter : IDisposable
{
    public const string File = "/usr/bin/prometheus-blackbox-exporter";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly HttpClient _client;

    private BlackboxExporter(Process process, HttpClient client) => (_process, _client) = (process, client);

    public static async Task<BlackboxExporter> StartAsync(string directory)
    {
        var port = ChildProcess.FreePort();
        var configuration = Path.Combine(directory, "blackbox.yml");
        await System.IO.File.WriteAllTextAsync(configuration, """
            modules:
              http: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ['"status":"healthy"']}}
              tcp: {prober: tcp, timeout: 5s, tcp: {preferred_ip_protocol: ip4}}
            """);
        var process = ChildProcess.Start(File, $"--config.file={configuration}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error");
        await ChildProcess.WaitForPortAsync(process, port);
        return new BlackboxExporter(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
    }

    public static async Task<string> VersionAsync()
    {
        using var process = ChildProcess.Start(File, "--version");
        var line = await process.StandardOutput.ReadLineAsync() ?? "";
        await process.WaitForExitAsync();
        return line.Split(' ') is [_, _, var version, ..] ? version.TrimEnd(',') : "unknown";
    }

    /// <summary>Keeps a number of probes in flight for a time.</summary>
    public async Task<Measurement> MeasureAsync(Uri url, int seconds, int concurrency)
    {
        var (module, target) = url.Scheme == "tcp" ? ("tcp", url.Authority) : ("http", url.ToString());
        var path = new Uri($"/probe?module={module}&target={Uri.EscapeDataString(target)}", UriKind.Relative);
        await LoadAsync(path, WarmUp, concurrency);

        _process.Refresh();
        var processorTime = _process.TotalProcessorTime;
        var startedAt = TimeProvider.System.GetTimestamp();
        var milliseconds = await LoadAsync(path, TimeSpan.FromSeconds(seconds), concurrency);
        var elapsed = TimeProvider.System.GetElapsedTime(startedAt);
        _process.Refresh();
        return Measurement.From(milliseconds, elapsed, _process.TotalProcessorTime - processorTime);
    }

    public void Dispose()
    {
        _client.Dispose();
        ChildProcess.Stop(_process);
    }

    private async Task<IReadOnlyCollection<double>> LoadAsync(Uri path, TimeSpan duration, int concurrency)
    {
        var milliseconds = new ConcurrentBag<double>();
        var startedAt = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(startedAt) < duration)
            {
                var askedAt = TimeProvider.System.GetTimestamp();
                var metrics = await _client.GetByteArrayAsync(path);
                milliseconds.Add(TimeProvider.System.GetElapsedTime(askedAt).TotalMilliseconds);
                if (metrics.AsSpan().IndexOf("\nprobe_success 1\n"u8) < 0)
                {
                    throw new InvalidOperationException("The exporter reports a failed probe; expected probe_success 1.");
                }
            }
        }));
        return milliseconds;
    }
}
