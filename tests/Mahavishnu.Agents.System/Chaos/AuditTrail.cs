using System.Text.Json;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Reads what the agents' audit lines say of effects.</summary>
internal static class AuditTrail
{
    /// <summary>Every effect that an agent saw applied elsewhere than at the edge, timed by its line, which follows it.</summary>
    /// <param name="directory">The directory below which agents keep their data.</param>
    /// <param name="from">The wall-clock time from which times count.</param>
    public static IEnumerable<TrafficEffect> Effects(string directory, DateTimeOffset from) =>
        Directory.EnumerateFiles(directory, "audit.jsonl", SearchOption.AllDirectories)
            .SelectMany(Lines)
            .Where(static line => line.GetProperty("action").GetString() == "traffic.apply" && line.GetProperty("outcome").GetString() == "Applied")
            .Select(line => Effect(line, from))
            .Where(static effect => !effect.Target.StartsWith("edge:", StringComparison.Ordinal));

    /// <summary>The data steps that agents say they have done, in no order.</summary>
    /// <param name="directory">The directory below which agents keep their data.</param>
    public static IEnumerable<string> DataSteps(string directory) =>
        Directory.EnumerateFiles(directory, "audit.jsonl", SearchOption.AllDirectories)
            .SelectMany(Lines)
            .Where(static line => line.GetProperty("action").GetString() == "data.apply" && line.GetProperty("outcome").GetString() == "Done")
            .Select(static line => line.GetProperty("details").GetProperty("step").GetString()!);

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<JsonElement>(line);
        }
    }

    private static TrafficEffect Effect(JsonElement line, DateTimeOffset from)
    {
        var details = line.GetProperty("details");
        return new TrafficEffect(
            line.GetProperty("time").GetDateTimeOffset() - from,
            line.GetProperty("resource").GetString()!,
            details.GetProperty("epoch").GetInt64(),
            line.GetProperty("agent").GetString()!,
            details.GetProperty("desired").GetString()!);
    }
}
