using System.Text.RegularExpressions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Architecture;

public sealed partial class SourceTests
{
    private const int MostLinesOfAFile = 300;
    private const int MostLinesOfAMethod = 60;

    [GeneratedRegex(@"\b(class|record|struct|interface|enum|namespace)\b")]
    private static partial Regex TypeKeyword();

    [Fact]
    public void Files_OfTheProduct_HaveAtMost300Lines() =>
        Assert.DoesNotContain(Repository.Sources, static s => Repository.Lines(s).Length > MostLinesOfAFile);

    // Formatting is enforced, so a body stands between two braces alone on lines of equal indentation. Members with an
    // expression for a body are not measured.
    [Fact]
    public void Methods_OfTheProduct_HaveAtMost60Lines() =>
        Assert.Empty(Repository.Sources.SelectMany(static s => LongBodies(Repository.Lines(s)).Select(line => $"{s}:{line}")));

    [Theory]
    [InlineData(56, 0)]
    [InlineData(57, 0)]
    [InlineData(58, 1)]
    public void LongBodies_BodyOfSomeLines_IsFoundAboveTheLimit(int statements, int found)
    {
        string[] source =
        [
            "internal sealed class Sample(",
            "    int size)",
            "{",
            "    private record Inner",
            "    {",
            .. Enumerable.Repeat("        // a long type is no long method", 99),
            "    }",
            "",
            "    public void Run()",
            "    {",
            .. Enumerable.Repeat("        Step();", statements),
            "    }",
            "}",
        ];

        Assert.Equal(found, LongBodies(source).Count());
    }

    /// <summary>The lines, counted from 1, on which a body begins that is too long with its first line and braces.</summary>
    private static IEnumerable<int> LongBodies(string[] lines)
    {
        for (var open = 1; open < lines.Length; open++)
        {
            var indent = lines[open].Length - 1;
            if (indent < 4 || lines[open].Trim() != "{" || !lines[open].EndsWith('{'))
            {
                continue;
            }

            var head = Array.FindLastIndex(lines, open - 1, l => l.Length > indent && l[indent] != ' ' && string.IsNullOrWhiteSpace(l[..indent]));
            var close = Array.FindIndex(lines, open, l => l.StartsWith(new string(' ', indent) + "}", StringComparison.Ordinal));
            if (head >= 0 && !TypeKeyword().IsMatch(lines[head]) && close - head + 1 > MostLinesOfAMethod)
            {
                yield return head + 1;
            }
        }
    }
}
