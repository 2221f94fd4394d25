using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Mahavishnu.Agents.System;

/// <summary>
/// The agent's binary, started as a user would, with a temporary directory of its own. Every process that comes of it
/// inherits that directory's name in its environment, so that one that is left over can be found.
/// </summary>
internal sealed class LabRun : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private LabRun(IEnumerable<string> arguments)
    {
        TemporaryDirectory = Directory.CreateTempSubdirectory("lab-system-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // Servers that run as users of their own must be able to pass.
            File.SetUnixFileMode(TemporaryDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var program = Path.Combine(AppContext.BaseDirectory, "mahavishnu-agent.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = TemporaryDirectory;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What stands for the system's temporary directory.</summary>
    public string TemporaryDirectory { get; }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Everything written to standard output so far.</summary>
    public string Output => Read(_output);

    /// <summary>Everything written to standard error so far.</summary>
    public string Errors => Read(_errors);

    /// <summary>Starts the binary.</summary>
    public static LabRun Start(params string[] arguments) => new(arguments);

    /// <summary>Closes its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits for its end and gives the exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var timer = new CancellationTokenSource(limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, timer.Token);
        try
        {
            await _process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            Assert.Fail($"not over within {limit}:{Environment.NewLine}{Output}{Environment.NewLine}{Errors}");
        }

        return _process.ExitCode;
    }

    /// <summary>The JSON document that is all of its output.</summary>
    public JsonElement Document() => JsonSerializer.Deserialize<JsonElement>(Output);

    /// <summary>Waits until a condition holds.</summary>
    public async Task UntilAsync(string what, TimeSpan limit, Func<bool> isSo)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < limit, $"{what}: not within {limit}:{Environment.NewLine}{Output}{Environment.NewLine}{Errors}");
            await Task.Delay(PollInterval, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends it a signal by its name, e.g. <c>INT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {Id}"]);
        kill.WaitForExit();
    }

    /// <summary>The processes of this run that live, itself included, each with its command line.</summary>
    public IReadOnlyList<string> Living() =>
        [.. Directory.EnumerateDirectories("/proc").Where(static d => int.TryParse(Path.GetFileName(d), out _)).Select(CommandLineIfOurs).OfType<string>()];

    /// <summary>Kills it if it still runs, and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(TemporaryDirectory, recursive: true);
    }

    private string? CommandLineIfOurs(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "environ")).Split('\0').Contains($"TMPDIR={TemporaryDirectory}")
                ? $"{Path.GetFileName(process)}: {File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ')}"
                : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to another user and so not to this run.
            return null;
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
