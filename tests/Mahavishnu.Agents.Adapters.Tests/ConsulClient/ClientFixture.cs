using Mahavishnu.Agents.Adapters.Consul;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>What most tests of the client begin with.</summary>
internal static class ClientFixture
{
    /// <summary>Longer than any answer on this machine takes.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static ConsulClient Connect(Uri address, TimeProvider? time = null, string? token = null, string? datacenter = null) =>
        new(new ConsulOptions { Address = address, Token = () => token, Datacenter = datacenter }, time ?? TimeProvider.System);

    /// <summary>The value of a result that must be an answer.</summary>
    public static T Value<T>(ConsulResult<T> result) => Assert.IsType<ConsulResult<T>.Ok>(result).Value;
}
