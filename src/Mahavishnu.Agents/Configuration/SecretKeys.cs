using System.Text.RegularExpressions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Which keys hold secrets, going by their names: also in sections that no type describes.</summary>
internal static partial class SecretKeys
{
    private static readonly string[] Endings =
    [
        "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "integration_key", "routing_key",
        "private_key", "access_key", "secret_key", "account_key", "webhook_url", "connection_string", "credentials", "authorization",
    ];

    /// <summary>Whether a key of this name, and everything below it, is shown as <c>***</c>.</summary>
    public static bool Contains(string key) =>
        Array.Exists(Endings, ending => key.Replace('-', '_').EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text with what stands between <c>://</c> and <c>@</c> blotted out.</summary>
    public static string WithoutCredentials(string text) => UserInfo().Replace(text, "://***@");

    [GeneratedRegex("://[^/@]*@", RegexOptions.NonBacktracking)]
    private static partial Regex UserInfo();
}
