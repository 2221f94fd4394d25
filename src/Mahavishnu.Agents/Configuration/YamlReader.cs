using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Reads YAML into <see cref="ConfigNode"/>s, within limits that no honest configuration reaches.</summary>
/// <remarks>
/// One document, no tags, no merge keys, keys that are single values. Anchors and aliases are allowed; what they repeat
/// counts as if it were written out, so that a short text cannot unfold into a huge one.
/// </remarks>
internal sealed class YamlReader
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 20_000;

    private readonly FaultingParser _parser;
    private readonly Func<Mark, ConfigOrigin> _origin;
    private readonly ConfigProblems _problems;
    private readonly Dictionary<string, (ConfigNode Node, int Count, int Depth)> _anchors = [];
    private int _count;

    private YamlReader(TextReader text, Func<Mark, ConfigOrigin> origin, ConfigProblems problems) =>
        (_parser, _origin, _problems) = (new FaultingParser(text), origin, problems);

    /// <summary>Reads a file's text. Everything wrong is added to <paramref name="problems"/>, without repeating values.</summary>
    /// <returns>The value of the document; null when it could not be read.</returns>
    public static ConfigNode? ReadFile(string text, ConfigLayer layer, string file, ConfigProblems problems)
    {
        var reader = new YamlReader(new StringReader(text), mark => At(layer, file, mark), problems);
        try
        {
            var node = reader.Document();
            if (node is null or ConfigScalar { IsNull: true })
            {
                problems.Error(new ConfigOrigin(layer, file), "is empty; expected sections of the configuration, or `{}` for none");
                return null;
            }

            return node;
        }
        catch (YamlException wrong)
        {
            var origin = At(layer, file, wrong.Start);
            var (line, reason) = TabIndentedLine(text, origin.Line) is { } tab ? (tab, "a tab is used for indentation; expected spaces") : (origin.Line, Reason(wrong));
            problems.Error(origin with { Line = line }, $"is not valid YAML: {reason}");
            return null;
        }
    }

    /// <summary>Reads text that stands in no file, such as an environment variable that is quoted or begins a list or a map.</summary>
    public static ConfigNode? ReadText(string text, ConfigOrigin origin, ConfigPath path, ConfigProblems problems)
    {
        try
        {
            return new YamlReader(new StringReader(text), _ => origin, problems).Document();
        }
        catch (YamlException wrong)
        {
            problems.Error(origin, path, $"is not valid YAML: {Reason(wrong)}; a value that begins with a bracket, a brace or a quote is read as YAML");
            return null;
        }
    }

    private static ConfigOrigin At(ConfigLayer layer, string file, Mark mark) =>
        new(layer, file, (int)Math.Clamp(mark.Line, 1, int.MaxValue), (int)Math.Clamp(mark.Column, 1, int.MaxValue));

    /// <summary>The parser's words up to its first stop, in lower case; it names characters and structure, never values.</summary>
    private static string Reason(YamlException wrong)
    {
        var text = wrong.Message[(wrong.Message.LastIndexOf("): ", StringComparison.Ordinal) is var end and >= 0 ? end + 3 : 0)..].TrimEnd('.');
        return text.Length == 0 ? "it cannot be read" : char.ToLower(text[0], CultureInfo.InvariantCulture) + text[1..];
    }

    /// <summary>The line, at the parser's stop or right beside it, that is indented by a tab, which the parser's own words do not say.</summary>
    private static int? TabIndentedLine(string text, int stop) =>
        text.Split('\n').Index()
            .Where(line => Math.Abs(line.Index + 1 - stop) <= 1 && line.Item.TakeWhile(char.IsWhiteSpace).Contains('\t') && line.Item.Trim().Length > 0)
            .Select(static line => (int?)(line.Index + 1))
            .FirstOrDefault();

    private ConfigNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var node = Node(1).Node;
        _parser.Consume<DocumentEnd>();
        return _parser.Accept<DocumentStart>(out var second)
            ? throw new YamlException(second.Start, second.End, "A second document begins here; expected one")
            : node;
    }

    /// <summary>The next node, and how many levels it has.</summary>
    private (ConfigNode Node, int Depth) Node(int level)
    {
        var before = _count;
        var current = _parser.Consume<ParsingEvent>();
        Limit(current, level, 1);
        if (current is AnchorAlias alias)
        {
            return Repeated(alias, level);
        }

        if (current is not NodeEvent start)
        {
            throw new YamlException(current.Start, current.End, "A value is missing before this place");
        }

        if (!start.Tag.IsEmpty)
        {
            throw new YamlException(start.Start, start.End, "A tag stands before this value; expected none");
        }

        var (node, depth) = start switch
        {
            SequenceStart => List(start, level),
            MappingStart => Map(start, level),
            _ => (Scalar((Scalar)start), 1),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = (node, _count - before, depth);
        }

        return (node, depth);
    }

    private (ConfigNode, int) Repeated(AnchorAlias alias, int level)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw new YamlException(alias.Start, alias.End, "The alias repeats an anchor that does not stand complete before it");
        }

        Limit(alias, level + anchored.Depth - 1, anchored.Count);
        return (anchored.Node, anchored.Depth);
    }

    private void Limit(ParsingEvent at, int level, int more)
    {
        _count += more;
        if (level > MaxDepth)
        {
            throw new YamlException(at.Start, at.End, $"It is nested deeper than {MaxDepth} levels");
        }

        if (_count > MaxNodes)
        {
            throw new YamlException(at.Start, at.End, $"It holds more than {MaxNodes} values, counting what aliases repeat");
        }
    }

    private ConfigScalar Scalar(Scalar scalar) => new(_origin(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain);

    private (ConfigNode, int) List(NodeEvent start, int level)
    {
        var items = new List<ConfigNode>();
        var depth = 0;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            var (item, below) = Node(level + 1);
            items.Add(item);
            depth = Math.Max(depth, below);
        }

        return (new ConfigList(_origin(start.Start), items), depth + 1);
    }

    private (ConfigNode, int) Map(NodeEvent start, int level)
    {
        var entries = new Dictionary<string, ConfigEntry>();
        var order = new List<ConfigEntry>();
        var depth = 0;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Key();
            var (value, below) = Node(level + 1);
            depth = Math.Max(depth, below);
            var entry = new ConfigEntry(key.Text, key.Origin, value);
            if (entries.TryAdd(key.Text, entry))
            {
                order.Add(entry);
            }
            else
            {
                _problems.Error(key.Origin, $"the key {Shown.Quoted(key.Text)} stands twice in one map; expected once; the first is at {entries[key.Text].KeyOrigin}");
            }
        }

        return (new ConfigMap(_origin(start.Start), order), depth + 1);
    }

    private ConfigScalar Key()
    {
        if (_parser.Current is not Scalar { Tag.IsEmpty: true } key)
        {
            var at = _parser.Current!;
            throw new YamlException(at.Start, at.End, "A key is not a single value");
        }

        _parser.MoveNext();
        Limit(key, 1, 1);
        return key.Value == "<<" && key.Style == ScalarStyle.Plain
            ? throw new YamlException(key.Start, key.End, "Merge keys are not supported; write the values out, or put them into a lower layer")
            : Scalar(key);
    }
}
