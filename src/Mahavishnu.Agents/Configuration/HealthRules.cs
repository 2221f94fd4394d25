using System.Text.Json;
using Mahavishnu.Agents.Core.Configuration;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of health checks.</summary>
internal static class HealthRules
{
    private static readonly ConfigPath Regional = ConfigPath.Of("health_checks.regional");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        var regional = context.Options.HealthChecks.Regional;
        if (regional.Timeout >= regional.Interval)
        {
            context.Error(Regional.Key("timeout"),
                $"is {DurationText.Format(regional.Timeout)}, and the interval is {DurationText.Format(regional.Interval)}; expected timeout < interval");
        }

        if (regional.Enabled && regional.Endpoints.Count == 0 && context.Runs(AgentModule.Health))
        {
            context.Warning(Regional.Key("endpoints"), "lists no check, so every region stays unknown and none is ever failed over; expected at least one");
        }

        var endpoints = Regional.Key("endpoints");
        foreach (var (index, check) in regional.Endpoints.Index())
        {
            CheckEndpoint(context, check, endpoints.Item(index));
        }

        // The agent's own region has both: its checks and its dependencies.
        var dependencies = ConfigPath.Of("health_checks.dependencies");
        context.RequireDistinct(
            regional.Endpoints.Select((check, i) => ((string?)check.CheckName, endpoints.Item(i)))
                .Concat(context.Options.HealthChecks.Dependencies.Select((dependency, i) => ((string?)dependency.Service, dependencies.Item(i).Key("service")))),
            "a name or a path that no other check has");
        foreach (var (index, dependency) in context.Options.HealthChecks.Dependencies.Index().Where(static dependency => !dependency.Item.CanBeChecked))
        {
            context.Note(dependencies.Item(index),
                $"is accepted, but this build does not check {dependency.Endpoint.Scheme}:// endpoints yet");
        }

        if (context.Options.HealthChecks.Database is not null)
        {
            context.Note(ConfigPath.Of("health_checks.database"), "is accepted, but this build does not use it yet");
        }
    }

    private static void CheckEndpoint(RuleContext context, EndpointCheckOptions check, ConfigPath path)
    {
        if (check is { Type: CheckType.Http, Path: null })
        {
            context.Error(path, "is an HTTP check without a path; expected path, such as /health, or type: tcp");
        }
        else if (check.Path is { } written && !written.StartsWith('/'))
        {
            context.Error(path.Key("path"), $"is {Shown.Quoted(written)}; expected a path that begins with /");
        }
        else if (check is { Type: CheckType.Tcp, Path: not null })
        {
            context.Error(path.Key("path"), "is given for a TCP check, which only opens a connection; expected no path, or type: http");
        }

        if (check.FollowRedirects)
        {
            context.Error(path.Key("follow_redirects"), "is true, but a probe never follows a redirect, which could lead out of the region; expected false, with the redirect's own status as expected_status if one is expected");
        }

        if (check.ExpectedBody is { } body && !IsJson(body))
        {
            context.Error(path.Key("expected_body"), $"is {Shown.Quoted(body)}; expected JSON, which is compared by structure");
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
