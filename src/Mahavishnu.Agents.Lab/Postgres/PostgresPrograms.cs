using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Mahavishnu.Agents.Lab.Postgres;

/// <summary>The programs of PostgreSQL on this machine, and how they are run: never as root, which they refuse.</summary>
/// <param name="Directory">Where they are.</param>
internal sealed record PostgresPrograms(string Directory)
{
    private const string Debian = "/usr/lib/postgresql";
    private static readonly string[] AsPostgres = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"];

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>The newest on this machine.</summary>
    /// <exception cref="LabException">There are none, or they cannot be run here.</exception>
    public static PostgresPrograms Find()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new LabException("--with-postgres needs Linux or macOS.");
        }

        var versions = System.IO.Directory.Exists(Debian) ? System.IO.Directory.EnumerateDirectories(Debian).ToList() : [];
        var debian = versions.Where(static d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _)).OrderByDescending(static d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).Select(static d => Path.Combine(d, "bin"));
        var found = debian.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)).FirstOrDefault(static d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "postgres")));
        return found is not null ? new PostgresPrograms(found) : throw LabException.Missing($"--with-postgres needs PostgreSQL 15 or later: neither {Debian} nor PATH has initdb. On Debian: apt-get install postgresql-15.");
    }

    /// <summary>The command line of one of them, as the user that may run it.</summary>
    public string[] Command(string program, params IEnumerable<string> arguments) => [.. IsRoot ? AsPostgres : [], Path.Combine(Directory, program), .. arguments];

    /// <summary>Makes a directory that the servers may use.</summary>
    public static async Task MakeDirectoryAsync(string path, CancellationToken cancellationToken) =>
        await RunAsync(["/usr/bin/install", "-d", "-m", "700", .. IsRoot ? ["-o", "postgres", "-g", "postgres"] : Array.Empty<string>(), path], cancellationToken);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="LabException">It cannot be run, or failed; the message has its last words.</exception>
    public static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var (errors, output) = (process.StandardError.ReadToEndAsync(cancellationToken), process.StandardOutput.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            await output;
            if (process.ExitCode != 0)
            {
                throw new LabException($"{string.Join(' ', command)} ended with {process.ExitCode}: {(await errors).Trim()}");
            }
        }
        catch (Win32Exception refused)
        {
            throw new LabException($"{command[0]} cannot be run: {refused.Message}.", refused);
        }
    }
}
