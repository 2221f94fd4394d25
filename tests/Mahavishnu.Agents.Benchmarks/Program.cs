using Mahavishnu.Agents.Benchmarks.Failover;
using Mahavishnu.Agents.Benchmarks.Lag;
using Mahavishnu.Agents.Benchmarks.Probes;

// Each verb is a benchmark; the ones with a second word are the processes that a benchmark starts.
return args switch
{
    ["probes", .. var rest] => await ProbesBenchmark.RunAsync(rest),
    ["probes-prober", .. var rest] => await ProberProcess.RunAsync(rest),
    ["failover-vs-patroni", .. var rest] => await FailoverBenchmark.RunAsync(rest),
    ["lag", .. var rest] => await LagBenchmark.RunAsync(rest),
    ["probes-target", ..] => await TargetProcess.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: probes [--json] [--seconds N] [--concurrency C] [--rounds R]\n       failover-vs-patroni [--json] [--rounds N] [--seed N]\n       lag [--json] [--seconds N] [--rounds N]");
    return 2;
}
