using Mahavishnu.Agents.Adapters.Consul;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Every call of the client by a name that a table can hold; the result without its type argument.</summary>
internal static class Calls
{
    public delegate Task<object> Call(ConsulClient client, TimeSpan deadline, CancellationToken cancellationToken);

    public static readonly string[] Reads = ["info", "get", "list", "watch", "watch-list", "leader", "peers"];

    public static readonly string[] Writes =
    [
        "create", "renew", "destroy", "put", "cas", "acquire", "release", "delete", "delete-cas", "txn", "register", "deregister", "pass",
    ];

    private static readonly ConsulValue s_value = ConsulValue.FromText("v");
    private static readonly SessionSpec s_session = new("A", TimeSpan.FromSeconds(10), TimeSpan.Zero, SessionBehavior.Release);
    private static readonly WatchPosition s_seven = new(7);

    public static Call ByName(string name) => name switch
    {
        "create" => async (c, d, t) => await c.Sessions.CreateAsync(s_session, d, t),
        "renew" => async (c, d, t) => await c.Sessions.RenewAsync("s-1", d, t),
        "destroy" => async (c, d, t) => await c.Sessions.DestroyAsync("s-1", d, t),
        "info" => async (c, d, t) => await c.Sessions.InfoAsync("s-1", d, t),
        "get" => async (c, d, t) => await c.Keys.GetAsync("a/b", consistent: false, d, t),
        "get-consistent" => async (c, d, t) => await c.Keys.GetAsync("a/b", consistent: true, d, t),
        "list" => async (c, d, t) => await c.Keys.ListAsync("a/", consistent: true, d, t),
        "list-all" => async (c, d, t) => await c.Keys.ListAsync("", consistent: false, d, t),
        "watch" => async (c, _, t) => await c.Keys.WatchAsync("a/b", consistent: true, s_seven, TimeSpan.FromSeconds(2.5), t),
        "watch-list" => async (c, _, t) => await c.Keys.WatchListAsync("a/", consistent: false, WatchPosition.Start, TimeSpan.FromSeconds(90), t),
        "put" => async (c, d, t) => await c.Keys.PutAsync("a/b", s_value, d, t),
        "cas" => async (c, d, t) => await c.Keys.CompareAndSetAsync("a/b", s_value, ulong.MaxValue, d, t),
        "acquire" => async (c, d, t) => await c.Keys.AcquireAsync("a/b", s_value with { Flags = 9 }, "s-1", d, t),
        "release" => async (c, d, t) => await c.Keys.ReleaseAsync("a/b", default, "s-1", d, t),
        "delete" => async (c, d, t) => await c.Keys.DeleteAsync("a/b", d, t),
        "delete-cas" => async (c, d, t) => await c.Keys.DeleteIfAsync("a/b", 3, d, t),
        "txn" => async (c, d, t) => await c.Transactions.CommitAsync([new TransactionOperation.Set("a/b", s_value)], d, t),
        "leader" => async (c, d, t) => await c.Status.LeaderAsync(d, t),
        "peers" => async (c, d, t) => await c.Status.PeersAsync(d, t),
        "register" => async (c, d, t) => await c.Agent.RegisterAsync(new ServiceRegistration("demo", "demo", TimeSpan.FromSeconds(9)), d, t),
        "deregister" => async (c, d, t) => await c.Agent.DeregisterAsync("demo/pg1", d, t),
        "pass" => async (c, d, t) => await c.Agent.ReportAsync("service:demo/pg1", CheckStatus.Pass, "all well?", d, t),
        "warn" => async (c, d, t) => await c.Agent.ReportAsync("service:demo", CheckStatus.Warn, "", d, t),
        "fail" => async (c, d, t) => await c.Agent.ReportAsync("service:demo", CheckStatus.Fail, "", d, t),
        _ => throw new ArgumentException($"no call is named {name}", nameof(name)),
    };

    /// <summary>The name of the case of a result: Ok, Unknown, and so on.</summary>
    public static string CaseOf(object result) => result.GetType().Name;
}
