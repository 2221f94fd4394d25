using System.Text.Json.Nodes;
using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verbs <c>config check</c> and <c>config show</c>.</summary>
internal static class ConfigCommand
{
    private const int Done = 0;
    private const int ConfigurationError = 2;

    /// <summary>Checks the configuration of a region, or of every region that has a file, and prints all that is to be said.</summary>
    /// <returns>0; or 2 when there is any error.</returns>
    public static int Check(ConfigRequest request, TextWriter output)
    {
        var regions = request.ResolvedRegion is { } one ? [one] : ConfigLoader.Regions(request.Directory);
        var results = regions
            .DefaultIfEmpty("")
            .Select(region => (Region: region, Result: region.Length > 0 ? request.Load(region) : NoRegion(request)))
            .ToList();
        if (request.Json)
        {
            ConfigJson.Write(new JsonObject
            {
                ["valid"] = results.TrueForAll(static checkedRegion => checkedRegion.Result.Options is not null),
                ["directory"] = request.Directory,
                ["environment"] = request.Environment,
                ["regions"] = new JsonArray([.. results.Select(static checkedRegion => ConfigJson.Checked(checkedRegion.Region, checkedRegion.Result))]),
            }, output);
        }
        else
        {
            results.ForEach(checkedRegion => Print(checkedRegion.Region, request.Environment, checkedRegion.Result, output));
        }

        return results.TrueForAll(static checkedRegion => checkedRegion.Result.Options is not null) ? Done : ConfigurationError;
    }

    /// <summary>Prints the merged configuration of one region, every value with its origin, secrets as <c>***</c>.</summary>
    /// <returns>0; or 2 when the region is not clear, or when there is any error, which then stands in <paramref name="error"/>.</returns>
    public static int Show(ConfigRequest request, TextWriter output, TextWriter error)
    {
        if (request.ResolvedRegion is not { } region)
        {
            var known = ConfigLoader.Regions(request.Directory);
            error.WriteLine(known.Count > 1
                ? $"--region: is missing; expected one of {string.Join(", ", known)}, here or in {ConfigRequest.RegionVariable}"
                : NoRegion(request).Errors[0]);
            return ConfigurationError;
        }

        var result = request.Load(region);
        if (request.Json)
        {
            var origins = ConfigJson.Origins(result.Tree.Root, ConfigPath.Root)
                .Select(static found => KeyValuePair.Create(found.Path.ToString(), (JsonNode?)found.Origin.ToString()));
            ConfigJson.Write(new JsonObject
            {
                ["region"] = region,
                ["environment"] = request.Environment,
                ["config"] = ConfigJson.Value(result.Tree.Root, ConfigPath.Root),
                ["origins"] = new JsonObject(origins.DistinctBy(static origin => origin.Key)),
                ["errors"] = ConfigJson.Problems(result.Errors),
            }, output);
        }
        else
        {
            ConfigYaml.Write(result.Tree, output);
        }

        foreach (var problem in result.Errors)
        {
            error.WriteLine($"error {problem}");
        }

        return result.Errors.Count == 0 ? Done : ConfigurationError;
    }

    /// <summary>The result for a directory that has no file of any region, or does not exist.</summary>
    private static ConfigResult NoRegion(ConfigRequest request)
    {
        var origin = new ConfigOrigin(ConfigLayer.CommandLine, request.Directory);
        var problem = Directory.Exists(request.Directory)
            ? "the configuration directory has no file of any region; expected one per region, such as us-east-1.yaml, beside global.yaml"
            : ConfigLoader.MissingDirectory;
        return new ConfigResult(
            null, [new ConfigProblem(ConfigSeverity.Error, origin, "", problem)], [], [], new ConfigTree(new ConfigMap(origin, []), []), null);
    }

    private static void Print(string region, string environment, ConfigResult result, TextWriter output)
    {
        output.WriteLine(region.Length == 0 ? "no region" : $"{region} ({environment})");
        if (result.Tree.Sources.Count > 0)
        {
            output.WriteLine($"  read {string.Join(", ", result.Tree.Sources)}");
        }

        foreach (var law in result.Timing?.Inequalities() ?? [])
        {
            output.WriteLine($"  timing {(law.Holds ? "kept" : "BROKEN")}: {law.Statement}: {law.Figures}");
        }

        foreach (var problem in result.Errors.Concat(result.Warnings).Concat(result.Notes))
        {
            output.WriteLine($"  {OptionSchema.SnakeCase(problem.Severity.ToString())} {problem}");
        }

        output.WriteLine($"  {Count(result.Errors, "error")}, {Count(result.Warnings, "warning")}, {Count(result.Notes, "note")}");
    }

    private static string Count(IReadOnlyList<ConfigProblem> problems, string word) => problems.Count == 1 ? $"1 {word}" : $"{problems.Count} {word}s";
}
