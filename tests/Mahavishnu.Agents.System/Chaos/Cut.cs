using Mahavishnu.Agents.TestKit.Network;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Packets that a host drops; disposing it heals.</summary>
internal sealed class Cut : IAsyncDisposable
{
    private readonly NetworkHost _host;
    private readonly List<PacketRule> _rules = [];

    private Cut(NetworkHost host) => _host = host;

    /// <summary>Cuts.</summary>
    public static async Task<Cut> MakeAsync(NetworkHost host, IEnumerable<PacketRule> rules)
    {
        var cut = new Cut(host);
        foreach (var rule in rules)
        {
            await host.DropAsync(rule, TestContext.Current.CancellationToken);
            cut._rules.Add(rule);
        }

        return cut;
    }

    /// <summary>Lets everything pass again.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var rule in _rules)
        {
            await _host.PassAsync(rule, CancellationToken.None);
        }

        _rules.Clear();
    }
}
