using CsCheck;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class PrimaryClaimTests
{
    private const string Good = """{"format":1,"region":"eu-west-1","epoch":3,"token":12884901895}""";

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var claim = new PrimaryClaim(new RegionId("eu-west-1"), 3, PrimaryClaim.TokenOf(3, 7));

        Assert.Equal(Good, claim.ToText());
        Assert.Equal((claim, ""), PrimaryClaim.Read(claim.ToText()));
    }

    [Theory]
    [InlineData("""{"format":2,"region":"eu-west-1","epoch":3,"token":5}""", "the claim has format 2; this build reads formats 1 to 1")]
    [InlineData("""{"format":1,"region":"EU","epoch":3,"token":5}""", "'EU' is not the name of a region")]
    [InlineData("""{"format":1,"region":"eu-west-1","epoch":0,"token":5}""", "epoch 0 is not one that ours have counted to")]
    [InlineData("""{"format":1,"region":"eu-west-1","epoch":3,"token":-1}""", "token -1 is none of epoch 3 or an earlier one")]
    [InlineData("""{"format":1,"region":"eu-west-1","epoch":3,"token":17179869184}""", "token 17179869184 is none of epoch 3 or an earlier one")]
    [InlineData("null", "the record is empty")]
    public void Read_Nonsense_IsRefusedWithTheReason(string text, string problem) => Assert.Equal((null, problem), PrimaryClaim.Read(text));

    [Fact]
    public void Read_UnknownMember_IsTolerated() => Assert.NotNull(PrimaryClaim.Read(Good.Replace("}", ",\"later\":[1]}", StringComparison.Ordinal)).Claim);

    [Fact]
    public void Read_OneCharacterChanged_GivesAClaimOrAProblem() =>
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char[' ', '~']).Sample(static (at, character) =>
        {
            var (claim, problem) = PrimaryClaim.Read(string.Concat(Good.AsSpan(0, at), [character], Good.AsSpan(at + 1)));
            return (claim is null) == (problem.Length > 0);
        });

    [Fact]
    public void TokenOf_LaterEpochOrRecord_IsGreater()
    {
        Assert.True(PrimaryClaim.TokenOf(2, 0) > PrimaryClaim.TokenOf(1, uint.MaxValue));
        Assert.True(PrimaryClaim.TokenOf(2, 8) > PrimaryClaim.TokenOf(2, 7));
        Assert.Throws<OverflowException>(static () => PrimaryClaim.TokenOf(1L << 31, 0));
    }

    [Fact]
    public void TokenIn_ProofsText_IsTheClaims()
    {
        Assert.Equal(7, PrimaryProof.TokenIn(new PrimaryProof(7, "p", 1).ToText()));
        Assert.Null(PrimaryProof.TokenIn("rubbish"));
        Assert.Null(PrimaryProof.TokenIn("{}"));
    }

    [Fact]
    public void Timing_Profiles_KeepTheirLaw()
    {
        Assert.True(PrimaryTiming.Default.LeastWait <= PrimaryTiming.Default.RevocationWait);
        Assert.True(PrimaryTiming.Fast.LeastWait <= PrimaryTiming.Fast.RevocationWait);
    }
}
