using System.Collections;
using System.Reflection;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Binds a <see cref="ConfigMap"/> to an options class, and reports every key that does not fit.</summary>
/// <remarks>
/// A value that does not fit leaves the default in its place, so that binding goes on and later checks have something to
/// look at; an item of a list or a map that lacks a required key, or a fitting value for it, is left out.
/// </remarks>
/// <param name="problems">Takes what does not fit.</param>
/// <param name="profile">Gives the defaults of timing.</param>
internal sealed class OptionBinder(ConfigProblems problems, TimingProfile profile)
{
    /// <summary>Binds the whole configuration.</summary>
    public T Bind<T>(ConfigMap map) => (T)Section(typeof(T), map, map.Origin, ConfigPath.Root)!;

    /// <summary>Binds a section; null when a required key is missing, or has a value that does not fit.</summary>
    private object? Section(Type type, ConfigMap? map, ConfigOrigin origin, ConfigPath path)
    {
        var schema = OptionSchema.For(type);
        var section = Activator.CreateInstance(type, type.GetConstructor([typeof(TimingProfile)]) is null ? null : [profile])!;
        ReportUnknown(schema, map, path);
        var complete = true;
        foreach (var field in schema.Fields)
        {
            var written = Written(field, map, path);
            if (written is var (entry, name))
            {
                complete &= Assign(section, field, name, entry.Value, path.Key(entry.Key)) || !field.IsRequired;
            }
            else if (field.IsRequired)
            {
                problems.Error(origin, path.Key(field.Names[0].Key), "is missing; it is required here");
                complete = false;
            }
            else if (IsSection(field.Property.PropertyType) && !field.IsOptionalSection)
            {
                field.Property.SetValue(section, Section(field.Property.PropertyType, null, origin, path.Key(field.Names[0].Key)));
            }
        }

        return complete ? section : null;
    }

    private void ReportUnknown(OptionSchema schema, ConfigMap? map, ConfigPath path)
    {
        foreach (var entry in map?.Entries.Where(entry => !schema.Keys.Contains(entry.Key)) ?? [])
        {
            problems.Error(entry.KeyOrigin, path.Key(entry.Key),
                $"is not a known key; expected one of {string.Join(", ", schema.Keys)}{Shown.DidYouMean(entry.Key, schema.Keys)}");
        }
    }

    /// <summary>The entry of a field under the name that the latest layer uses; null where it was left out.</summary>
    private (ConfigEntry, KeyName)? Written(OptionField field, ConfigMap? map, ConfigPath path)
    {
        var written = field.Names
            .Select(name => (Entry: map?.Find(name.Key), Name: name))
            .Where(static found => found.Entry is { Value: not ConfigScalar { IsNull: true } })
            .OrderByDescending(static found => found.Entry!.Value.Origin.Layer)
            .ToList();
        if (written.Count > 1 && written[0].Entry!.Value.Origin.Layer == written[1].Entry!.Value.Origin.Layer)
        {
            problems.Error(written[1].Entry!.KeyOrigin, path.Key(written[1].Name.Key),
                $"says the same as {written[0].Name.Key} at {written[0].Entry!.KeyOrigin}; expected only one of them");
        }

        return written.Count == 0 ? null : (written[0].Entry!, written[0].Name);
    }

    /// <summary>Sets a field, to its default where the value does not fit; whether it fits.</summary>
    private bool Assign(object section, OptionField field, KeyName name, ConfigNode node, ConfigPath path)
    {
        if (Value(field.Property.PropertyType, field.Property, name.Unit, node, path) is { } value)
        {
            field.Property.SetValue(section, value);
            return true;
        }

        if (IsSection(field.Property.PropertyType) && !field.IsOptionalSection)
        {
            field.Property.SetValue(section, Section(field.Property.PropertyType, null, node.Origin, path));
        }

        return false;
    }

    /// <summary>Any value; null when it does not fit, which is then reported.</summary>
    private object? Value(Type type, PropertyInfo property, NumberUnit unit, ConfigNode node, ConfigPath path)
    {
        if (ItemsOf(type) is { } items)
        {
            return items.Key is null ? List(items.Value, property, node, path) : Map(items.Key, items.Value, property, node, path);
        }

        if (IsSection(type))
        {
            return node is ConfigMap map ? Section(type, map, map.Origin, path) : Wrong(node, path, $"a map of {string.Join(", ", OptionSchema.For(type).Keys)}");
        }

        if (node is not ConfigScalar { IsNull: false } scalar)
        {
            return Wrong(node, path, ScalarBinding.Expected(type, property, unit));
        }

        var (value, problem) = ScalarBinding.Convert(type, property, unit, scalar.Text, path.IsSecret);
        if (problem is not null)
        {
            problems.Error(scalar.Origin, path, problem);
        }

        return value;
    }

    private IList? List(Type itemType, PropertyInfo property, ConfigNode node, ConfigPath path)
    {
        if (node is not ConfigList list)
        {
            Wrong(node, path, "a list");
            return null;
        }

        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        foreach (var (index, item) in list.Items.Index())
        {
            if (Value(itemType, property, NumberUnit.None, item, path.Item(index)) is { } value)
            {
                items.Add(value);
            }
        }

        return items;
    }

    private IDictionary? Map(Type keyType, Type itemType, PropertyInfo property, ConfigNode node, ConfigPath path)
    {
        if (node is not ConfigMap map)
        {
            Wrong(node, path, "a map");
            return null;
        }

        var items = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(keyType, itemType))!;
        foreach (var entry in map.Entries)
        {
            var (key, problem) = ScalarBinding.Convert(keyType, property, NumberUnit.None, entry.Key, isSecret: false);
            if (key is null)
            {
                problems.Error(entry.KeyOrigin, path.Key(entry.Key), problem!);
            }
            else if (Item(itemType, property, entry, path.Key(entry.Key)) is { } value)
            {
                items[key] = value;
            }
        }

        return items;
    }

    /// <summary>An item of a map; one that is left empty has only defaults.</summary>
    private object? Item(Type type, PropertyInfo property, ConfigEntry entry, ConfigPath path) =>
        IsSection(type) && entry.Value is ConfigScalar { IsNull: true }
            ? Section(type, null, entry.KeyOrigin, path)
            : Value(type, property, NumberUnit.None, entry.Value, path);

    private object? Wrong(ConfigNode node, ConfigPath path, string expected)
    {
        problems.Error(node.Origin, path, $"is {node.Kind}; expected {expected}");
        return null;
    }

    private static bool IsSection(Type type) => type.IsClass && ItemsOf(type) is null && !ScalarBinding.IsScalar(type);

    private static (Type? Key, Type Value)? ItemsOf(Type type) =>
        !type.IsGenericType ? null
        : type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? (null, type.GenericTypeArguments[0])
        : type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? (type.GenericTypeArguments[0], type.GenericTypeArguments[1])
        : null;
}
