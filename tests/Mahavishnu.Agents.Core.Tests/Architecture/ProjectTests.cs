using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Architecture;

public sealed class ProjectTests
{
    public static TheoryData<string> Projects => [.. Repository.Projects];

    private static List<string> Included(string project, string item) =>
        [.. Repository.Xml(project).Descendants(item).Select(static e => (string?)e.Attribute("Include") ?? "").Select(Path.GetFileNameWithoutExtension).Select(static n => n!)];

    [Theory]
    //          project                      may refer to
    [InlineData("Mahavishnu.Agents.Core",     "")]
    [InlineData("Mahavishnu.Agents.Adapters", "Mahavishnu.Agents.Core")]
    [InlineData("Mahavishnu.Agents.Lab",      "Mahavishnu.Agents.Core")]
    [InlineData("Mahavishnu.Agents",          "Mahavishnu.Agents.Core Mahavishnu.Agents.Adapters Mahavishnu.Agents.Lab")]
    public void ProjectReferences_OfTheProduct_RunOneWay(string project, string may) =>
        Assert.Subset(may.Split(' ').ToHashSet(), Included($"src/{project}/{project}.csproj", "ProjectReference").ToHashSet());

    [Fact]
    public void ProjectReferences_OfTheProduct_AreAllCovered() =>
        Assert.Equal(4, Repository.Projects.Count(static p => p.StartsWith("src/", StringComparison.Ordinal)));

    [Fact]
    public void PackageReferences_OfCore_AreNone()
    {
        Assert.Empty(Included("src/Mahavishnu.Agents.Core/Mahavishnu.Agents.Core.csproj", "PackageReference"));
        Assert.Empty(Included("src/Mahavishnu.Agents.Core/Mahavishnu.Agents.Core.csproj", "FrameworkReference"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_Any_HasALockFileAndStandsInTheSolution(string project)
    {
        Assert.True(Repository.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no packages.lock.json; restore it and commit the file.");
        Assert.Contains(Repository.Lines("Mahavishnu.Agents.sln"), l => l.Replace('\\', '/').Contains($"\"{project}\"", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_Any_KeepsWhatTheRootSays(string project)
    {
        var own = Repository.Xml(project).Descendants().Select(static e => e.Name.LocalName).ToList();

        Assert.DoesNotContain("TreatWarningsAsErrors", own);
        Assert.DoesNotContain("Nullable", own);
        Assert.DoesNotContain("RestorePackagesWithLockFile", own);
        Assert.All(Repository.Xml(project).Descendants("PackageReference"), static p => Assert.Null(p.Attribute("Version")));
    }

    [Theory]
    [InlineData("TreatWarningsAsErrors")]
    [InlineData("RestorePackagesWithLockFile")]
    public void Root_Property_IsOn(string property) =>
        Assert.Equal("true", Repository.Xml("Directory.Build.props").Descendants(property).Single().Value);

    [Fact]
    public void TestsRoot_ImportsTheRoot_AndTurnsNothingOff()
    {
        var props = Repository.Xml("tests/Directory.Build.props");

        Assert.Contains(props.Descendants("Import"), static i => (string?)i.Attribute("Project") == "../Directory.Build.props");
        Assert.Empty(props.Descendants("TreatWarningsAsErrors"));
    }
}
