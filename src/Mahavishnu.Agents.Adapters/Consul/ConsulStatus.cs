namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What the store's servers say of their own cluster.</summary>
public sealed class ConsulStatus
{
    private readonly ConsulTransport _transport;

    internal ConsulStatus(ConsulTransport transport) => _transport = transport;

    /// <summary>The address of the leader; null when the servers know none.</summary>
    /// <remarks>None is the cheapest sign of a lost quorum; an address is not proof of one, for a minority may name the old leader.</remarks>
    public Task<ConsulResult<string?>> LeaderAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        _transport.ReadAsync(
            Target("leader"),
            static answer => answer.Status == 200
                ? new ConsulResult<string?>.Ok(ConsulJson.Read(answer, ConsulJson.Default.String) is { Length: > 0 } leader ? leader : null, answer.Meta)
                : null,
            deadline,
            cancellationToken);

    /// <summary>The addresses of the servers that form the cluster.</summary>
    public Task<ConsulResult<IReadOnlyList<string>>> PeersAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        _transport.ReadAsync(
            Target("peers"),
            static answer => answer.Status == 200
                ? new ConsulResult<IReadOnlyList<string>>.Ok(ConsulJson.Elements(ConsulJson.Read(answer, ConsulJson.Default.StringArray)), answer.Meta)
                : null,
            deadline,
            cancellationToken);

    private string Target(string what) => ConsulKey.Target($"/v1/status/{what}", _transport.DatacenterParameter);
}
