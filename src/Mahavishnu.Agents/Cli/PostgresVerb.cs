using System.CommandLine;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>postgres</c>: what the agent needs in the database.</summary>
internal static class PostgresVerb
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the script and change nothing" };
        var user = new Option<string>("--admin-user") { Description = "Superuser that installs", DefaultValueFactory = static _ => "postgres" };
        var password = new Option<string?>("--admin-password-file") { Description = "File with the superuser's password" };
        var install = new Command("install", "Installs the schema mahavishnu and the agent's role on every server that writes; may be repeated") { dryRun, user, password };
        install.SetAction((parsed, cancellationToken) => InstallAsync(common, parsed, parsed.GetValue(dryRun), (parsed.GetValue(user)!, parsed.GetValue(password)), cancellationToken));
        return new Command("postgres", "Prepares PostgreSQL for the agent") { install };
    }

    private static async Task<int> InstallAsync(CommonOptions common, ParseResult parsed, bool dryRun, (string User, string? PasswordFile) admin, CancellationToken cancellationToken)
    {
        if (common.Load(parsed, Console.Error) is not { } options)
        {
            return ExitCode.Usage;
        }

        if (options.Database.Postgresql is not { } postgres)
        {
            await Console.Error.WriteLineAsync("database.postgresql is not configured; there is nothing to install.");
            return ExitCode.Usage;
        }

        var wanted = new PostgresInstallOptions { Database = postgres.Database, AgentRole = postgres.Username, ApplicationRole = postgres.ApplicationRole, ConflictTables = postgres.ConflictTables() };
        if (dryRun)
        {
            await Console.Out.WriteAsync(PostgresInstaller.Script(wanted));
            return ExitCode.Done;
        }

        var (secret, readable) = Password(admin.PasswordFile, Console.Error);
        if (!readable)
        {
            return ExitCode.Usage;
        }

        var worst = ExitCode.Done;
        foreach (var server in postgres.PrimaryRegions.Where(static s => s.Role == PostgresRole.Writer))
        {
            var to = postgres.ToPostgres(server) with { Username = admin.User, Password = () => secret, ApplicationRole = null };
            var answer = await PostgresInstaller.InstallAsync(to, wanted, TimeProvider.System, Deadline, cancellationToken);
            await Console.Out.WriteLineAsync(answer is DataAnswer<int>.Ok ? $"{server.Region}: installed" : $"{server.Region}: {answer.Problem}");
            worst = Math.Max(worst, answer switch { DataAnswer<int>.Ok => ExitCode.Done, DataAnswer<int>.Refused => ExitCode.Finding, _ => ExitCode.Unreachable });
        }

        return worst;
    }

    private static (string? Secret, bool Ok) Password(string? file, TextWriter error)
    {
        if (file is null)
        {
            return (null, true);
        }

        if (Secret.TryCreate($"file:{file}", out var secret, out var problem) && secret.TryReveal(out var value, out problem))
        {
            return (value, true);
        }

        error.WriteLine($"--admin-password-file: {problem}");
        return (null, false);
    }
}
