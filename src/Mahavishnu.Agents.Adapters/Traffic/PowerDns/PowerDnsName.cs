using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Traffic.PowerDns;

/// <summary>What one of our names answers: the record set of its type, and the LUA record that splits it.</summary>
/// <param name="Plain">The record set of the route's type; null when there is none.</param>
/// <param name="Lua">The LUA record set; null when there is none.</param>
/// <remarks>
/// Nobody or one region serves: a plain set in which the other regions' records stay, disabled. Several do: one LUA record and no
/// plain set. A CNAME set can hold one record only, so there only the served one, or a disabled one, is kept.
/// </remarks>
internal sealed partial record PowerDnsName(PowerDnsRecordSet? Plain, PowerDnsRecordSet? Lua)
{
    /// <summary>Finds a name in its zone.</summary>
    public static PowerDnsName In(PowerDnsZone zone, PowerDnsRoute route)
    {
        var here = zone.Rrsets.Where(set => set.Name.Equals(route.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        var plain = here.Find(set => set.Type == route.Type);
        return new PowerDnsName(
            plain is null ? null : plain with { Records = [.. plain.Records.Select(record => record with { Content = Canonical(route.Type, record.Content) })] },
            here.Find(static set => set.Type == "LUA"));
    }

    /// <summary>The records that bring about <paramref name="shares"/>.</summary>
    public static PowerDnsName Desired(PowerDnsRoute route, IReadOnlyDictionary<RegionId, int> shares, int ttl)
    {
        if (shares.Count > 1)
        {
            var picks = string.Join(",", shares.OrderBy(static s => s.Key).Select(share => $"{{{share.Value},'{Content(route, share.Key)}'}}"));
            return new PowerDnsName(null, new PowerDnsRecordSet(route.Name, "LUA", ttl, [new($"{route.Type} \"pickwrandom({{{picks}}})\"", false)]));
        }

        var records = route.Records.Keys.Order().Select(region => new PowerDnsRecord(Content(route, region), !shares.ContainsKey(region)));
        var kept = route.Type == "CNAME" ? records.OrderBy(static record => record.Disabled).Take(1) : records;
        return new PowerDnsName(new PowerDnsRecordSet(route.Name, route.Type, ttl, [.. kept]), null);
    }

    /// <summary>A content that the configuration does not know; null when all of them are ours.</summary>
    public string? Foreign(PowerDnsRoute route) =>
        (Plain?.Records ?? []).Select(static record => record.Content).FirstOrDefault(content => Region(route, content) is null) ??
        (Lua?.Records ?? []).Select(static record => record.Content).FirstOrDefault(content => Picks(route, content) is null);

    /// <summary>The shares that are answered, not counting what is disabled; null when they cannot be told in percent.</summary>
    public (RegionId Serving, int Percent)[]? Shares(PowerDnsRoute route)
    {
        var plain = (Plain?.Records ?? []).Where(static record => !record.Disabled).ToList();
        var lua = (Lua?.Records ?? []).Where(static record => !record.Disabled).ToList();
        if (Foreign(route) is not null || lua.Count > 1 || (lua.Count == 1 && plain.Count > 0))
        {
            return null;
        }

        // Several enabled plain records are handed out in turn: equal shares.
        return WholePercent.FromWeights(lua.Count == 1
            ? Picks(route, lua[0].Content)!
            : plain.Select(record => (Region(route, record.Content)!.Value, 1m)));
    }

    /// <summary>Whether <paramref name="other"/> holds the same record sets.</summary>
    public bool SameAs(PowerDnsName other) =>
        (Plain is null ? other.Plain is null : Plain.SameAs(other.Plain)) && (Lua is null ? other.Lua is null : Lua.SameAs(other.Lua));

    private static List<(RegionId Serving, decimal Weight)>? Picks(PowerDnsRoute route, string content)
    {
        var match = Pick().Match(content);
        if (!match.Success || match.Groups["type"].Value != route.Type)
        {
            return null;
        }

        var picks = new List<(RegionId, decimal)>();
        foreach (var (weight, value) in match.Groups["weight"].Captures.Zip(match.Groups["content"].Captures))
        {
            if (Region(route, Canonical(route.Type, value.Value)) is not { } region || picks.Exists(pick => pick.Item1 == region))
            {
                return null;
            }

            picks.Add((region, decimal.Parse(weight.ValueSpan, CultureInfo.InvariantCulture)));
        }

        return picks;
    }

    private static RegionId? Region(PowerDnsRoute route, string content)
    {
        var found = route.Records.Keys.Where(region => Content(route, region) == content).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static string Content(PowerDnsRoute route, RegionId region) => Canonical(route.Type, route.Records[region]);

    // An IPv6 address has several spellings, and host names do not tell capitals apart.
    private static string Canonical(string type, string content) =>
        type == "CNAME" ? content.ToLowerInvariant() : IPAddress.TryParse(content, out var address) ? address.ToString() : content;

    [GeneratedRegex("""^(?<type>[A-Z]+) "pickwrandom\(\{(?:\{(?<weight>[0-9]{1,9}), ?'(?<content>[^']+)'\},? ?)+\}\)"$""")]
    private static partial Regex Pick();
}
