using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>A strict reader of the Prometheus text format: every line has a form, every series a type, and none comes twice.</summary>
internal sealed partial class MetricsText
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, double> _series = [];

    public MetricsText(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text[..^1].Split('\n'))
        {
            if (TypeLine().Match(line) is { Success: true } type)
            {
                Assert.True(_types.TryAdd(type.Groups[1].Value, type.Groups[2].Value), $"typed twice: {line}");
            }
            else if (!HelpLine().IsMatch(line))
            {
                AddSample(line);
            }
        }
    }

    /// <summary>The type of each family.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>The value of a series, by its name and labels as they stand in the text.</summary>
    public double this[string series] => _series[series];

    private void AddSample(string line)
    {
        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"neither comment nor sample: '{line}'");
        var name = sample.Groups[1].Value;
        var family = Suffix().Replace(name, "") is var stem && _types.GetValueOrDefault(stem) == "histogram" ? stem : name;
        Assert.True(_types.ContainsKey(family), $"no type stands before: {line}");
        Assert.True(_series.TryAdd(name + sample.Groups[2].Value, double.Parse(sample.Groups[3].Value.Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)), $"twice: {line}");
    }

    [GeneratedRegex(@"^# HELP [a-z_]+ .+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-z_]+) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^([a-z_]+)(\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})? ([+-]?(?:Inf|NaN|[0-9.]+(?:[eE][+-]?[0-9]+)?))$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
