using System.Globalization;
using Mahavishnu.Agents.System.Chaos;
using Xunit;

namespace Mahavishnu.Agents.System.Soak;

/// <summary>Random faults of every kind for as long as one likes; started by <c>tests/soak.sh</c>.</summary>
public sealed class SoakTests
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan[] GreatestGaps = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)];
    private static readonly TimeSpan[] GreatestDurations = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(25)];

    [Fact(Explicit = true)]
    public async Task World_RandomFaults_ConvergesAfterEachRound()
    {
        var duration = TimeSpan.FromMinutes(Setting("MAHAVISHNU_SOAK_MINUTES", 10));
        var random = new Random((int)Setting("MAHAVISHNU_SOAK_SEED", 1));
        await using var world = await ChaosWorld.StartAsync(
            new ChaosOptions { Networked = true, RealTargets = true, SlowLinks = true }, static line => Console.WriteLine(line));
        var catalogue = new FaultCatalogue(world, random);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var startedAt = TimeProvider.System.GetTimestamp();
        var (rounds, effects, slowest) = (0, 0, TimeSpan.Zero);
        for (; TimeProvider.System.GetElapsedTime(startedAt) < duration; rounds++)
        {
            world.Begin();
            world.Tell($"round {rounds + 1}");
            await PlayAsync(Plan(catalogue, random, counts));
            world.Tell("all is healed");
            var healedAt = TimeProvider.System.GetTimestamp();
            effects = await world.SettleAsync();
            var took = TimeProvider.System.GetElapsedTime(healedAt);
            world.Tell(string.Create(CultureInfo.InvariantCulture, $"the world has converged within {took.TotalSeconds:0.0} s"));
            slowest = took > slowest ? took : slowest;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"soak: {TimeProvider.System.GetElapsedTime(startedAt).TotalMinutes:0.0} min, {rounds} rounds, {counts.Values.Sum()} faults ({string.Join(", ", counts.Select(static c => $"{c.Key} {c.Value}"))}), {world.Sightings.Sagas.Count} sagas, epoch {world.Leader.Epoch}, {effects} effects in order, slowest convergence {slowest.TotalSeconds:0.0} s"));
    }

    private static List<(TimeSpan At, Func<Task> DoAsync)> Plan(FaultCatalogue catalogue, Random random, SortedDictionary<string, int> counts)
    {
        var plan = new List<(TimeSpan, Func<Task>)>();
        var (gap, duration) = (GreatestGaps[random.Next(GreatestGaps.Length)], GreatestDurations[random.Next(GreatestDurations.Length)]);
        for (var at = gap * random.NextDouble(); at < Round; at += gap * random.NextDouble())
        {
            var fault = catalogue.Draw();
            counts[fault.Kind] = counts.GetValueOrDefault(fault.Kind) + 1;
            plan.Add((at, fault.BeginAsync));
            plan.Add((at + TimeSpan.FromMilliseconds(500) + (duration * random.NextDouble()), fault.EndAsync));
        }

        return [.. plan.OrderBy(static step => step.Item1)];
    }

    private static async Task PlayAsync(List<(TimeSpan At, Func<Task> DoAsync)> plan)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        foreach (var (at, doAsync) in plan)
        {
            var rest = at - TimeProvider.System.GetElapsedTime(startedAt);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken);
            await doAsync();
        }
    }

    private static double Setting(string variable, double otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
