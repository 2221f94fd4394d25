using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Cli;

/// <summary>Writes the agents' documents for people.</summary>
internal static class StatusText
{
    /// <summary>The status.</summary>
    public static void Status(JsonNode status, TextWriter output)
    {
        var leader = status["leader"];
        output.WriteLine($"agent      {status["agent"]} in {status["region"]}, {status["leadership"]!["role"]} ({status["leadership"]!["reason"]})");
        output.WriteLine(leader is null ? "leader     none" : $"leader     {leader["agent"]} in {leader["region"]}, epoch {leader["epoch"]}");
        output.WriteLine($"automation {(status["maintenance"]!["on"]!.GetValue<bool>() ? $"PAUSED: {status["maintenance"]!["reason"]}" : "running")}; {status["doing"]}");
        if (status["abstains"] is { } reason)
        {
            output.WriteLine($"abstains   {reason}");
        }

        output.WriteLine();
        output.WriteLine($"{"region",-20}{"agreed",-10}{"score",-8}{"own view",-18}serves");
        foreach (var region in status["regions"]!.AsArray())
        {
            var own = region!["own"];
            output.WriteLine($"{region["region"],-20}{region["condition"],-10}{Score(region["atMost"]),-8}{(own is null ? "not probed" : $"{own["condition"]} {Score(own["score"])}"),-18}{string.Join(", ", region["serves"]!.AsArray())}");
            if (region["advisory"] is { } advisory)
            {
                output.WriteLine($"  advisory: {advisory}");
            }
        }

        if (status["replication"] is { } replication)
        {
            output.WriteLine();
            Replication(replication, output);
        }

        if ((status["saga"] ?? status["lastSaga"]) is { } saga)
        {
            output.WriteLine();
            Saga(saga, output);
        }

        foreach (var problem in status["problems"]!.AsArray())
        {
            output.WriteLine($"problem: {problem}");
        }
    }

    /// <summary>The verdicts, rule by rule.</summary>
    public static void Explain(JsonNode explain, TextWriter output)
    {
        output.WriteLine($"{explain["agent"]} {(explain["leads"]!.GetValue<bool>() ? "leads" : "does not lead, so it only watches")}; {explain["doing"]}");
        if (explain["trouble"] is { } trouble)
        {
            output.WriteLine($"a person is needed: {trouble}");
        }

        foreach (var verdict in explain["verdicts"]!.AsArray())
        {
            output.WriteLine();
            output.WriteLine($"{verdict!["region"]}: {verdict["decision"]}{(verdict["target"] is { } target ? $" -> {target}" : "")} ({verdict["reason"]}); data-loss risk {verdict["dataLossRisk"]}");
            foreach (var rule in verdict["rules"]!.AsArray())
            {
                output.WriteLine($"  {rule!["id"]} {(rule["passed"]!.GetValue<bool>() ? "yes" : "NO "),-4}{rule["question"]} {rule["outcome"]} [{rule["inputs"]}]");
            }
        }
    }

    /// <summary>Whether automation is paused.</summary>
    public static void Maintenance(JsonNode maintenance, TextWriter output) =>
        output.WriteLine(maintenance["on"]!.GetValue<bool>() ? $"paused by {maintenance["by"]}: {maintenance["reason"]}" : "automation is running");

    /// <summary>The answer to a request.</summary>
    public static void Answer(JsonNode answer, TextWriter output)
    {
        output.WriteLine(answer["message"]?.ToString() ?? answer["detail"]?.ToString() ?? "done");
        if (answer["plan"] is { } plan)
        {
            Saga(plan, output);
        }
    }

    private static void Replication(JsonNode replication, TextWriter output)
    {
        if (replication["writer"] is { } writer)
        {
            output.WriteLine($"postgresql is written in {writer}");
        }

        foreach (var (store, seen) in replication["stores"]!.AsObject())
        {
            output.WriteLine($"{store,-11}{seen!["problem"]?.ToString() ?? Standing(seen["details"]!)}");
            foreach (var finding in seen["findings"]!.AsArray())
            {
                output.WriteLine($"  {finding!["severity"]!.ToString().ToLowerInvariant()} {finding["rule"]}: {finding["sentence"]}");
            }
        }

        foreach (var lag in replication["lag"]!.AsArray())
        {
            output.WriteLine($"  {lag!["store"]} {lag["source"]} -> {lag["target"]}: {lag["state"]}, {lag["reason"]}");
        }

        foreach (var risk in replication["atRisk"]!.AsArray())
        {
            output.WriteLine($"  at risk if {risk!["source"]} died now and {risk["target"]} took over: at most {risk["seconds"]} s of writes to {risk["store"]}");
        }
    }

    private static string Standing(JsonNode details) =>
        details["role"] is { } role ? $"here: {role}{(details["fenced"]?.GetValue<bool>() == true ? ", fenced" : "")}" : "it answers";

    private static void Saga(JsonNode saga, TextWriter output)
    {
        output.WriteLine($"plan {saga["planId"]}: {saga["kind"]} {saga["source"]} -> {saga["target"]}, {saga["step"]} {saga["phase"]}, data-loss risk {saga["risk"]}, asked for by {saga["requestedBy"]} ({saga["reason"]})");
        foreach (var risk in saga["atRisk"]!.AsArray())
        {
            output.WriteLine($"  may lose of {risk!["store"]}: {(risk["seconds"] is { } seconds ? $"the last {seconds} s" : "unknown")}");
        }

        foreach (var step in saga["steps"]!.AsArray())
        {
            output.WriteLine($"  {step!["name"],-18}{step["state"],-9}{(step["state"]!.GetValue<string>() == "skipped" ? "nothing configured" : $"{step["durationSeconds"]} s")}");
        }
    }

    private static string Score(JsonNode? score) => score is null ? "unknown" : score.GetValue<double>().ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
}
