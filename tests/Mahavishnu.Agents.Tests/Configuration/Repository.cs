namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Finds files of the checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = Find();

    public static string Of(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Mahavishnu.Agents.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException($"No Mahavishnu.Agents.sln above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }
}
