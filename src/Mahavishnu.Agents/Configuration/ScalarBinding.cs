using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Configuration;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Turns the text of a single value into the type of an option.</summary>
internal static class ScalarBinding
{
    /// <summary>What names a region.</summary>
    public const string RegionIdExpected = "1 to 63 lower-case letters, digits and hyphens, such as us-east-1";

    /// <summary>Whether a type is written as a single value.</summary>
    public static bool IsScalar(Type type) =>
        type == typeof(string) || type == typeof(Uri) || type == typeof(Secret) || type.IsValueType;

    /// <summary>Converts a text, or says what is wrong with it. Exactly one part of the result is null.</summary>
    /// <param name="type">The type of the option.</param>
    /// <param name="property">The property, whose attributes narrow the type.</param>
    /// <param name="unit">What a bare number counts.</param>
    /// <param name="text">The text.</param>
    /// <param name="isSecret">Whether the message must not repeat the text.</param>
    public static (object? Value, string? Problem) Convert(Type type, PropertyInfo property, NumberUnit unit, string text, bool isSecret)
    {
        if (type == typeof(Secret))
        {
            return Secret.TryCreate(text, out var secret, out var reason) ? (secret, null) : (null, reason);
        }

        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var value = Parsed(plain, property, unit, text);
        if (value is not null && IsWithin(plain, property, value))
        {
            return (value, null);
        }

        var mayHoldSecret = isSecret || (plain == typeof(Uri) && text.Contains('@'));
        var shown = mayHoldSecret ? "is not usable" : $"is {Shown.Quoted(text)}";
        return (null, $"{shown}; expected {Expected(plain, property, unit)}{Meant(plain, text)}");
    }

    /// <summary>What may be written, for a message.</summary>
    public static string Expected(Type type, PropertyInfo property, NumberUnit unit)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var kind = plain switch
        {
            _ when plain == typeof(bool) => "true or false",
            _ when plain == typeof(int) => "a whole number",
            _ when unit == NumberUnit.Percent => "a number of percent from 0 to 100",
            _ when plain == typeof(double) => "a number",
            _ when plain == typeof(TimeSpan) => DurationExpected(unit),
            _ when plain == typeof(RegionId) => RegionIdExpected,
            _ when plain == typeof(Uri) => UrlExpected(property),
            _ when plain == typeof(Secret) => "a secret, `file:PATH`, `env:NAME` or `secret://NAME#FIELD`",
            _ when plain.IsEnum => $"one of {string.Join(", ", TextsOf(plain))}",
            _ => "a text",
        };
        return unit != NumberUnit.Percent && property.GetCustomAttribute<LimitsAttribute>() is { } limits
            ? $"{kind}{(plain == typeof(TimeSpan) ? "," : "")} from {limits.Least} to {limits.Greatest}"
            : kind;
    }

    /// <summary>How the members of an enum are written.</summary>
    public static IEnumerable<string> TextsOf(Type type) => Enum.GetNames(type).Select(name => TextOf(type, name));

    private static string TextOf(Type type, string name) =>
        type.GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? OptionSchema.SnakeCase(name);

    private static object? Parsed(Type type, PropertyInfo property, NumberUnit unit, string text) => type switch
    {
        _ when type == typeof(string) => text.Length > 0 ? text : null,
        _ when type == typeof(bool) => bool.TryParse(text, out var flag) ? flag : null,
        _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null,
        _ when type == typeof(double) => Number(text, unit),
        _ when type == typeof(TimeSpan) => Duration(text, unit),
        _ when type == typeof(RegionId) => RegionId.IsValid(text) ? new RegionId(text) : null,
        _ when type == typeof(Uri) => Url(text, property),
        _ when type.IsEnum => Enum.GetNames(type).FirstOrDefault(name => TextOf(type, name).Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse(type, name)
            : null,
        _ => throw new InvalidOperationException($"An option of type {type} cannot be bound; write a conversion in {nameof(ScalarBinding)}."),
    };

    private static double? Number(string text, NumberUnit unit) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? unit == NumberUnit.Percent ? number / 100 : number
            : null;

    private static TimeSpan? Duration(string text, NumberUnit unit)
    {
        var length = unit == NumberUnit.Millisecond ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1);
        return (unit != NumberUnit.None && DurationText.TryScale(text, length, out var counted)) || DurationText.TryParse(text, out counted)
            ? counted
            : null;
    }

    private static string DurationExpected(NumberUnit unit) => unit switch
    {
        NumberUnit.Second => "a number of seconds, or a duration such as 30s",
        NumberUnit.Millisecond => "a number of milliseconds, or a duration such as 500ms",
        _ => "a duration with its unit, such as 500ms, 30s or 5m",
    };

    private static Uri? Url(string text, PropertyInfo property)
    {
        var rule = property.GetCustomAttribute<SchemesAttribute>();
        var full = rule is { HostAndPort: true } && !text.Contains("://", StringComparison.Ordinal) ? $"{rule.Schemes[0]}://{text}" : text;
        return Uri.TryCreate(full, UriKind.Absolute, out var url) &&
            (rule is null || rule.Schemes.Contains(url.Scheme)) &&
            url.UserInfo.Length == 0 &&
            (url.Scheme == "unix" ? url.AbsolutePath.Length > 1 : url.Host.Length > 0 && (url.Scheme != "tcp" || url.Port > 0)) &&
            ((url.Scheme != "tcp" && rule is not { HostAndPort: true }) || url is { PathAndQuery: "/" or "", Fragment: "" })
                ? url
                : null;
    }

    private static string UrlExpected(PropertyInfo property)
    {
        var rule = property.GetCustomAttribute<SchemesAttribute>();
        var schemes = rule is null ? "" : $" that begins with {string.Join(" or ", rule.Schemes.Select(static scheme => scheme + "://"))}";
        return $"an absolute URL{schemes}{(rule is { HostAndPort: true } ? ", or host:port, without path," : " without")} user name and password";
    }

    private static bool IsWithin(Type type, PropertyInfo property, object value)
    {
        if (property.GetCustomAttribute<LimitsAttribute>() is not { } limits)
        {
            return true;
        }

        var least = (IComparable)Parsed(type, property, NumberUnit.None, limits.Least)!;
        var greatest = (IComparable)Parsed(type, property, NumberUnit.None, limits.Greatest)!;
        return least.CompareTo(value) <= 0 && greatest.CompareTo(value) >= 0;
    }

    private static string Meant(Type type, string text)
    {
        var regional = text.ToLowerInvariant().Replace('_', '-').Trim();
        return type.IsEnum ? Shown.DidYouMean(text, TextsOf(type))
            : type == typeof(RegionId) && RegionId.IsValid(regional) ? $"; did you mean `{regional}`?"
            : "";
    }
}
