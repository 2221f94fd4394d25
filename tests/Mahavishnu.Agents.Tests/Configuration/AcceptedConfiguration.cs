using System.Collections;
using System.Globalization;
using System.Reflection;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Configuration;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>What must be true of options that the check has passed: the laws hold, and the agent can be made of them.</summary>
internal static class AcceptedConfiguration
{
    public static void AssertIsSound(AgentOptions options)
    {
        AssertLimits(options);
        AssertLaws(options);
        AssertCanBeMade(options);
    }

    private static void AssertLaws(AgentOptions options)
    {
        var split = options.SplitBrainPrevention;
        Assert.All(split.Timing.Inequalities(), static law => Assert.True(law.Holds, law.ToString()));
        var (thresholds, regional) = (options.Failover.Thresholds, options.HealthChecks.Regional);
        Assert.True(thresholds.Immediate < thresholds.Graceful && thresholds.Graceful <= thresholds.Target);
        Assert.True(regional.Timeout < regional.Interval);
        Assert.True(split.Quorum.Size is null || split.Quorum.Size == split.Quorum.Regions.Count);
        Assert.Equal(split.Quorum.Regions.Count, split.Quorum.Regions.Distinct().Count());
        Assert.Equal(split.Quorum.Regions.Count, options.Stores().Count);
        Assert.All(split.Quorum.Regions, r => Assert.True(options.Regions.ContainsKey(r)));
        Assert.True(options.Regions.ContainsKey(options.Region));
        Assert.All(options.Regions.Values.SelectMany(static r => r.DataClasses ?? []), c => Assert.True(options.DataClasses.ContainsKey(c)));
        Assert.NotEmpty(options.Agent.Modules);
    }

    /// <summary>Every number and duration at any depth is within the limits that its property states.</summary>
    private static void AssertLimits(object section)
    {
        foreach (var property in section.GetType().GetProperties().Where(static p => p.CanWrite))
        {
            var value = property.GetValue(section);
            if (value is TimeSpan or double or int && property.GetCustomAttribute<LimitsAttribute>() is { } limits)
            {
                Assert.True(Number(limits.Least) <= Number(value) && Number(value) <= Number(limits.Greatest), $"{property.Name} is {value}");
            }

            Assert.True(value is not double number || double.IsFinite(number), $"{property.Name} is {value}");
            var items = value is IDictionary map ? map.Values : value is IEnumerable list and not string ? list : new[] { value };
            foreach (var inner in items.OfType<object>().Where(static v => v.GetType().Namespace == typeof(AgentOptions).Namespace && v.GetType().IsClass && v is not Secret))
            {
                AssertLimits(inner);
            }
        }
    }

    private static double Number(object value) => value switch
    {
        string text when DurationText.TryParse(text, out var duration) => duration.TotalMilliseconds,
        TimeSpan duration => duration.TotalMilliseconds,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    /// <summary>What the daemon makes of options before it starts, without opening anything.</summary>
    private static void AssertCanBeMade(AgentOptions options)
    {
        var (timing, time) = (options.SplitBrainPrevention.Timing, TimeProvider.System);
        _ = new HealthMonitor(options.ToChecks(time), new ObserverLimits(timing.Validity, timing.Validity), time, new Random(1));
        options.ToFailoverSettings(timing);
        _ = options.ToRegistrationSettings().Service;
        var votes = options.ToVoteSettings(timing);
        IfSecretsCanBeRead(() => options.ToTrafficTargets(timing, time));
        foreach (var store in options.Stores())
        {
            IfSecretsCanBeRead(() =>
            {
                using var client = store.ToClient(timing, time);
                using var cancelled = new CancellationTokenSource();
                cancelled.Cancel();
                foreach (var key in new[] { votes.OwnKey, options.SplitBrainPrevention.Consul.ControlPrefix + "journal/current" })
                {
                    Assert.True(client.Keys.GetAsync(key, true, timing.RequestTimeout, cancelled.Token).IsCanceled);
                }

                var service = options.ToRegistrationSettings().Service;
                Assert.True(client.Agent.RegisterAsync(service, timing.RequestTimeout, cancelled.Token).IsCanceled);
                Assert.True(client.Agent.ReportAsync(service.CheckId, CheckStatus.Pass, "", timing.RequestTimeout, cancelled.Token).IsCanceled);
            });
        }

        if (options.Stores().Count > 0)
        {
            _ = new LeadershipMachine(new AgentIdentity(options.AgentName, options.Region, "0123456789abcdef"), [.. options.Stores().Select(static s => s.Region)], options.SplitBrainPrevention.Quorum.Version, timing, new Random(1));
        }

        Assert.False(options.AgentName.Contains('/', StringComparison.Ordinal) || options.AgentName is "." or "..", $"'{options.AgentName}' is no name of a directory");
    }

    /// <summary>What a secret holds, and whether a file of certificates is there, is not known before the start.</summary>
    private static void IfSecretsCanBeRead(Action make)
    {
        try
        {
            make();
        }
        catch (InvalidOperationException unreadable) when (!unreadable.Message.Contains("none is configured", StringComparison.Ordinal))
        {
            // The message names the secret.
        }
        catch (ArgumentException unreadable) when (unreadable.Message.StartsWith("CaFile ", StringComparison.Ordinal) || unreadable.Message.Contains("the credential is empty or holds", StringComparison.Ordinal))
        {
            // The same for a file of certificates, and for what a secret turns out to be.
        }
    }
}
