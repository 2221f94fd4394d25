using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Turns the application's user off and ends its connections. It cannot read either then; the agent, another user, can go on.</summary>
internal sealed class RedisUserBarrier(RedisLink link, string user) : IRedisBarrier
{
    /// <inheritdoc />
    public async Task<bool> IsClosedAsync(IServer server, CancellationToken cancellationToken)
    {
        if (await FlagsAsync(server, "default", cancellationToken) is { } open && open.Contains("on") && open.Contains("nopass"))
        {
            throw new RedisCallException(
                RedisCallEnd.Refused, $"{link.NameOf(server)}: anybody may write as the default user, which needs no password, so turning '{user}' off would stop nobody; give the default user a password or turn it off.");
        }

        return (await FlagsAsync(server, user, cancellationToken))?.Contains("off") ?? throw new RedisCallException(
            RedisCallEnd.Refused, $"{link.NameOf(server)}: has no user '{user}', so turning it off would stop nobody; create the application's user or correct its name.");
    }

    /// <inheritdoc />
    public async Task TurnAsync(IServer server, bool open, CancellationToken cancellationToken)
    {
        await link.SendAsync(server, "ACL", ["SETUSER", user, open ? "on" : "off"], cancellationToken);
        if (!open)
        {
            // A user that is off cannot log in again, but connections that are logged in would stay.
            await link.SendAsync(server, "CLIENT", ["KILL", "USER", user], cancellationToken);
        }
    }

    /// <inheritdoc />
    public Task ClaimAsync(IServer master, long token, CancellationToken cancellationToken) =>
        RedisAuthority.ClaimAsync(link, master, token, cancellationToken);

    /// <summary>The flags of a user, among them <c>on</c> or <c>off</c>; null when there is no such user.</summary>
    private async Task<string?[]?> FlagsAsync(IServer server, string name, CancellationToken cancellationToken)
    {
        // Pairs of name and value.
        var answer = await link.SendAsync(server, "ACL", ["GETUSER", name], cancellationToken);
        for (var i = 0; i + 1 < answer.Length; i += 2)
        {
            if ((string?)answer[i] == "flags")
            {
                return (string?[]?)answer[i + 1];
            }
        }

        return null;
    }
}
