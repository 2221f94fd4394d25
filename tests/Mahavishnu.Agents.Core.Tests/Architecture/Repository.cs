using System.Xml.Linq;

namespace Mahavishnu.Agents.Core.Tests.Architecture;

/// <summary>The files of this repository, found from where the tests were built.</summary>
internal static class Repository
{
    public static DirectoryInfo Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Every project file, as a path from the root.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. Under("src", "*.csproj").Concat(Under("tests", "*.csproj"))];

    /// <summary>Every source file of the product, as a path from the root.</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. Under("src", "*.cs")];

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root.FullName, path));

    public static XDocument Xml(string path) => XDocument.Load(Path.Combine(Root.FullName, path));

    public static bool Exists(string path) => File.Exists(Path.Combine(Root.FullName, path));

    private static IEnumerable<string> Under(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root.FullName, folder), pattern, SearchOption.AllDirectories)
            .Select(static f => Path.GetRelativePath(Root.FullName, f).Replace('\\', '/'))
            .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static DirectoryInfo Find(DirectoryInfo? directory)
    {
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Mahavishnu.Agents.sln")))
        {
            directory = directory.Parent;
        }

        return directory ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Mahavishnu.Agents.sln; run the tests from a checkout.");
    }
}
