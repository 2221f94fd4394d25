using System.Diagnostics;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>Runs a program of the system to its end.</summary>
internal static class Command
{
    /// <summary>Runs it and gives its standard output.</summary>
    /// <exception cref="InvalidOperationException">It is not there or did not succeed; the message has what it said.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{string.Join(' ', command)}: {errors.Trim()}");
    }
}
