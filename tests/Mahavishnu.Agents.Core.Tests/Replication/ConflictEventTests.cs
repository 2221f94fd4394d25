using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class ConflictEventTests
{
    private const string Sound = """
        {"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","table":"orders","key":{"b": 2, "a": "x"},"versions":[
            {"region":"us-east-1","hlc":131073,"deleted":false,"content":{"b":2,"a":"x","é":1.50}},
            {"region":"eu-west-1","hlc":"9007199254740993","deleted":true}]}
        """;

    [Fact]
    public void Read_Sound_IsCanonical()
    {
        var (read, id, problem) = ConflictEvent.Read(Sound);

        Assert.Equal(("", "public.orders", """{"a":"x","b":2}"""), (problem, read!.Table, read.Key));
        Assert.Equal(read.Id, id);
        Assert.Equal(new ConflictVersion(new RegionId("us-east-1"), new HybridTime(2, 1), """{"a":"x","b":2,"é":1.50}"""), read.Versions[0]);
        Assert.Equal((9007199254740993, true), (read.Versions[1].Written.Packed, read.Versions[1].Deleted));
        Assert.Equal(9007199254740993, read.Latest.Packed);
        Assert.All(read.Versions, static v => Assert.Equal(v, ConflictEvent.ReadVersion(v.ToJson()).Version));
    }

    [Theory]
    [InlineData("", "it is no conflict event")]
    [InlineData("[]", "it is no conflict event")]
    [InlineData("""{"id":"x"}""", "it is no conflict event")]
    [InlineData("""{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","table":"t","key":[],"versions":[]}""", "expected a table, a key that is an object, and at least one version")]
    [InlineData("""{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","table":"t","key":{},"key":{},"versions":[]}""", "it is no conflict event")]
    public void Read_Unsound_SaysWhy(string text, string expected)
    {
        var (read, _, problem) = ConflictEvent.Read(text);

        Assert.Null(read);
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"region":"US","hlc":1,"deleted":true}""", "'US' is not the name of a region")]
    [InlineData("""{"region":"us-east-1","hlc":-1,"deleted":true}""", "'-1' is no packed hybrid time; expected a whole number that is not negative")]
    [InlineData("""{"region":"us-east-1","hlc":1.5,"deleted":true}""", "'1.5' is no packed hybrid time; expected a whole number that is not negative")]
    [InlineData("""{"region":"us-east-1","hlc":"-1","deleted":true}""", "'-1' is no packed hybrid time; expected a whole number that is not negative")]
    [InlineData("""{"region":"us-east-1","hlc":1,"deleted":true,"content":{}}""", "the version of us-east-1 has content though it is a deletion")]
    [InlineData("""{"region":"us-east-1","hlc":1,"content":[1]}""", "the version of us-east-1 has no content that is an object")]
    [InlineData("""{"region":"us-east-1","hlc":1}""", "the version of us-east-1 has no content that is an object")]
    public void Read_UnsoundVersion_SaysWhyAndWhichEvent(string version, string expected)
    {
        var (read, id, problem) = ConflictEvent.Read($$"""{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","table":"t","key":{"id":1},"versions":[{{version}}]}""");

        Assert.Null(read);
        Assert.NotNull(id);
        Assert.Equal(expected, problem);
    }
}
