namespace Mahavishnu.Agents.TestKit.Fuzzing;

/// <summary>One change to a JSON text. The numbers choose among what the text has, so that any of them fit any text.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="At">To which of its values or characters.</param>
/// <param name="Other">With which other value, word or depth.</param>
internal readonly record struct JsonEdit(JsonEditKind Kind, int At, int Other);

/// <summary>The kinds of <see cref="JsonEdit"/>.</summary>
internal enum JsonEditKind
{
    /// <summary>Another value takes its place: of another type, out of range, or nonsense.</summary>
    Replace = 0,

    /// <summary>The value of another place takes its place.</summary>
    Transplant,

    /// <summary>It is left out.</summary>
    Drop,

    /// <summary>It stands twice.</summary>
    Double,

    /// <summary>The member's name becomes another.</summary>
    Rename,

    /// <summary>It is wrapped in arrays.</summary>
    Wrap,

    /// <summary>The text ends early.</summary>
    Cut,

    /// <summary>Something stands in between that does not belong there.</summary>
    Litter,
}
