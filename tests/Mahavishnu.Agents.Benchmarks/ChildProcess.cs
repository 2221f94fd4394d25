using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mahavishnu.Agents.Benchmarks;

/// <summary>Starts and stops the processes of a benchmark.</summary>
internal static class ChildProcess
{
    public static Process Start(string file, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException($"{file} did not start.");

    /// <summary>Starts this program with other arguments.</summary>
    public static Process StartSelf(params string[] arguments) => Start(Environment.ProcessPath!, arguments);

    /// <summary>Kills a process that we started and those that it started itself.</summary>
    public static void Stop(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody accepts connections at the port.</summary>
    public static async Task WaitForPortAsync(Process process, int port)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!process.HasExited && TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }
}
