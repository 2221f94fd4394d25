using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>A directory of configuration files in the temporary folder, gone at the end of the test.</summary>
internal sealed class ConfigFolder : IDisposable
{
    /// <summary>A configuration of three regions in which nothing is wrong. The quorum's regions begin in line 14.</summary>
    public const string Sound =
        """
        regions:
          us-east-1: {endpoint: "http://us.example", consul: "http://consul-us.example:8500", data_residency: us, data_classes: [logs]}
          eu-west-1: {endpoint: "http://eu.example", consul: "http://consul-eu.example:8500", data_residency: eu, data_classes: []}
          ap-southeast-1: {endpoint: "http://ap.example", consul: "http://consul-ap.example:8500", data_residency: apac}
        data_classes:
          logs: {anywhere: true}
        health_checks:
          regional:
            endpoints:
              - path: /health
        split_brain_prevention:
          quorum:
            size: 3
            regions: [us-east-1, eu-west-1, ap-southeast-1]
        """;

    public ConfigFolder(string? global = Sound, string? region = "log_level: INFO")
    {
        if (global is not null)
        {
            Write("global.yaml", global);
        }

        if (region is not null)
        {
            Write("us-east-1.yaml", region);
        }
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("mahavishnu-config-").FullName;

    public Dictionary<string, string> Variables { get; } = [];

    public string Write(string file, string text) => Write(file, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string file, byte[] bytes)
    {
        var path = $"{Root}/{file}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public ConfigResult Load(string region = "us-east-1", string environment = "production") =>
        ConfigLoader.Load(Root, region, environment, Variables);

    /// <summary>The errors as printed, with the folder taken off their front.</summary>
    public string[] Errors() => Printed(Load().Errors);

    public string[] Printed(IEnumerable<ConfigProblem> problems) => [.. problems.Select(problem => problem.ToString().Replace(Root + "/", "", StringComparison.Ordinal))];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
