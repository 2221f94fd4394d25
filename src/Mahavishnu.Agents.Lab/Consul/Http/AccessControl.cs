using System.Security.Cryptography;
using System.Text;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>Which token may do what; without the deny option everybody may do everything.</summary>
internal sealed class AccessControl(bool denyByDefault, IReadOnlyList<ConsulToken> tokens)
{
    /// <summary>The value of the header that tells clients the policy.</summary>
    public string DefaultPolicy => denyByDefault ? "deny" : "allow";

    /// <summary>Whether the client may read this key.</summary>
    public bool MayReadKey(ConsulRequest request, string key) =>
        Allows(request, token => Covers(token.KeyReadPrefixes, key) || Covers(token.KeyWritePrefixes, key));

    /// <summary>Demands the right to read a key.</summary>
    /// <exception cref="RequestRefusedException">403.</exception>
    public void DemandKeyRead(ConsulRequest request, string key) => Demand(MayReadKey(request, key), "key:read", key);

    /// <summary>Demands the right to write a key; for a prefix, to write everything below it.</summary>
    /// <exception cref="RequestRefusedException">403.</exception>
    public void DemandKeyWrite(ConsulRequest request, string key) =>
        Demand(Allows(request, token => Covers(token.KeyWritePrefixes, key)), "key:write", key);

    /// <summary>Demands the right to handle sessions.</summary>
    /// <exception cref="RequestRefusedException">403.</exception>
    public void DemandSessions(ConsulRequest request, string right, string node) =>
        Demand(Allows(request, static token => token.SessionWrite), right, node);

    /// <summary>Whether the client may see services.</summary>
    public bool MaySeeServices(ConsulRequest request) => Allows(request, static token => token.ServiceWrite);

    /// <summary>Demands the right to register and update.</summary>
    /// <exception cref="RequestRefusedException">403.</exception>
    public void DemandServices(ConsulRequest request, string name) => Demand(MaySeeServices(request), "service:write", name);

    private static void Demand(bool allowed, string right, string resource)
    {
        if (!allowed)
        {
            throw new RequestRefusedException(403, $"Permission denied: token lacks permission '{right}' on \"{resource}\"");
        }
    }

    private static bool Covers(IReadOnlyList<string> prefixes, string key) => prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal));

    private static bool SameSecret(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private bool Allows(ConsulRequest request, Func<ConsulToken, bool> right)
    {
        if (!denyByDefault)
        {
            return true;
        }

        if (request.Token is not { } secret)
        {
            return false;
        }

        var token = tokens.FirstOrDefault(token => SameSecret(token.Secret, secret)) ?? throw new RequestRefusedException(403, "ACL not found");
        return right(token);
    }
}
