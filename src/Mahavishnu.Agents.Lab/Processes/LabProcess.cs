using System.ComponentModel;
using System.Diagnostics;

namespace Mahavishnu.Agents.Lab.Processes;

/// <summary>
/// A child process of the lab. Its standard input is a pipe that the lab never writes to: when the lab ends, however it ends,
/// the pipe closes, and the child stops (<c>--exit-with-parent</c>).
/// </summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _errorLog;
    private readonly Task _logs;
    private Process? _keeper;

    private LabProcess(string name, Process process, string logDirectory)
    {
        (Name, _process) = (name, process);
        _errorLog = Path.Combine(logDirectory, $"{name}.err.log");
        _logs = Task.WhenAll(
            KeepAsync(process.StandardOutput.BaseStream, Path.Combine(logDirectory, $"{name}.out.log")),
            KeepAsync(process.StandardError.BaseStream, _errorLog));
    }

    /// <summary>Its name in messages and of its log files.</summary>
    public string Name { get; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a child.</summary>
    /// <param name="program">The binary.</param>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">The verb and its arguments; no secrets, since every user can read them.</param>
    /// <param name="logDirectory">Where its output is kept, appended to when it is started again.</param>
    /// <param name="environment">Variables beside those of the lab, e.g. with secrets; null for none.</param>
    /// <exception cref="LabException">The binary cannot be started.</exception>
    public static LabProcess Start(
        AgentProgram program, string name, IEnumerable<string> arguments, string logDirectory, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = Prepare(program.Path, [.. program.Prefix, .. arguments]);
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }

        start.Environment["DOTNET_TieredPGO"] = "0";

        // A young generation of 4 MiB: many small processes share this machine, and none has much to remember.
        start.Environment["DOTNET_GCgen0size"] = "400000";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment.Remove("DOTNET_GCHeapCount");
        try
        {
            return new LabProcess(name, Process.Start(start)!, logDirectory);
        }
        catch (Win32Exception refused)
        {
            throw new LabException($"{program.Path} cannot be started for {name}: {refused.Message}. Is it there, and executable for this user?", refused);
        }
    }

    /// <summary>Kills it at once, as a power failure would (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        EndPause();
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _logs;
        return _process.ExitCode;
    }

    /// <summary>Stops it from running (SIGSTOP) until <see cref="ResumeAsync"/>, its own end, or the end of the lab.</summary>
    /// <remarks>
    /// A stopped process cannot notice that the lab is gone. So a shell stops it and lets it go on when its own input closes,
    /// which happens even if the lab is killed.
    /// </remarks>
    /// <exception cref="LabException">The system has no such signals, or does not allow them.</exception>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new LabException("Windows cannot pause a process, so this scenario needs Linux or macOS.");
        }

        var id = Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _keeper = Process.Start(Prepare("/bin/sh", ["-c", "kill -STOP \"$0\" && echo stopped && read -r end; kill -CONT \"$0\"", id]))!;
        if (await _keeper.StandardOutput.ReadLineAsync(cancellationToken) != "stopped")
        {
            throw new LabException($"{Name} (process {id}) could not be paused: {(await _keeper.StandardError.ReadToEndAsync(cancellationToken)).Trim()}");
        }
    }

    /// <summary>Lets a paused process go on (SIGCONT).</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (_keeper is { } keeper)
        {
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync(cancellationToken);
            EndPause();
        }
    }

    /// <summary>The last lines that it wrote to its standard error, for a message.</summary>
    public string LastErrors(int lines)
    {
        using var log = new StreamReader(new FileStream(_errorLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join(Environment.NewLine, log.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines));
    }

    /// <summary>Kills it if it still runs, and closes its logs.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _logs;
        EndPause();
        _process.Dispose();
    }

    private static ProcessStartInfo Prepare(string path, IEnumerable<string> arguments) => new(path, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static async Task KeepAsync(Stream output, string path)
    {
        await using var log = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await output.CopyToAsync(log);
    }

    private void EndPause()
    {
        _keeper?.StandardInput.Close();
        _keeper?.Dispose();
        _keeper = null;
    }
}
