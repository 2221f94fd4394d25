using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mahavishnu.Agents.Configuration;

/// <summary>A YAML parser whose every failure is a <see cref="YamlException"/> with a place.</summary>
/// <remarks>
/// For some texts, such as a key after an unclosed brace, YamlDotNet 18.1 throws <see cref="InvalidOperationException"/>
/// instead, which says neither what is wrong nor where.
/// </remarks>
internal sealed class FaultingParser(TextReader text) : IParser
{
    private readonly Parser _parser = new(text);

    /// <inheritdoc />
    public ParsingEvent? Current => _parser.Current;

    /// <inheritdoc />
    public bool MoveNext()
    {
        var last = _parser.Current?.End ?? Mark.Empty;
        try
        {
            return _parser.MoveNext();
        }
        catch (InvalidOperationException givenUp)
        {
            throw new YamlException(last, last, "The structure is broken after this place", givenUp);
        }
    }
}
