using System.Text;

namespace Mahavishnu.Agents.Configuration;

/// <summary>One file of the configuration: where it is, and how it is read.</summary>
/// <param name="Layer">The layer that it makes.</param>
/// <param name="Path">The path, as messages show it.</param>
/// <param name="OwnKeys">Top-level keys under one of which, alone, its content may stand.</param>
internal sealed record ConfigFile(ConfigLayer Layer, string Path, IReadOnlyList<string> OwnKeys)
{
    private const int MaxBytes = 1024 * 1024;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files of a region, in the order of their layers.</summary>
    public static IReadOnlyList<ConfigFile> For(string directory, string region, string environment) =>
    [
        new(ConfigLayer.Global, Join(directory, "global.yaml"), ["global"]),
        new(ConfigLayer.Region, Join(directory, $"{region}.yaml"), [region]),
        new(ConfigLayer.Environment, Join(directory, $"{region}/{environment}.yaml"), [environment, region]),
    ];

    /// <summary>The origin of something that concerns the whole file.</summary>
    public ConfigOrigin Origin => new(Layer, Path);

    /// <summary>Reads the file; its own top key is taken off.</summary>
    /// <returns>The content; null when there is no such file, or when something is wrong, which is then in <paramref name="problems"/>.</returns>
    public ConfigMap? Read(ConfigProblems problems)
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        if (Text(problems) is not { } text || YamlReader.ReadFile(text, Layer, Path, problems) is not { } node)
        {
            return null;
        }

        if (node is not ConfigMap map)
        {
            problems.Error(node.Origin, $"holds {node.Kind}; expected a map of sections");
            return null;
        }

        return map.Entries is [{ Value: ConfigMap content } own] && OwnKeys.Contains(own.Key) ? content : map;
    }

    private static string Join(string directory, string file) => directory.TrimEnd('/', '\\') is { Length: > 0 } trimmed ? $"{trimmed}/{file}" : $"/{file}";

    private string? Text(ConfigProblems problems)
    {
        try
        {
            var length = new FileInfo(Path).Length;
            if (length > MaxBytes)
            {
                problems.Error(Origin, $"has {length} bytes; expected at most {MaxBytes}");
                return null;
            }

            var bytes = File.ReadAllBytes(Path);
            return Utf8.GetString(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes);
        }
        catch (DecoderFallbackException wrong)
        {
            problems.Error(Origin, $"is not UTF-8 text: the byte at offset {wrong.Index} does not fit; expected UTF-8 without other encodings");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            problems.Error(Origin, $"cannot be read: {unreadable.Message}");
        }

        return null;
    }
}
