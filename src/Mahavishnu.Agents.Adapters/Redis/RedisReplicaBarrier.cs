using System.Globalization;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Demands more replicas than there are, so that no write is accepted, from anyone. Reading goes on.</summary>
internal sealed class RedisReplicaBarrier(RedisLink link, int openValue) : IRedisBarrier
{
    private const int Closed = 1_000_000;
    private const string Setting = "min-replicas-to-write";

    /// <inheritdoc />
    public async Task<bool> IsClosedAsync(IServer server, CancellationToken cancellationToken)
    {
        var pairs = (string?[]?)await link.SendAsync(server, "CONFIG", ["GET", "min-replicas-*"], cancellationToken) ?? [];
        var values = pairs.Chunk(2).ToDictionary(static pair => pair[0] ?? "", static pair => pair[^1]);
        return values.GetValueOrDefault("min-replicas-max-lag") is not "0"
            ? values.GetValueOrDefault(Setting) == Closed.ToString(CultureInfo.InvariantCulture)
            : throw new RedisCallException(
                RedisCallEnd.Refused, $"{link.NameOf(server)}: min-replicas-max-lag is 0, which makes {Setting} stop nothing; set it to 10, or configure the application's user.");
    }

    /// <inheritdoc />
    public Task TurnAsync(IServer server, bool open, CancellationToken cancellationToken) => SetAsync(server, open ? openValue : Closed, cancellationToken);

    /// <inheritdoc />
    public async Task ClaimAsync(IServer master, long token, CancellationToken cancellationToken)
    {
        if (!await IsClosedAsync(master, cancellationToken))
        {
            await RedisAuthority.ClaimAsync(link, master, token, cancellationToken);
            return;
        }

        if (await RedisAuthority.KeyAsync(link, master, cancellationToken) is { } key)
        {
            await ClaimClosedAsync(master, key, token, cancellationToken);
        }
    }

    /// <summary>
    /// The barrier stops the agent too. It is opened, the token stored and it is closed again in one go: Redis carries out what arrives
    /// together without a look at other connections, so that a foreign write comes between only if the network splits the three.
    /// </summary>
    private async Task ClaimClosedAsync(IServer master, string key, long token, CancellationToken cancellationToken)
    {
        var opened = SetAsync(master, 0, cancellationToken);
        var claimed = RedisAuthority.ClaimAsync(link, master, key, token, cancellationToken);
        var closed = SetAsync(master, Closed, cancellationToken);
        try
        {
            await Task.WhenAll(opened, claimed, closed);
        }
        catch (RedisCallException)
        {
            // The opening may have been carried out last, on a connection that was just made.
            await SetAsync(master, Closed, cancellationToken);
            throw;
        }
    }

    private Task<RedisResult> SetAsync(IServer server, int value, CancellationToken cancellationToken) =>
        link.SendAsync(server, "CONFIG", ["SET", Setting, value.ToString(CultureInfo.InvariantCulture)], cancellationToken);
}
