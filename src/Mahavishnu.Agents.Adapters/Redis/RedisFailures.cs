using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Says what an error of the client library means for a call.</summary>
internal static class RedisFailures
{
    /// <summary>Sorts an error reply of a server by its first word.</summary>
    /// <param name="server">Region and address.</param>
    /// <param name="reply">The server's words; they hold no password.</param>
    public static RedisCallException FromReply(string server, string reply)
    {
        var word = reply.Split(' ', 2)[0];
        var (end, advice) = word switch
        {
            "WRONGPASS" => (RedisCallEnd.Refused, "correct the user or the password"),
            "NOAUTH" => (RedisCallEnd.Refused, "configure the password"),
            "NOPERM" => (RedisCallEnd.Refused, "grant the agent's user this command and its keys"),
            "READONLY" => (RedisCallEnd.Refused, "it is a replica; write to the master or promote it"),
            "NOREPLICAS" => (RedisCallEnd.Refused, "too few replicas acknowledge, or it is fenced; attach a replica or open it"),
            "MISCONF" => (RedisCallEnd.Refused, "it cannot persist; free its disk"),
            "OOM" => (RedisCallEnd.Refused, "it is full; raise maxmemory or evict"),
            "LOADING" => (RedisCallEnd.Unknown, "it is loading its data; ask again"),
            "BUSY" => (RedisCallEnd.Unknown, "a script holds it; wait, or end the script with SCRIPT KILL"),
            "MASTERDOWN" => (RedisCallEnd.Unknown, "it is a replica without its master and may not serve old data"),
            "CLUSTERDOWN" => (RedisCallEnd.Unknown, "its Cluster does not cover all slots or has no quorum"),
            "TRYAGAIN" or "MOVED" or "ASK" or "Key" => (RedisCallEnd.Unknown, "slots are moving; ask again"),
            _ => (RedisCallEnd.Refused, "the command was not accepted"),
        };
        return new RedisCallException(end, $"{server}: answered '{Quote(reply)}': {advice}.");
    }

    /// <summary>A connection that broke under a command.</summary>
    /// <param name="server">Region and address.</param>
    /// <param name="failure">The library's error.</param>
    public static RedisCallException WhileAsked(string server, RedisConnectionException failure) => IsLoading(failure)
        ? Loading(server)
        : new RedisCallException(RedisCallEnd.Unknown, $"{server}: the connection broke before the answer ({failure.FailureType}).", failure);

    /// <summary>A connection that could not be made; nothing but the log-in was sent.</summary>
    /// <param name="server">Region and address.</param>
    /// <param name="failure">The library's error.</param>
    /// <param name="certificateProblem">What was wrong with the server's certificate; null when nothing was.</param>
    public static RedisCallException WhileConnecting(string server, RedisConnectionException failure, string? certificateProblem)
    {
        if (IsLoading(failure))
        {
            return Loading(server);
        }

        var causes = Causes(failure).ToList();
        var network = causes.FirstOrDefault(static cause => cause is SocketException or AuthenticationException);
        var reason = certificateProblem ?? Quote((network ?? causes[^1]).Message.Split(", inst:")[0]);
        return network is null && certificateProblem is null && causes.OfType<RedisConnectionException>().Any(static c => c.FailureType == ConnectionFailureType.AuthenticationFailure)
            ? new RedisCallException(RedisCallEnd.Refused, $"{server}: does not accept the configured user and password ({reason}); correct them.", failure)
            : new RedisCallException(RedisCallEnd.Unreachable, $"{server}: not connected: {reason}.", failure);
    }

    /// <summary>At most 200 characters on one line, as the server's words may be anything.</summary>
    public static string Quote(string text)
    {
        var line = new string([.. text.Take(200).Select(static c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > 200 ? line + "…" : line;
    }

    /// <summary>The library takes the connection down when it learns that; what was in flight was answered so too.</summary>
    private static bool IsLoading(RedisConnectionException failure) =>
        Causes(failure).OfType<RedisConnectionException>().Any(static c => c.FailureType == ConnectionFailureType.Loading);

    private static RedisCallException Loading(string server) => FromReply(server, "LOADING Redis is loading the dataset in memory");

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var error = failure; error is not null; error = error.InnerException)
        {
            yield return error;
        }
    }
}
