using System.Text;
using System.Text.Json;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Watches the journal at one store, as it is written.</summary>
/// <param name="store">The store.</param>
internal sealed class JournalWatch(Uri store) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = new Uri(store, "v1/kv/mahavishnu/control/") };
    private string? _index;

    /// <summary>Returns as soon as the journal has been written so many times since the last call.</summary>
    /// <remarks>The first call takes what is there for nothing new.</remarks>
    public async Task NextAsync(int writes)
    {
        for (var seen = 0; seen < writes;)
        {
            using var answer = await _client.GetAsync(new Uri(_index is null ? "journal/current" : $"journal/current?index={_index}&wait=30s", UriKind.Relative), TestContext.Current.CancellationToken);
            var index = answer.Headers.GetValues("X-Consul-Index").Single();
            seen += answer.IsSuccessStatusCode && _index is not null && index != _index ? 1 : 0;
            _index = index;
        }
    }

    /// <summary>The region of the agent that took the lock at this store last.</summary>
    public async Task<RegionId> HolderAsync()
    {
        var entries = JsonSerializer.Deserialize<JsonElement>(await _client.GetStringAsync(new Uri("leader", UriKind.Relative), TestContext.Current.CancellationToken));
        return new RegionId(LeaderValue.Parse(Encoding.UTF8.GetString(entries[0].GetProperty("Value").GetBytesFromBase64()))!.Region);
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose() => _client.Dispose();
}
