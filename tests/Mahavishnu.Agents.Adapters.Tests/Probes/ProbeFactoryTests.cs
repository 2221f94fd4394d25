using Mahavishnu.Agents.Adapters.Probes;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

public sealed class ProbeFactoryTests
{
    [Theory]
    [InlineData("http://a/health",  typeof(HttpProbe))]
    [InlineData("https://a/health", typeof(HttpProbe))]
    [InlineData("tcp://a:5432",     typeof(TcpProbe))]
    public void Create_Scheme_ChoosesTheProbe(string url, Type expected)
    {
        var probe = ProbeFactory.Create(Options(url), TimeProvider.System);
        (probe as IDisposable)?.Dispose();

        Assert.IsType(expected, probe);
    }

    [Theory]
    [InlineData("ftp://a/",            "Cannot probe 'ftp://'")]
    [InlineData("/health",             "is not absolute")]
    [InlineData("http://u:s3cret@a/",  "without user and password")]
    [InlineData("tcp://a",             "Expected tcp://host:port")]
    [InlineData("tcp://u:s3cret@a:1",  "Expected tcp://host:port")]
    public void Create_UnusableAddress_IsRefusedWithoutItsSecrets(string url, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => ProbeFactory.Create(Options(url), TimeProvider.System));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_UnusableExpectation_IsRefused()
    {
        var options = Options("http://a/");

        Assert.Throws<ArgumentException>(() => ProbeFactory.Create(options with { ExpectedBody = "OK" }, TimeProvider.System));
        Assert.Throws<ArgumentException>(() => ProbeFactory.Create(options with { Method = HttpMethod.Post }, TimeProvider.System));
        Assert.Throws<ArgumentException>(() => ProbeFactory.Create(options with { Method = HttpMethod.Head, ExpectedBody = "{}" }, TimeProvider.System));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProbeFactory.Create(options with { Timeout = TimeSpan.Zero }, TimeProvider.System));
    }

    private static ProbeOptions Options(string url) => new(new Uri(url, UriKind.RelativeOrAbsolute), TimeSpan.FromSeconds(1));
}
