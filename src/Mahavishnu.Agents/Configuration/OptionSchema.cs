using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Which keys an options class accepts, read from its properties once.</summary>
/// <param name="Fields">Its keys with a type.</param>
/// <param name="Unused">Keys that are accepted with any content and not used.</param>
internal sealed record OptionSchema(IReadOnlyList<OptionField> Fields, IReadOnlyList<string> Unused)
{
    private static readonly ConcurrentDictionary<Type, OptionSchema> Known = new();

    /// <summary>Every key that may stand in the section.</summary>
    public IReadOnlyList<string> Keys { get; } = [.. Fields.SelectMany(static field => field.Names.Select(static name => name.Key)), .. Unused];

    /// <summary>The schema of an options class: every property with a setter is a key, in snake case.</summary>
    public static OptionSchema For(Type type) => Known.GetOrAdd(type, static type =>
    {
        var nullability = new NullabilityInfoContext();
        return new OptionSchema(
            [.. type.GetProperties().Where(static property => property.CanWrite).Select(property => OptionField.For(property, nullability))],
            type.GetCustomAttribute<AcceptsUnusedAttribute>()?.Keys ?? []);
    });

    /// <summary>The key of a property or the text of an enum's member: <c>HealthCheck</c> is <c>health_check</c>.</summary>
    public static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}

/// <summary>One key of an options class.</summary>
/// <param name="Property">The property.</param>
/// <param name="Names">The key, and the same with a unit; with each, the unit of a bare number.</param>
/// <param name="IsRequired">Whether leaving it out is an error.</param>
/// <param name="IsOptionalSection">Whether a section that is left out stays null instead of being made of defaults.</param>
internal sealed record OptionField(PropertyInfo Property, IReadOnlyList<KeyName> Names, bool IsRequired, bool IsOptionalSection)
{
    /// <summary>Describes a property.</summary>
    public static OptionField For(PropertyInfo property, NullabilityInfoContext nullability)
    {
        var key = OptionSchema.SnakeCase(property.Name);
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        IReadOnlyList<KeyName> names = type switch
        {
            _ when type == typeof(TimeSpan) =>
            [
                new(key, property.IsDefined(typeof(BareSecondsAttribute)) ? NumberUnit.Second : NumberUnit.None),
                new(key + "_seconds", NumberUnit.Second),
                new(key + "_ms", NumberUnit.Millisecond),
            ],
            _ when property.IsDefined(typeof(RatioAttribute)) => [new(key, NumberUnit.None), new(key + "_percent", NumberUnit.Percent)],
            _ => [new(key, NumberUnit.None)],
        };
        return new OptionField(property, names, property.IsDefined(typeof(RequiredMemberAttribute)),
            nullability.Create(property).WriteState == NullabilityState.Nullable);
    }
}

/// <summary>A way to write a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Unit">What a bare number counts under this key.</param>
internal sealed record KeyName(string Key, NumberUnit Unit);

/// <summary>What a bare number counts.</summary>
internal enum NumberUnit
{
    /// <summary>Nothing but itself.</summary>
    None = 0,

    /// <summary>Milliseconds.</summary>
    Millisecond,

    /// <summary>Seconds.</summary>
    Second,

    /// <summary>Hundredths.</summary>
    Percent,
}
