using System.Security.Cryptography;
using System.Text;
using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Who may call the HTTP interface, and for what. Holds hashes only.</summary>
internal sealed class AccessTokens
{
    private readonly IReadOnlyList<(string Name, byte[] Hash, IReadOnlyList<AccessScope> Scopes)> _tokens;

    /// <summary>Reads the secrets.</summary>
    /// <exception cref="InvalidOperationException">A secret cannot be read; the message names its source, never its value.</exception>
    public AccessTokens(IEnumerable<TokenOptions> tokens) =>
        _tokens = [.. tokens.Select(static t => (t.Name, Hash(Reveal.Required(t.Token, $"agent.tokens: {t.Name}")), t.Scopes))];

    /// <summary>The name of the caller and whether its token has the scope; null when the token is missing or unknown.</summary>
    public (string Name, bool Allowed)? Find(string? authorization, AccessScope scope)
    {
        const string bearer = "Bearer ";
        if (authorization is null || !authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // Every token is compared, each in constant time.
        var hash = Hash(authorization[bearer.Length..].Trim());
        (string, bool)? found = null;
        foreach (var token in _tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, token.Hash))
            {
                found = (token.Name, token.Scopes.Contains(scope));
            }
        }

        return found;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Secrets that must be there.</summary>
internal static class Reveal
{
    /// <summary>The secret's value.</summary>
    /// <param name="secret">The secret; null is missing.</param>
    /// <param name="what">What it is for, in the names of the configuration.</param>
    /// <exception cref="InvalidOperationException">It is missing or cannot be read; the message names its source, never its value.</exception>
    public static string Required(Secret? secret, string what) =>
        secret is null ? throw new InvalidOperationException($"{what}: a secret is needed and none is configured.")
        : secret.TryReveal(out var value, out var problem) ? value
        : throw new InvalidOperationException($"{what}: {problem}");
}
