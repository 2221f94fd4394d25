using System.Collections;
using System.CommandLine;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Cli;

/// <summary>The options that every verb has.</summary>
internal sealed class CommonOptions
{
    /// <summary>The directory of the configuration.</summary>
    public Option<string> Config { get; } = new("--config") { Description = "Directory of the configuration", DefaultValueFactory = static _ => "./config", Recursive = true };

    /// <summary>The region.</summary>
    public Option<string?> Region { get; } = new("--region") { Description = "Region of the agent; default: MAHAVISHNU_REGION, or the only region that has a file", Recursive = true };

    /// <summary>The environment.</summary>
    public Option<string> Environment { get; } = new("--environment") { Description = "Environment, for {region}/{environment}.yaml", DefaultValueFactory = static _ => "production", Recursive = true };

    /// <summary>Whether one JSON document is wanted.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "One JSON document on standard output; logs go to standard error", Recursive = true };

    /// <summary>The address of the agent, for verbs that ask one.</summary>
    public Option<Uri?> Address { get; } = AgentAddress();

    /// <summary>A file with the bearer token, for verbs that ask an agent.</summary>
    public Option<string?> TokenFile { get; } = new("--token-file") { Description = "File with the bearer token; default: MAHAVISHNU_TOKEN, or a fitting token of the configuration" };

    /// <summary>Which configuration a command line is about.</summary>
    public ConfigRequest Request(ParseResult parsed, bool? json = null) => new(
        parsed.GetValue(Config)!,
        parsed.GetValue(Region),
        parsed.GetValue(Environment)!,
        json ?? parsed.GetValue(Json),
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static e => (string)e.Key, static e => (string?)e.Value ?? "", StringComparer.Ordinal));

    /// <summary>The whole, error-free configuration; null after its problems were written.</summary>
    public AgentOptions? Load(ParseResult parsed, TextWriter error)
    {
        var request = Request(parsed);
        if (request.ResolvedRegion is not { } region)
        {
            error.WriteLine($"--region is needed: {(Directory.Exists(request.Directory) ? $"{request.Directory} has files for {string.Join(", ", ConfigLoader.Regions(request.Directory))}" : $"{request.Directory} does not exist; name the directory with --config")}.");
            return null;
        }

        var result = request.Load(region);
        foreach (var problem in result.Errors.Concat(result.Warnings))
        {
            error.WriteLine($"{problem.Severity.ToString().ToLowerInvariant()}: {problem}");
        }

        return result.Options;
    }

    /// <summary>A client for the agent that the command line is about; null after the problem was written.</summary>
    public AgentClient? Client(ParseResult parsed, AccessScope scope, TextWriter error)
    {
        var address = parsed.GetValue(Address);
        var token = System.Environment.GetEnvironmentVariable("MAHAVISHNU_TOKEN");
        if (parsed.GetValue(TokenFile) is { } file)
        {
            if (ReadToken(file, error) is not { } read)
            {
                return null;
            }

            token = read;
        }

        if (address is null || token is null)
        {
            if (Load(parsed, error) is not { } options)
            {
                return null;
            }

            address ??= options.Agent.AdvertisedUrl;
            token ??= options.Agent.Tokens.FirstOrDefault(t => t.Scopes.Contains(scope)) is { } fitting ? Reveal.Required(fitting.Token, $"agent.tokens: {fitting.Name}") : null;
        }

        return new AgentClient(address, token, TimeProvider.System);
    }

    private static Option<Uri?> AgentAddress() => new("--address")
    {
        Description = "URL of the agent; default: the one that the configuration advertises",
        CustomParser = static given =>
        {
            var text = given.Tokens is [{ Value: var one }] ? one : "";
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && AgentClient.IsHttp(url))
            {
                return url;
            }

            given.AddError($"--address: '{text}' is not the URL of an agent, such as http://127.0.0.1:8610.");
            return null;
        },
    };

    private static string? ReadToken(string file, TextWriter error)
    {
        try
        {
            if (File.ReadAllText(file).Trim() is var token && token.Length > 0 && token.All(static c => c is > ' ' and <= '~'))
            {
                return token;
            }

            error.WriteLine($"--token-file {file} must hold one token, of printable ASCII without spaces.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"--token-file {file} cannot be read: {unreadable.Message}");
        }

        return null;
    }
}
