using CsCheck;
using Mahavishnu.Agents.Cli;
using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Whatever stands in the files and the variables, loading ends with a result and prints it.</summary>
public sealed class ConfigPropertyTests
{
    private const int Rounds = 400;

    /// <summary>Pieces that YAML and the schema look at, so that random text gets past the first character.</summary>
    private static readonly string[] Pieces =
    [
        "\n", "\n  ", "\n    ", "\n- ", " ", ": ", "- ", "[", "]", "{", "}", ",", "#", "&a ", "*a", "!x ", "|", ">", "'", "\"", "\\", "\t", "%", "@", "`",
        "---\n", "...\n", "? ", "<<", "~", "null", "true", "0", "-1", "1e309", "30s", "500ms", "\0", "\u0085", "\uFEFF", "\u2028", "é", "😀",
        "us-east-1", "regions", "agent", "tokens", "token", "health_checks", "regional", "endpoints", "path", "/health", "interval_seconds", "quorum",
        "split_brain_prevention", "leadership", "validity", "dns", "cloudflare", "records", "pools", "failover", "failback", "steps", "data_classes",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]);

    private static readonly Gen<string> Texts = Piece.Array[0, 60].Select(string.Concat);

    [Fact]
    public void Load_RandomBytes_EndsWithAResult()
    {
        using var folder = new ConfigFolder();
        Gen.Byte.Array[0, 200].Sample(bytes => Loads(folder, bytes, ""), iter: Rounds, threads: 1);
    }

    [Fact]
    public void Load_RandomYamlAndVariables_EndsWithAResult()
    {
        using var folder = new ConfigFolder();
        Gen.Select(Texts, Texts).Sample((text, value) => Loads(folder, System.Text.Encoding.UTF8.GetBytes(text), value), iter: Rounds, threads: 1);
    }

    [Fact]
    public void Load_SoundTextWithOneChange_EndsWithAResult()
    {
        using var folder = new ConfigFolder();
        var sound = ConfigFolder.Sound;
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Int[0, 5], Piece).Sample(
            (at, length, piece) => Loads(
                folder, System.Text.Encoding.UTF8.GetBytes(sound.Remove(at, Math.Min(length, sound.Length - at)).Insert(at, piece)), "x"),
            iter: Rounds, threads: 1);
    }

    private static bool Loads(ConfigFolder folder, byte[] bytes, string variable)
    {
        folder.Write("us-east-1.yaml", bytes);
        folder.Variables["MAHAVISHNU_US_EAST_1__AGENT__NAME"] = variable;
        var result = folder.Load();
        var request = new ConfigRequest(folder.Root, "us-east-1", "production", Json: false, folder.Variables);
        ConfigCommand.Show(request with { Json = true }, TextWriter.Null, TextWriter.Null);
        ConfigCommand.Show(request, TextWriter.Null, TextWriter.Null);
        return ConfigCommand.Check(request, TextWriter.Null) == (result.Options is null ? 2 : 0)
            && result.Errors.All(static error => error.Message.Length > 0 && !error.ToString().Contains('\n', StringComparison.Ordinal));
    }
}
