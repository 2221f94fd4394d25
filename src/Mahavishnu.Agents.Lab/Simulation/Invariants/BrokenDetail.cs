using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <summary>The detail of a broken promise; put into words only when it is broken, since promises are judged at every event.</summary>
[InterpolatedStringHandler]
internal ref struct BrokenDetail
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Called by the compiler.</summary>
    public BrokenDetail(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        isWanted = !holds;
        _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value, string format) => _text.AppendFormatted(value, format);

    /// <inheritdoc />
    public override string ToString() => _text.ToString();
}
