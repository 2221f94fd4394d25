using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The configuration, and what is to be said about it, as JSON; secrets as <c>***</c>.</summary>
internal static class ConfigJson
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };

    /// <summary>Writes one JSON document.</summary>
    public static void Write(JsonNode document, TextWriter output) => output.WriteLine(document.ToJsonString(Layout));

    /// <summary>What <c>config check</c> says about one region.</summary>
    public static JsonObject Checked(string region, ConfigResult result) => new()
    {
        ["region"] = region,
        ["valid"] = result.Options is not null,
        ["sources"] = new JsonArray([.. result.Tree.Sources.Select(static source => (JsonNode)source)]),
        ["errors"] = Problems(result.Errors),
        ["warnings"] = Problems(result.Warnings),
        ["notes"] = Problems(result.Notes),
        ["timing"] = new JsonArray([.. (result.Timing?.Inequalities() ?? []).Select(Law)]),
    };

    /// <summary>The problems of one severity.</summary>
    public static JsonArray Problems(IEnumerable<ConfigProblem> problems) =>
    [
        .. problems.Select(static problem => new JsonObject
        {
            ["source"] = problem.Origin.Source,
            ["line"] = problem.Origin.Line,
            ["column"] = problem.Origin.Column,
            ["key"] = problem.Key,
            ["message"] = problem.Message,
        }),
    ];

    /// <summary>The merged view.</summary>
    public static JsonNode? Value(ConfigNode node, ConfigPath path) => node switch
    {
        ConfigMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Value(entry.Value, path.Key(entry.Key))))),
        ConfigList list => new JsonArray([.. list.Items.Select((item, i) => Value(item, path.Item(i)))]),
        ConfigScalar scalar => Scalar(scalar, path),
        _ => null,
    };

    /// <summary>The origin of every single value, by path.</summary>
    public static IEnumerable<(ConfigPath Path, ConfigOrigin Origin)> Origins(ConfigNode node, ConfigPath path) => node switch
    {
        ConfigMap { Entries.Count: > 0 } map => map.Entries.SelectMany(entry => Origins(entry.Value, path.Key(entry.Key))),
        ConfigList { Items.Count: > 0 } list => list.Items.SelectMany((item, i) => Origins(item, path.Item(i))),
        _ => [(path, node.Origin)],
    };

    private static JsonNode? Scalar(ConfigScalar scalar, ConfigPath path)
    {
        var text = ConfigYaml.ShownText(scalar, path);
        return scalar switch
        {
            { IsNull: true } => null,
            { IsPlain: false } => text,
            _ when path.IsSecret => text,
            _ when bool.TryParse(text, out var flag) => flag,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            _ when decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        };
    }

    private static JsonObject Law(TimingInequality law) => new()
    {
        ["law"] = law.Statement,
        ["holds"] = law.Holds,
        ["leftSeconds"] = law.Left.TotalSeconds,
        ["rightSeconds"] = law.Right.TotalSeconds,
    };
}
