using System.Diagnostics.CodeAnalysis;

namespace Mahavishnu.Agents.Configuration;

/// <summary>
/// A secret, or where to find it: a literal text, <c>file:PATH</c>, <c>env:NAME</c> or <c>secret://NAME#FIELD</c>. Its text
/// is always <c>***</c>; only <see cref="TryReveal"/> gives the secret itself.
/// </summary>
internal sealed class Secret
{
    private const string FilePrefix = "file:";
    private const string VariablePrefix = "env:";
    private const string ManagerPrefix = "secret://";

    private readonly string _reference;

    private Secret(string reference) => _reference = reference;

    /// <summary>Takes a literal or a reference; nothing is looked up yet.</summary>
    /// <param name="reference">What the configuration says.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="problem">What is wrong with the reference, without repeating it.</param>
    public static bool TryCreate(string reference, [NotNullWhen(true)] out Secret? secret, [NotNullWhen(false)] out string? problem)
    {
        problem = reference switch
        {
            "" => "is empty; expected a secret, `file:PATH`, `env:NAME` or `secret://NAME#FIELD`",
            FilePrefix => "names no file; expected `file:PATH`",
            VariablePrefix => "names no variable; expected `env:NAME`",
            _ when reference.StartsWith(ManagerPrefix, StringComparison.Ordinal) && !IsManagerReference(reference) =>
                "is not a reference to a secret; expected `secret://NAME#FIELD`",
            _ => null,
        };
        secret = problem is null ? new Secret(reference) : null;
        return secret is not null;
    }

    /// <summary>Looks the secret up. A file is read anew each time, without the end of its last line.</summary>
    /// <param name="value">The secret.</param>
    /// <param name="problem">Why it cannot be had: names the file or the variable, never a secret.</param>
    public bool TryReveal([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? problem)
    {
        (value, problem) = _reference switch
        {
            _ when _reference.StartsWith(FilePrefix, StringComparison.Ordinal) => FromFile(_reference[FilePrefix.Length..]),
            _ when _reference.StartsWith(VariablePrefix, StringComparison.Ordinal) => FromVariable(_reference[VariablePrefix.Length..]),
            _ when _reference.StartsWith(ManagerPrefix, StringComparison.Ordinal) =>
                (null, $"{_reference}: secret managers are not available in this build; use file: or env:"),
            _ => (_reference, null),
        };
        return value is not null;
    }

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";

    private static bool IsManagerReference(string reference) =>
        reference[ManagerPrefix.Length..].Split('#') is [{ Length: > 0 }, { Length: > 0 }];

    private static (string?, string?) FromFile(string path)
    {
        try
        {
            var text = File.ReadAllText(path).TrimEnd('\r', '\n');
            return text.Length > 0 ? (text, null) : (null, $"{path}: the file is empty; expected a secret");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"{path}: the file with the secret cannot be read: {unreadable.Message}");
        }
    }

    private static (string?, string?) FromVariable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? (value, null)
            : (null, $"{name}: the environment variable with the secret is not set");
}
