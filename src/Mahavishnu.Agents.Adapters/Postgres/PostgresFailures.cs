using System.Net.Sockets;
using System.Security.Authentication;
using Mahavishnu.Agents.Adapters.Stores;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Sorts what the driver throws.</summary>
internal static class PostgresFailures
{
    private const string StandbySays = "is a standby and takes no writes; ask the primary, or promote this one";

    /// <summary>
    /// Whether a server or the network is to blame, and not this program. Over rubbish the driver throws whatever it happens to
    /// meet, even a plain <see cref="Exception"/>, so that what comes out of it is told by where it was thrown.
    /// </summary>
    public static bool IsOutside(Exception failure) =>
        failure is NpgsqlException or SocketException or IOException or AuthenticationException or TimeoutException
            or FormatException or OverflowException or ArgumentException ||
        failure.StackTrace?.Contains(" Npgsql.", StringComparison.Ordinal) == true;

    /// <summary>Whether the server did not end its answer, so that a pooled connection may have been dead before it was used.</summary>
    public static bool IsBroken(Exception failure) =>
        failure is not PostgresException || failure is PostgresException { SqlState: "57P01" or "57P02" or "57P03" };

    /// <summary>The answer when no connection could be made.</summary>
    /// <param name="name">The server's name for a reason.</param>
    /// <param name="username">The role that was tried.</param>
    /// <param name="certificate">What was wrong with the server's certificate; null when nothing was.</param>
    /// <param name="failure">What the driver threw.</param>
    public static DataAnswer<T> Connecting<T>(string name, string username, string? certificate, Exception failure) => failure switch
    {
        PostgresException { SqlState: "28P01" or "28000" } said => new DataAnswer<T>.Refused(
            $"{name} does not let role {username} in: {said.MessageText}; check the password and pg_hba.conf"),
        PostgresException { SqlState: "3D000" } said => new DataAnswer<T>.Refused(
            $"{name}: {said.MessageText}; check the configured database"),
        PostgresException { SqlState: "42501" } said => new DataAnswer<T>.Refused(
            $"{name} does not let role {username} in: {said.MessageText}; install the schema mahavishnu for this role"),
        PostgresException said => new DataAnswer<T>.Unreachable($"{name} takes no connection now: {said.MessageText} ({said.SqlState})"),
        NpgsqlException { InnerException: null } own when own.Message.Contains("password", StringComparison.OrdinalIgnoreCase) =>
            new DataAnswer<T>.Refused($"{name} wants a password of role {username}, and none is configured"),
        _ when certificate is not null => new DataAnswer<T>.Unreachable($"{name} is not trusted: {certificate}"),
        _ => new DataAnswer<T>.Unreachable($"{name}: no connection: {failure.GetBaseException().Message}"),
    };

    /// <summary>The answer when a connection was there. An error of the server has undone what was asked; anything else leaves it open.</summary>
    public static DataAnswer<T> Answering<T>(string name, Exception failure) => failure switch
    {
        PostgresException { SqlState: "25006" or "0A000" } => new DataAnswer<T>.Refused($"{name} {StandbySays}"),
        PostgresException { SqlState: "42883" or "42P01" or "3F000" } said => new DataAnswer<T>.Refused(
            $"{name}: {said.MessageText}: the schema mahavishnu is not installed as this agent needs it; install it again"),
        PostgresException { SqlState: "42501" } said => new DataAnswer<T>.Refused(
            $"{name}: {said.MessageText}: the agent's role lacks a right; install the schema mahavishnu for it again"),
        PostgresException said when said.SqlState.StartsWith("57", StringComparison.Ordinal) || said.InvariantSeverity is "FATAL" or "PANIC" =>
            new DataAnswer<T>.Unknown($"{name} ended the session: {said.MessageText} ({said.SqlState})"),
        PostgresException said => new DataAnswer<T>.Refused($"{name}: {said.MessageText} ({said.SqlState})"),
        _ => new DataAnswer<T>.Unknown($"{name}: the connection broke before the answer was complete: {failure.GetBaseException().Message}"),
    };

    /// <summary>The refusal of a server that should write and is a standby.</summary>
    public static DataAnswer<T> Standby<T>(string name) => new DataAnswer<T>.Refused($"{name} {StandbySays}");
}
