using System.Text;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Turns keys and identifiers into request paths, and refuses those that no path can carry unchanged.</summary>
/// <remarks>
/// Consul's router cleans repeated slashes and dot segments, and so do URI libraries: such a key would silently become
/// another one. Each segment is escaped by itself, so that slashes stay slashes.
/// </remarks>
internal static class ConsulKey
{
    /// <summary>Far above any key of ours, and short enough for every request line when escaped.</summary>
    private const int MaxChars = 1024;

    /// <summary>Consul's own have 36.</summary>
    private const int MaxIdChars = 128;

    /// <summary>Whether a text may be the identifier of a session, so that it can become part of a path.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= MaxIdChars && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Escapes a key; a trailing slash is part of it.</summary>
    /// <exception cref="ArgumentException">The key is empty or cannot be addressed.</exception>
    public static string Escape(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return EscapePrefix(key);
    }

    /// <summary>Escapes a prefix, which may be empty: all keys.</summary>
    /// <exception cref="ArgumentException">No addressable key can start with it.</exception>
    public static string EscapePrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Fault(prefix) is { } fault ? throw new ArgumentException(fault, nameof(prefix)) : string.Join('/', prefix.Split('/').Select(Uri.EscapeDataString));
    }

    /// <summary>Why no addressable key can start with a prefix; null when one can.</summary>
    public static string? Fault(string prefix)
    {
        var segments = prefix.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var trailing = i == segments.Length - 1 && (i > 0 || prefix.Length == 0);
            if (segments[i] is "." or ".." || (segments[i].Length == 0 && !trailing))
            {
                return $"The key '{prefix}' cannot be addressed: it must not start with '/' nor have empty, '.' or '..' segments.";
            }
        }

        return prefix.Length > MaxChars || prefix.EnumerateRunes().Any(static r => Rune.IsControl(r) || r == Rune.ReplacementChar)
            ? $"A key must be printable text of at most {MaxChars} characters."
            : null;
    }

    /// <summary>Escapes an identifier that is one segment, such as a session's.</summary>
    /// <exception cref="ArgumentException">It is empty or cannot be one segment.</exception>
    public static string EscapeId(string id) =>
        Escape(id).Contains('/', StringComparison.Ordinal)
            ? throw new ArgumentException($"The identifier '{id}' must not contain '/'.", nameof(id))
            : Escape(id);

    /// <summary>Appends parameters to a path, leaving out the empty ones.</summary>
    public static string Target(string path, params ReadOnlySpan<string> parameters)
    {
        var target = new StringBuilder(path);
        var separator = '?';
        foreach (var parameter in parameters)
        {
            if (parameter.Length > 0)
            {
                target.Append(separator).Append(parameter);
                separator = '&';
            }
        }

        return target.ToString();
    }
}
