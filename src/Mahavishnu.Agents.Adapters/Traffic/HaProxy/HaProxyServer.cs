using System.Globalization;

namespace Mahavishnu.Agents.Adapters.Traffic.HaProxy;

/// <summary>A server as <c>show servers state</c> tells it: the administrative side, not its health.</summary>
/// <param name="Name">Its name.</param>
/// <param name="AdminState">
/// Bit mask: 0x01 maintenance by command, 0x02 inherited, 0x04 disabled in the configuration (a memory only), 0x08 drain by command,
/// 0x10 inherited, 0x20 maintenance because its name does not resolve. Source: HAProxy management guide.
/// </param>
/// <param name="Weight">The weight in force, 0 to 256.</param>
internal sealed record HaProxyServer(string Name, int AdminState, int Weight)
{
    private const int MaintainedByCommand = 0x01;
    private const int KeptFromTraffic = 0x01 | 0x02 | 0x08 | 0x10 | 0x20;

    /// <summary>Whether it gets its part of the traffic as far as its administration goes.</summary>
    public bool TakesTraffic => (AdminState & KeptFromTraffic) == 0 && Weight > 0;

    /// <summary>Whether it is what <paramref name="percent"/> asks for.</summary>
    /// <remarks>Zero means maintenance by command: an inherited one may end without us.</remarks>
    public bool Is(int percent) =>
        percent == 0 ? (AdminState & MaintainedByCommand) != 0 : TakesTraffic && Weight == percent;

    /// <summary>Reads the answer by the names of its columns; null when it is not a table of different columns and servers but, say, an error.</summary>
    public static IReadOnlyDictionary<string, HaProxyServer>? ParseState(string answer)
    {
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var header = Array.FindIndex(lines, static line => line.StartsWith('#'));
        if (header < 0)
        {
            return null;
        }

        var columns = lines[header].TrimStart('#').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (name, admin, weight) = (Array.IndexOf(columns, "srv_name"), Array.IndexOf(columns, "srv_admin_state"), Array.IndexOf(columns, "srv_uweight"));
        if (name < 0 || admin < 0 || weight < 0 || columns.Distinct().Count() != columns.Length)
        {
            return null;
        }

        var servers = new Dictionary<string, HaProxyServer>(StringComparer.Ordinal);
        foreach (var fields in lines.Skip(header + 1).Select(static line => line.Split(' ')))
        {
            if (fields.Length < columns.Length || !TryNumber(fields[admin], out var state) || !TryNumber(fields[weight], out var weighs)
                || !servers.TryAdd(fields[name], new HaProxyServer(fields[name], state, weighs)))
            {
                return null;
            }
        }

        return servers;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
