using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Reads, merges, binds and checks the whole configuration of one region.</summary>
internal static class ConfigLoader
{
    /// <summary>What is said of a directory that does not exist.</summary>
    public const string MissingDirectory =
        "the configuration directory does not exist; expected a directory with global.yaml and a file per region; name it with --config";

    /// <summary>
    /// Loads <c>global.yaml</c> (may be missing), <c>{region}.yaml</c>, <c>{region}/{environment}.yaml</c> (may be missing) and
    /// the region's environment variables; later ones win. Never throws for what it finds: everything wrong is in the result.
    /// </summary>
    /// <param name="directory">The directory of the configuration.</param>
    /// <param name="region">The region whose agent is meant.</param>
    /// <param name="environment">The environment, such as <c>production</c>.</param>
    /// <param name="environmentVariables">All environment variables.</param>
    public static ConfigResult Load(
        string directory, string region, string environment, IReadOnlyDictionary<string, string> environmentVariables)
    {
        var problems = new ConfigProblems();
        var layers = Layers(directory, region, environment, problems);
        var empty = new ConfigMap(new ConfigOrigin(ConfigLayer.CommandLine, directory), []);
        if (layers is null)
        {
            return new ConfigResult(null, problems.Of(ConfigSeverity.Error), problems.Of(ConfigSeverity.Warning), [], new ConfigTree(empty, []), null);
        }

        var merged = layers.Select(static layer => layer.Content).Aggregate(empty, static (below, above) => below.With(above));
        var (map, used) = VariableOverrides.Apply(merged, region, environmentVariables, problems);
        var tree = new ConfigTree(map, [.. layers.Skip(1).Select(static layer => layer.Source), .. used]);
        return Bound(tree, new RegionId(region), problems);
    }

    /// <summary>The regions that have a file in the directory, in order; empty when there is no directory.</summary>
    public static IReadOnlyList<string> Regions(string directory) =>
        Directory.Exists(directory)
            ? [.. Names(directory).Where(static name => name != "global" && RegionId.IsValid(name)).Order(StringComparer.Ordinal)]
            : [];

    private static ConfigResult Bound(ConfigTree tree, RegionId region, ConfigProblems problems)
    {
        var options = new OptionBinder(problems, TimingProfile.Of(tree)).Bind<AgentOptions>(tree.Root);
        ConfigRules.Check(options, tree, region, problems);
        return new ConfigResult(
            problems.HasErrors ? null : options,
            problems.Of(ConfigSeverity.Error),
            problems.Of(ConfigSeverity.Warning),
            problems.Of(ConfigSeverity.Note),
            tree,
            options.SplitBrainPrevention.Timing);
    }

    /// <summary>The layers of files, the region named on the command line below them; null when any cannot be used.</summary>
    private static List<(string Source, ConfigMap Content)>? Layers(string directory, string region, string environment, ConfigProblems problems)
    {
        var commandLine = new ConfigOrigin(ConfigLayer.CommandLine, "--region");
        if (!IsUsable(directory, region, environment, problems))
        {
            return null;
        }

        var named = new ConfigMap(commandLine, [new ConfigEntry("region", commandLine, new ConfigScalar(commandLine, region, isPlain: true))]);
        var layers = new List<(string, ConfigMap)> { (commandLine.Source, named) };
        var unreadable = false;
        foreach (var file in ConfigFile.For(directory, region, environment))
        {
            if (file.Read(problems) is { } content)
            {
                layers.Add((file.Path, content));
            }
            else
            {
                unreadable |= File.Exists(file.Path) || !MayBeMissing(file, directory, problems);
            }
        }

        return unreadable ? null : layers;
    }

    private static bool IsUsable(string directory, string region, string environment, ConfigProblems problems)
    {
        var origin = new ConfigOrigin(ConfigLayer.CommandLine, directory);
        if (!Directory.Exists(directory))
        {
            problems.Error(origin, MissingDirectory);
        }
        else if (!RegionId.IsValid(region) || region == "global")
        {
            problems.Error(new ConfigOrigin(ConfigLayer.CommandLine, "--region"), $"{Shown.Quoted(region)} is not a region id; expected {ScalarBinding.RegionIdExpected}");
        }
        else if (!RegionId.IsValid(environment))
        {
            problems.Error(new ConfigOrigin(ConfigLayer.CommandLine, "--environment"),
                $"{Shown.Quoted(environment)} is not the name of an environment; expected lower-case letters, digits and hyphens");
        }

        return !problems.HasErrors;
    }

    /// <summary>Whether the agent may do without a file that is not there; says what is likely to be wrong.</summary>
    private static bool MayBeMissing(ConfigFile file, string directory, ConfigProblems problems)
    {
        var misnamed = Path.ChangeExtension(file.Path, ".yml");
        if (File.Exists(misnamed))
        {
            problems.Error(new ConfigOrigin(file.Layer, misnamed), $"is not read because of its name; expected {file.Path}");
            return false;
        }

        if (file.Layer == ConfigLayer.Region)
        {
            var known = Regions(directory);
            problems.Error(file.Origin,
                $"the file of the region does not exist; expected one beside global.yaml; there is {(known.Count == 0 ? "none for any region" : $"one for {string.Join(", ", known)}")}"
                + Shown.DidYouMean(file.OwnKeys[0], known));
            return false;
        }

        var others = Names(Path.GetDirectoryName(file.Path)!).Order(StringComparer.Ordinal).ToList();
        if (file.Layer == ConfigLayer.Environment && others.Count > 0)
        {
            problems.Add(ConfigSeverity.Warning, file.Origin, ConfigPath.Root,
                $"there is no such environment here, so only global and regional values apply; there is {string.Join(", ", others)}" + Shown.DidYouMean(file.OwnKeys[0], others));
        }

        return true;
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.yaml").Select(static file => Path.GetFileNameWithoutExtension(file)) : [];
}
