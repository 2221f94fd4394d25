using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>The calls about services and checks of the agent itself. The catalogue follows a moment later.</summary>
/// <remarks>A true value says that the agent took it; an unknown service or check is refused with 404.</remarks>
public sealed class ConsulAgent
{
    private readonly ConsulTransport _transport;

    internal ConsulAgent(ConsulTransport transport) => _transport = transport;

    /// <summary>Registers a service, or replaces its definition. Its check starts critical.</summary>
    public Task<ConsulResult<bool>> RegisterAsync(ServiceRegistration service, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        var body = JsonSerializer.SerializeToUtf8Bytes(service.ToBody(), ConsulJson.Default.ServiceRequest);
        return PutAsync("/v1/agent/service/register", body, deadline, cancellationToken);
    }

    /// <summary>Removes a service and its checks.</summary>
    public Task<ConsulResult<bool>> DeregisterAsync(string serviceId, TimeSpan deadline, CancellationToken cancellationToken) =>
        PutAsync($"/v1/agent/service/deregister/{ConsulKey.Escape(serviceId)}", default, deadline, cancellationToken);

    /// <summary>Reports the state of a check and so restarts its time to live.</summary>
    /// <param name="checkId">E.g. <see cref="ServiceRegistration.CheckId"/>.</param>
    /// <param name="status">The state.</param>
    /// <param name="note">A sentence for people; no secrets. May be empty.</param>
    /// <param name="deadline">For the whole exchange.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<ConsulResult<bool>> ReportAsync(
        string checkId, CheckStatus status, string note, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(note);
        var verb = status switch
        {
            CheckStatus.Pass => "pass",
            CheckStatus.Warn => "warn",
            _ => "fail",
        };
        var noteParameter = note.Length == 0 ? "" : $"note={Uri.EscapeDataString(note)}";
        var target = ConsulKey.Target($"/v1/agent/check/{verb}/{ConsulKey.Escape(checkId)}", noteParameter);
        return PutAsync(target, default, deadline, cancellationToken);
    }

    private Task<ConsulResult<bool>> PutAsync(
        string target, ReadOnlyMemory<byte> body, TimeSpan deadline, CancellationToken cancellationToken) =>
        _transport.WriteAsync(
            HttpMethod.Put,
            target,
            body,
            static answer => answer is { Status: 200, Body.IsEmpty: true } ? new ConsulResult<bool>.Ok(true, answer.Meta) : null,
            deadline,
            cancellationToken);
}
