using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>The pools of the account. PATCH overwrites the fields that are sent, arrays whole; PUT brings the others back to their defaults.</summary>
internal sealed class CloudflarePoolStore(TimeProvider time)
{
    private static readonly string[] s_kept = ["id", "created_on"];

    private readonly Lock _gate = new();
    private readonly List<JsonObject> _pools = [];
    private long _changes;

    public CloudflareAnswer List(int page, int perPage)
    {
        lock (_gate)
        {
            var shown = _pools.Skip((page - 1) * perPage).Take(perPage).Select(static pool => pool.DeepClone()).ToArray();
            return CloudflareAnswer.Success(new JsonArray(shown), new JsonObject
            {
                ["page"] = page, ["per_page"] = perPage, ["count"] = shown.Length, ["total_count"] = _pools.Count,
            });
        }
    }

    public CloudflareAnswer Get(string id) => WithPool(id, static pool => pool);

    public CloudflareAnswer Create(JsonObject body)
    {
        var problem = CloudflarePoolRules.Problem(body) ?? Missing(body);
        lock (_gate)
        {
            if (problem is not null || _pools.Any(pool => Text(pool, "name") == Text(body, "name")))
            {
                return Invalid(problem ?? "a pool of that name exists");
            }

            var created = new JsonObject { ["id"] = RandomNumberGenerator.GetHexString(32, lowercase: true) };
            _pools.Add(created);
            Stamp(Merge(created, body), "created_on");
            return CloudflareAnswer.Success(created.DeepClone());
        }
    }

    public CloudflareAnswer Patch(string id, JsonObject body) => Change(id, body, static (pool, body) => Merge(pool, body));

    public CloudflareAnswer Put(string id, JsonObject body) => Missing(body) is { } missing ? Invalid(missing) : Change(id, body, static (pool, body) =>
    {
        foreach (var key in pool.Select(static field => field.Key).Where(static key => !s_kept.Contains(key)).ToList())
        {
            pool.Remove(key);
        }

        return Merge(pool, body);
    });

    public JsonObject Copy(string nameOrId)
    {
        lock (_gate)
        {
            return (JsonObject)Existing(nameOrId).DeepClone();
        }
    }

    /// <summary>A change by somebody else, without any rule.</summary>
    public void Edit(string nameOrId, Action<JsonObject> change)
    {
        lock (_gate)
        {
            var pool = Existing(nameOrId);
            change(pool);
            Stamp(pool, "modified_on");
        }
    }

    private CloudflareAnswer Change(string id, JsonObject body, Func<JsonObject, JsonObject, JsonObject> change)
    {
        if (CloudflarePoolRules.Problem(body) is { } problem)
        {
            return Invalid(problem);
        }

        return WithPool(id, pool =>
        {
            Stamp(change(pool, body), "modified_on");
            return pool;
        });
    }

    private CloudflareAnswer WithPool(string id, Func<JsonObject, JsonObject> use)
    {
        lock (_gate)
        {
            return Find(id) is { } pool && Text(pool, "id") == id
                ? CloudflareAnswer.Success(use(pool).DeepClone())
                : CloudflareAnswer.Failure(404, 1001, "pool not found");
        }
    }

    private JsonObject Existing(string nameOrId) => Find(nameOrId) ?? throw new KeyNotFoundException($"No pool is called {nameOrId}.");

    private JsonObject? Find(string nameOrId) => _pools.Find(pool => Text(pool, "id") == nameOrId || Text(pool, "name") == nameOrId);

    private static JsonObject Merge(JsonObject pool, JsonObject body)
    {
        foreach (var (key, value) in body.Where(field => field.Key is not ("id" or "created_on" or "modified_on" or "disabled_at" or "networks")))
        {
            pool[key] = value?.DeepClone();
        }

        pool["enabled"] ??= true;
        pool["minimum_origins"] ??= 1;
        foreach (var origin in (pool["origins"] as JsonArray ?? []).OfType<JsonObject>())
        {
            origin["enabled"] ??= true;
            origin["weight"] ??= 1;
        }

        return pool;
    }

    // The count makes two changes within one tick of the clock differ, as the microseconds do at Cloudflare.
    private void Stamp(JsonObject pool, string key)
    {
        var now = time.GetUtcNow().AddTicks(10 * ++_changes).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        pool[key] = now;
        pool["modified_on"] = now;
    }

    private static string? Missing(JsonObject body) => body.ContainsKey("name") && body.ContainsKey("origins") ? null : "name and origins are required";

    private static CloudflareAnswer Invalid(string problem) => CloudflareAnswer.Failure(400, 1002, $"validation failed: {problem}");

    private static string Text(JsonObject item, string key) => item[key]?.ToString() ?? "";
}
