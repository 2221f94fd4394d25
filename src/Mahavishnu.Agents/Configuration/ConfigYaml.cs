using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Writes a <see cref="ConfigTree"/> as YAML, every value with its origin as a comment, secrets as <c>***</c>.</summary>
internal static partial class ConfigYaml
{
    private const string Redacted = "***";

    /// <summary>Writes the whole tree.</summary>
    public static void Write(ConfigTree tree, TextWriter output) => WriteMap(tree.Root, ConfigPath.Root, "", output);

    /// <summary>The text of a value as it may be shown: a secret is <c>***</c>, credentials in a URL are blotted out.</summary>
    public static string ShownText(ConfigScalar scalar, ConfigPath path) =>
        scalar.IsNull ? "null" : path.IsSecret ? Redacted : SecretKeys.WithoutCredentials(scalar.Text);

    private static void WriteMap(ConfigMap map, ConfigPath path, string indent, TextWriter output)
    {
        foreach (var entry in map.Entries)
        {
            output.Write($"{indent}{Text(entry.Key, isPlain: true)}:");
            WriteValue(entry.Value, path.Key(entry.Key), indent, output);
        }
    }

    private static void WriteValue(ConfigNode node, ConfigPath path, string indent, TextWriter output)
    {
        switch (node)
        {
            case ConfigMap { Entries.Count: > 0 } map:
                output.WriteLine();
                WriteMap(map, path, indent + "  ", output);
                break;
            case ConfigList { Items.Count: > 0 } list:
                output.WriteLine();
                foreach (var (index, item) in list.Items.Index())
                {
                    output.Write($"{indent}  -");
                    WriteValue(item, path.Item(index), indent + "  ", output);
                }

                break;
            default:
                output.WriteLine($" {Leaf(node, path)}  # {node.Origin}");
                break;
        }
    }

    private static string Leaf(ConfigNode node, ConfigPath path) => node switch
    {
        ConfigScalar scalar when scalar.IsNull || !path.IsSecret => Text(ShownText(scalar, path), scalar.IsPlain),
        ConfigScalar => $"\"{Redacted}\"",
        ConfigMap => "{}",
        _ => "[]",
    };

    /// <summary>As it is where YAML cannot read it as anything else, and in double quotes otherwise.</summary>
    private static string Text(string text, bool isPlain) =>
        isPlain && PlainText().IsMatch(text) && !text.Contains(": ", StringComparison.Ordinal) && !text.EndsWith(':')
            ? text
            : JsonSerializer.Serialize(text, JsonSerializerOptions.Web);

    [GeneratedRegex(@"\A[A-Za-z0-9_./](?:[A-Za-z0-9_./:+@%=-]|[ ](?=[A-Za-z0-9_./+=%-]))*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainText();
}
