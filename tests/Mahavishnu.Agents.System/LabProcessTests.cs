using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Xunit;

namespace Mahavishnu.Agents.System;

/// <summary>How a lab ends, and what it says when it cannot begin.</summary>
public sealed class LabProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    //          signal  exit
    [InlineData("INT", 130)]
    [InlineData("TERM", 130)]
    [InlineData("KILL", 137)]
    public async Task Lab_Ended_LeavesNoProcess(string signal, int expectedExit)
    {
        await using var lab = LabRun.Start("lab");
        await lab.UntilAsync("every process runs", Limit, () => lab.Output.Contains("every process runs", StringComparison.Ordinal));
        Assert.Equal(10, lab.Living().Count);

        lab.Signal(signal);

        Assert.Equal(expectedExit, await lab.ExitAsync(Limit));
        await lab.UntilAsync("nothing is left", Limit, () => lab.Living().Count == 0);
    }

    [Fact]
    public async Task Only_ParentGone_Ends()
    {
        await using var service = LabRun.Start("lab", "--only", "service", "--region", "us-east-1", "--port", "0", "--exit-with-parent");
        await service.UntilAsync("it listens", Limit, () => service.Output.Contains("service listens at http://127.0.0.1:", StringComparison.Ordinal));

        service.CloseInput();

        Assert.Equal(0, await service.ExitAsync(Limit));
    }

    [Theory]
    [InlineData("consul")]
    [InlineData("service")]
    public async Task Only_PortInUse_SaysWhichAndExits2(string part)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await using var lab = LabRun.Start("lab", "--only", part, "--region", "us-east-1", "--port", port);

        Assert.Equal(2, await lab.ExitAsync(Limit));
        Assert.Contains($"Port {port} on 127.0.0.1 is in use", lab.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("consul")]
    [InlineData("service")]
    public async Task Only_Listen_IsReachedThereAndNowhereElse(string part)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has the addresses beside 127.0.0.1 from the start.");
        await using var lab = LabRun.Start("lab", "--only", part, "--region", "us-east-1", "--port", "0", "--listen", "127.0.0.2", "--exit-with-parent");
        await lab.UntilAsync("it listens", Limit, () => lab.Output.Contains($"{part} listens at http://127.0.0.2:", StringComparison.Ordinal));

        var port = new Uri(lab.Output.Trim().Split(' ')[^1]).Port;
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        Assert.Contains(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port), listeners);
        Assert.DoesNotContain(new IPEndPoint(IPAddress.Any, port), listeners);
    }

    [Theory]
    [InlineData("consul")]
    [InlineData("service")]
    public async Task Only_ListenAtAForeignAddress_SaysSoAndExits2(string part)
    {
        await using var lab = LabRun.Start("lab", "--only", part, "--region", "us-east-1", "--port", "8500", "--listen", "192.0.2.99");

        Assert.Equal(2, await lab.ExitAsync(Limit));
        Assert.Contains("192.0.2.99", lab.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scenario", "earthquake", "there is no such scenario")]
    [InlineData("--kill", "mars-1", "this lab has no such region")]
    [InlineData("--regions", "99", "from 3 to 9 regions")]
    [InlineData("--profile", "slow", "expected fast or default")]
    [InlineData("--only", "kafka", "there is no such part")]
    [InlineData("--listen", "everywhere", "is not an IP address")]
    public async Task Lab_WrongArgument_SaysWhatIsExpectedAndExits2(string option, string value, string message)
    {
        await using var lab = LabRun.Start("lab", option, value);

        Assert.Equal(2, await lab.ExitAsync(Limit));
        Assert.Contains(message, lab.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lab_ListScenarios_NamesThemAll()
    {
        await using var lab = LabRun.Start("lab", "--list-scenarios");

        Assert.Equal(0, await lab.ExitAsync(Limit));
        Assert.Equal(10, lab.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(static line => line.Trim().Length > 0));
    }
}
