using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Compliance;

public sealed class ResidencyCatalogueTests
{
    private static readonly ResidencyCatalogue Catalogue = new(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>
    {
        ["public"] = null,
        ["pii"] = new Dictionary<string, IReadOnlyList<string>> { ["eu"] = ["eu"], ["us"] = ["us", "eu"], ["sealed"] = [] },
    });

    [Theory]
    //          classes of the source   source    target   lawful  because
    [InlineData(null,                   "eu",     "eu",    false,  "not configured")]
    [InlineData("",                     null,     null,    true,   "holds no data class")]
    [InlineData("public",               null,     null,    true,   "every data class")]
    [InlineData("public",               "eu",     "us",    true,   "every data class")]
    [InlineData("pii",                  "eu",     "eu",    true,   "every data class")]
    [InlineData("pii",                  "eu",     "us",    false,  "data class pii from eu may not live in us")]
    [InlineData("pii",                  "us",     "eu",    true,   "every data class")]
    [InlineData("pii",                  "us",     "us",    true,   "every data class")]
    [InlineData("pii",                  "ap",     "ap",    false,  "data class pii from ap may not live in ap")]
    [InlineData("pii",                  "sealed", "sealed", false, "may not live in sealed")]
    [InlineData("pii",                  null,     "eu",    false,  "the data residency of source is not configured")]
    [InlineData("pii",                  "eu",     null,    false,  "the data residency of target is not configured")]
    [InlineData("pii",                  "EU",     "eu",    false,  "may not live")]
    [InlineData("health",               "eu",     "eu",    false,  "data class health is not in the catalogue")]
    [InlineData("public,pii",           "eu",     "us",    false,  "data class pii")]
    [InlineData("public,health",        "eu",     "eu",    false,  "data class health")]
    public void MayMove_ClassesAndJurisdictions_UnknownMeansNo(string? classes, string? from, string? to, bool lawful, string because)
    {
        var source = new RegionFacts(new RegionId("source"), from, classes?.Split(',', StringSplitOptions.RemoveEmptyEntries), 1, 0, true);
        var target = new RegionFacts(new RegionId("target"), to, null, 1, 0, true);

        var answer = Catalogue.MayMove(source, target);

        Assert.Equal(lawful, answer.Lawful);
        Assert.Contains(because, answer.Reason, StringComparison.Ordinal);
    }
}
