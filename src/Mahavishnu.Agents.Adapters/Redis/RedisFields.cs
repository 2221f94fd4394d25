using System.Globalization;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>The lines <c>name:value</c> that <c>INFO</c> and <c>CLUSTER INFO</c> answer with.</summary>
internal sealed class RedisFields
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly string _server;

    /// <summary>Splits an answer; what is no such line is passed over.</summary>
    /// <param name="server">Region and address, for the errors.</param>
    /// <param name="text">The answer.</param>
    public RedisFields(string server, string text)
    {
        _server = server;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] != '#' && line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                _values[line[..colon]] = line[(colon + 1)..];
            }
        }
    }

    /// <summary>A field that every supported server has.</summary>
    /// <exception cref="RedisCallException">It is not there: this is no Redis, or one that hides itself.</exception>
    public string Text(string name) => Optional(name) ??
        throw new RedisCallException(RedisCallEnd.Unknown, $"{_server}: the answer has no '{name}'; expected that of a Redis server.");

    /// <summary>A field that is not always there.</summary>
    public string? Optional(string name) => _values.GetValueOrDefault(name);

    /// <summary>A whole number that every supported server gives.</summary>
    /// <exception cref="RedisCallException">It is not there or no number.</exception>
    public long Number(string name) => Parse(name, Text(name));

    /// <summary>A whole number that is not always there.</summary>
    /// <exception cref="RedisCallException">It is no number.</exception>
    public long? OptionalNumber(string name) => Optional(name) is { } text ? Parse(name, text) : null;

    /// <summary>A span of whole seconds; null when it is absent or -1, which means "never" or "not now".</summary>
    /// <exception cref="RedisCallException">It is no number.</exception>
    public TimeSpan? Seconds(string name) => OptionalNumber(name) is >= 0 and < int.MaxValue and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The parts <c>name=value</c> of a field such as <c>slave0</c>; null when it is absent.</summary>
    public RedisFields? Parts(string name) => Optional(name) is { } text ? new RedisFields(_server, text.Replace('=', ':').Replace(',', '\n')) : null;

    private long Parse(string name, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RedisCallException(RedisCallEnd.Unknown, $"{_server}: '{name}' is '{RedisFailures.Quote(text)}'; expected a whole number.");
}
