using System.Net;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic.Edge;

/// <summary>Shifts traffic at our own edge, which keeps the greatest epoch it has seen and refuses lower ones itself.</summary>
/// <remarks>
/// The whole edge is ours: the table that is sent replaces the one that is there. It is sent also when only the epoch is new, so
/// that the edge refuses a former leader from then on.
/// </remarks>
public sealed class EdgeTrafficTarget : ITrafficTarget, IDisposable
{
    private const string Path = "control/routes";

    private readonly TrafficHttp _http;

    /// <summary>Prepares the target; nothing is sent yet.</summary>
    /// <param name="options">Where the edge is.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <exception cref="ArgumentException">The address is not HTTP, or the token cannot stand in a header.</exception>
    public EdgeTrafficTarget(EdgeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = $"edge:{options.Name}";
        _http = new TrafficHttp(Name, options.Url, ("Authorization", $"Bearer {options.Token}"), options.Token, options.Timeout, time);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public bool ChecksEpoch => true;

    /// <inheritdoc />
    public Task<RoutingTable> ReadAsync(CancellationToken cancellationToken) =>
        TargetCalls.ReadAsync(Name, async () => (await StateAsync(cancellationToken)).Routes);

    /// <inheritdoc />
    public Task<TrafficOutcome> ApplyAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return TargetCalls.ApplyAsync(Name, () => BringAsync(command, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<TrafficOutcome> BringAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        var before = await StateAsync(cancellationToken);
        var same = before.Routes.Equals(command.Desired);
        if (before.Epoch > command.Epoch)
        {
            throw Stale(command, before.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (same && before.Epoch == command.Epoch)
        {
            return new TrafficOutcome(TrafficOutcomeKind.AlreadySo, $"{Name}: the routes are as desired under epoch {command.Epoch}.");
        }

        var wanted = new EdgeState(command.Epoch, command.Agent, command.Desired);
        var reply = await _http.SendAsync(HttpMethod.Put, Path, wanted.ToJson(), command.MayStart, cancellationToken);
        if (reply.Status == HttpStatusCode.Conflict)
        {
            throw Stale(command, _http.Quote(reply.Json()?["epoch"]?.ToString() ?? "unknown"));
        }

        var after = Checked(reply);
        return !after.Routes.Equals(command.Desired) || after.Epoch != command.Epoch
            ? new TrafficOutcome(TrafficOutcomeKind.Unknown, $"{Name}: accepted, but answers epoch {after.Epoch} and '{after.Routes}'.")
            : same
                ? new TrafficOutcome(TrafficOutcomeKind.AlreadySo, $"{Name}: the routes were as desired; epoch {before.Epoch} became {after.Epoch}.")
                : new TrafficOutcome(TrafficOutcomeKind.Applied, $"{Name}: now '{after.Routes}' under epoch {after.Epoch}.");
    }

    private async Task<EdgeState> StateAsync(CancellationToken cancellationToken) => Checked(await _http.GetAsync(Path, cancellationToken));

    private EdgeState Checked(HttpReply reply)
    {
        if (reply.Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
        {
            throw TrafficOutcomeException.Refused($"{Name}: answered {(int)reply.Status} '{_http.Quote(reply.Text)}'; check the address and the token.");
        }

        return reply.IsSuccess && EdgeState.Parse(reply.Json()) is { } state
            ? state
            : throw new DependencyUnavailableException(Name, $"answered {(int)reply.Status} with something that is no routing state: '{_http.Quote(reply.Text)}'");
    }

    private TrafficOutcomeException Stale(TrafficCommand command, string newest) =>
        TrafficOutcomeException.Refused($"{Name}: has seen epoch {newest}, and ours is {command.Epoch}: there is a newer leader.");
}
