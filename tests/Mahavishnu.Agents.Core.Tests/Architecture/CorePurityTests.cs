using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Mahavishnu.Agents.Core.Failover;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Architecture;

/// <summary>Core decides and nothing else. What its compiled code refers to is read from its metadata, so nothing escapes.</summary>
public sealed class CorePurityTests
{
    private static readonly string Path = typeof(SagaMachine).Assembly.Location;

    private static (List<string> Types, List<string> Members, List<string> Assemblies) References()
    {
        using var file = new PEReader(File.OpenRead(Path));
        var metadata = file.GetMetadataReader();
        string Name(TypeReferenceHandle handle)
        {
            var type = metadata.GetTypeReference(handle);
            var outer = type.ResolutionScope.Kind == HandleKind.TypeReference ? Name((TypeReferenceHandle)type.ResolutionScope) + "." : "";
            return outer + (type.Namespace.IsNil ? "" : metadata.GetString(type.Namespace) + ".") + metadata.GetString(type.Name);
        }

        return (
            [.. metadata.TypeReferences.Select(Name)],
            [.. metadata.MemberReferences.Select(metadata.GetMemberReference)
                .Where(static m => m.Parent.Kind == HandleKind.TypeReference)
                .Select(m => $"{Name((TypeReferenceHandle)m.Parent)}::{metadata.GetString(m.Name)}")],
            [.. metadata.AssemblyReferences.Select(a => metadata.GetString(metadata.GetAssemblyReference(a).Name))]);
    }

    [Fact]
    public void Assemblies_Referenced_AreTheRuntimesOwn() =>
        Assert.All(References().Assemblies, static a => Assert.True(a.StartsWith("System.", StringComparison.Ordinal), $"Core refers to {a}."));

    [Theory]
    [InlineData("System.Threading.Tasks.", "it is not asynchronous")]
    [InlineData("System.Threading.Thread", "it starts nothing")]
    [InlineData("System.Threading.Timer",  "it waits for nothing")]
    [InlineData("System.Net.",             "it speaks to nobody")]
    [InlineData("System.IO.File",          "it reads and writes no files")]
    [InlineData("System.IO.Directory",     "it reads and writes no files")]
    [InlineData("System.IO.Stream",        "it reads and writes no files")]
    [InlineData("System.Console",          "it prints nothing")]
    [InlineData("System.Environment",      "it knows no environment")]
    [InlineData("System.Diagnostics.Process", "it starts nothing")]
    [InlineData("System.Diagnostics.Stopwatch", "time is an argument")]
    public void Types_Referenced_DoNoInputOrOutput(string prefix, string because) =>
        Assert.All(References().Types, t => Assert.False(t.StartsWith(prefix, StringComparison.Ordinal), $"Core uses {t}: {because}."));

    [Theory]
    [InlineData("System.DateTime::get_Now")]
    [InlineData("System.DateTime::get_UtcNow")]
    [InlineData("System.DateTime::get_Today")]
    [InlineData("System.DateTimeOffset::get_Now")]
    [InlineData("System.DateTimeOffset::get_UtcNow")]
    [InlineData("System.TimeProvider::get_System")]
    [InlineData("System.Random::.ctor")]
    [InlineData("System.Random::get_Shared")]
    [InlineData("System.Guid::NewGuid")]
    [InlineData("System.Security.Cryptography.RandomNumberGenerator::")]
    public void Members_Referenced_ReadNoClockAndDrawNothing(string member) =>
        Assert.All(References().Members, m => Assert.False(m.StartsWith(member, StringComparison.Ordinal), $"Core uses {m}; pass it in."));

    [Fact]
    public void References_OfCore_AreRead() => Assert.Contains("System.TimeSpan", References().Types);
}
