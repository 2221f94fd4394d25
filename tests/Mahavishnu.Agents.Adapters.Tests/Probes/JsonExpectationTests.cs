using System.Text;
using Mahavishnu.Agents.Adapters.Probes;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

public sealed class JsonExpectationTests
{
    [Theory]
    //          expected              body                               difference
    [InlineData("""{"a":1,"b":2}""",  """{ "b" : 2,  "a" : 1 }""",       null)]
    [InlineData("""{"a":1}""",        """{"a":1,"c":{"d":[]}}""",        null)]
    [InlineData("""{"a":{"b":1}}""",  """{"a":{"b":1,"c":2},"d":3}""",   null)]
    [InlineData("""{}""",             """{"a":1}""",                     null)]
    [InlineData("""{"a":1}""",        """{"a":1.0}""",                   null)]
    [InlineData("""{"a":"é"}""",      """{"a":"\u00e9"}""",              null)]
    [InlineData("""[1,{"a":true}]""", """[1, {"a":true,"b":0}]""",       null)]
    [InlineData("null",               "null",                            null)]
    [InlineData("""{"a":1}""",        """{"A":1}""",                     "body differs at $.a: missing, expected 1")]
    [InlineData("""{"a":{"b":1}}""",  """{"a":{"b":2}}""",               "body differs at $.a.b: 2, expected 1")]
    [InlineData("""{"a":true}""",     """{"a":false}""",                 "body differs at $.a: false, expected true")]
    [InlineData("""{"a":1}""",        """{"a":"1"}""",                   "body differs at $.a: \"1\", expected 1")]
    [InlineData("""{"a":{}}""",       """{"a":[]}""",                    "body differs at $.a: an array, expected an object")]
    [InlineData("""[1,2]""",          """[2,1]""",                       "body differs at $[0]: 2, expected 1")]
    [InlineData("""[1,2]""",          """[1]""",                         "body differs at $: 1 elements, expected 2")]
    [InlineData("""{"a":1e999}""",    """{"a":1}""",                     "body differs at $.a: 1, expected 1e999")]
    [InlineData("""{"a":"x"}""",      """{"a":"\ud800"}""",              "body is not JSON")]
    [InlineData("""{"a":"x"}""",      """{"a":"x"} {}""",                "body is not JSON")]
    public void Difference_Body_IsFoundByStructure(string expected, string body, string? difference) =>
        Assert.Equal(difference, new JsonExpectation(expected).Difference(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Difference_HostileBodies_AreNotJson()
    {
        var expectation = new JsonExpectation("""{"a":"x"}""");

        Assert.Equal("body is not JSON", expectation.Difference(new byte[] { 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d }));
        Assert.Equal("body is not JSON", expectation.Difference(Encoding.UTF8.GetBytes(new string('[', 60_000))));
    }

    [Fact]
    public void Difference_LongValue_IsShortened()
    {
        var difference = new JsonExpectation("1").Difference(Encoding.UTF8.GetBytes($"\"{new string('x', 5000)}\""));

        Assert.InRange(difference!.Length, 60, 120);
    }
}
