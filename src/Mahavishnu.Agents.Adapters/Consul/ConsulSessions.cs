using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>The calls about sessions.</summary>
/// <remarks>Deadlines cover the whole exchange and must be positive; see <see cref="ConsulClient"/> for what is thrown.</remarks>
public sealed class ConsulSessions
{
    private static readonly AnswerMeta s_noMeta = new(null, null, null);

    private readonly ConsulTransport _transport;

    internal ConsulSessions(ConsulTransport transport) => _transport = transport;

    /// <summary>Creates a session bound to no check.</summary>
    /// <returns>Its identifier. After an unknown outcome a session may exist that nobody knows; it ends by its time to live.</returns>
    public Task<ConsulResult<string>> CreateAsync(SessionSpec session, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var body = JsonSerializer.SerializeToUtf8Bytes(session.ToBody(), ConsulJson.Default.SessionRequest);
        var target = ConsulKey.Target("/v1/session/create", _transport.DatacenterParameter);
        return _transport.WriteAsync(HttpMethod.Put, target, body, ReadCreated, deadline, cancellationToken);
    }

    /// <summary>Asks for another time to live. Count the lease from before this call, never from its answer.</summary>
    public Task<ConsulResult<SessionRenewal>> RenewAsync(string id, TimeSpan deadline, CancellationToken cancellationToken) =>
        _transport.WriteAsync(HttpMethod.Put, Target("renew", id), default, answer => ReadRenewal(answer, id), deadline, cancellationToken);

    /// <summary>Ends a session and frees what it holds, under its lock delay. True also when there was none.</summary>
    public Task<ConsulResult<bool>> DestroyAsync(string id, TimeSpan deadline, CancellationToken cancellationToken) =>
        _transport.WriteAsync(HttpMethod.Put, Target("destroy", id), default, ConsulJson.ReadFlag, deadline, cancellationToken);

    /// <summary>Reads a session; null when there is none.</summary>
    public Task<ConsulResult<ConsulSession?>> InfoAsync(string id, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var target = ConsulKey.Target(
            $"/v1/session/info/{ConsulKey.EscapeId(id)}", "consistent", _transport.DatacenterParameter);
        return _transport.ReadAsync(
            target,
            answer => answer.Status == 200 ? new ConsulResult<ConsulSession?>.Ok(Single(answer, id), answer.Meta) : null,
            deadline,
            cancellationToken);
    }

    private string Target(string action, string id) =>
        ConsulKey.Target($"/v1/session/{action}/{ConsulKey.EscapeId(id)}", _transport.DatacenterParameter);

    private static ConsulResult<string>? ReadCreated(ConsulAnswer answer)
    {
        if (answer.Status != 200)
        {
            return null;
        }

        var id = ConsulJson.Read(answer, ConsulJson.Default.CreatedSession).ID;
        return ConsulKey.IsId(id)
            ? new ConsulResult<string>.Ok(id, s_noMeta)
            : throw new JsonException("the identifier of the new session is not one");
    }

    private static ConsulResult<SessionRenewal>? ReadRenewal(ConsulAnswer answer, string id) => answer.Status switch
    {
        200 when Single(answer, id) is { } session =>
            new ConsulResult<SessionRenewal>.Ok(new SessionRenewal.Renewed(session.Ttl), answer.Meta),
        200 => throw new JsonException("a renewal was answered with no session"),
        // Any other 404 is a proxy's, or of a server that is not Consul, and says nothing about the session.
        404 when answer.Text.Contains("Session id '", StringComparison.Ordinal) =>
            new ConsulResult<SessionRenewal>.Ok(new SessionRenewal.NotFound(), answer.Meta),
        _ => null,
    };

    /// <summary>The session of an array of one, null of an empty one. Consul finds it by any spelling of its identifier.</summary>
    private static ConsulSession? Single(ConsulAnswer answer, string id) =>
        ConsulJson.Elements(ConsulJson.Read(answer, ConsulJson.Default.SessionArray)) switch
        {
            [] => null,
            [var one] when one.ID.Equals(id, StringComparison.OrdinalIgnoreCase) => ConsulSession.From(one),
            _ => throw new JsonException("not exactly the one session asked for was answered"),
        };
}
