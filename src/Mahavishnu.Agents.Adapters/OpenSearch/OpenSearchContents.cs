using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>Looks into the contents of indices, to compare those of two clusters before one is deleted.</summary>
internal static class OpenSearchContents
{
    /// <summary>How much an index holds, and the ids of a part of it, taken at random.</summary>
    public static async Task<OpenSearchContent> ReadAsync(OpenSearchHttp http, string index, int sample, int seed, CancellationToken cancellationToken)
    {
        var path = "/" + Uri.EscapeDataString(index);
        _ = await http.AskAsync(HttpMethod.Post, $"{path}/_refresh", new JsonObject(), cancellationToken);
        var count = Complete(http, index, await http.AskAsync(HttpMethod.Get, $"{path}/_count", null, cancellationToken))["count"].Whole() ?? throw Rubbish(http, index);
        var stats = await http.AskAsync(HttpMethod.Get, $"{path}/_stats?level=shards", null, cancellationToken);
        var sequence = stats["indices"].At(index).At("shards").Members()
            .Select(static s => s.Value.Items().FirstOrDefault(static c => c.At("routing").At("primary").Flag() == true).At("seq_no").At("max_seq_no").Whole())
            .Aggregate((long?)0, static (sum, max) => sum + max);
        var query = new JsonObject
        {
            ["size"] = sample,
            ["_source"] = false,
            ["query"] = new JsonObject { ["function_score"] = new JsonObject { ["random_score"] = new JsonObject { ["seed"] = seed, ["field"] = "_seq_no" } } },
        };
        var hits = Complete(http, index, await http.AskAsync(HttpMethod.Post, $"{path}/_search", query, cancellationToken))["hits"].At("hits").Items().Select(static h => h.At("_id").Text()).ToList();
        return hits.Contains(null) || (count > 0 && hits.Count == 0) || sequence is null
            ? throw Rubbish(http, index)
            : new OpenSearchContent(count, sequence.Value, [.. hits.Select(static h => h!)]);
    }

    /// <summary>Those of some ids that an index lacks.</summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(OpenSearchHttp http, string index, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var body = new JsonObject { ["ids"] = new JsonArray([.. ids.Select(static i => JsonValue.Create(i))]) };
        var json = await http.AskAsync(HttpMethod.Post, $"/{Uri.EscapeDataString(index)}/_mget?_source=false", body, cancellationToken);
        var found = json["docs"].Items().Where(static d => d.At("found").Flag() == true).Select(static d => d.At("_id").Text()).ToHashSet();
        return [.. ids.Where(i => !found.Contains(i))];
    }

    /// <summary>An answer of all shards; a part of them proves nothing.</summary>
    private static JsonObject Complete(OpenSearchHttp http, string index, JsonObject answer) =>
        answer["_shards"].At("failed").Whole() == 0 && answer["timed_out"].Flag() != true ? answer : throw http.Fault(OpenSearchFault.Unknown, $"not all shards of {index} answered");

    private static OpenSearchCallException Rubbish(OpenSearchHttp http, string index) =>
        http.Fault(OpenSearchFault.Unknown, $"the contents of {index} were answered in a way that is not OpenSearch's");
}
