using System.Diagnostics;
using System.Globalization;

namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>The target that both probers ask, in a process of its own so that its work is counted to neither.</summary>
internal sealed class Target : IDisposable
{
    public const string Body = """{"status":"healthy"}""";

    private const string Nginx = "/usr/sbin/nginx";

    private readonly Process _process;

    private Target(Process process, string name, int port) => (_process, Name, Port) = (process, name, port);

    public string Name { get; }

    public int Port { get; }

    public static async Task<Target> StartAsync(string directory)
    {
        if (!File.Exists(Nginx))
        {
            var own = ChildProcess.StartSelf("probes-target");
            return new Target(own, "kestrel", int.Parse((await own.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
        }

        var port = ChildProcess.FreePort();
        var configuration = Path.Combine(directory, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            daemon off; worker_processes 1; pid {{directory}}/nginx.pid; error_log {{directory}}/nginx.log;
            events { worker_connections 1024; }
            http {
              access_log off; client_body_temp_path {{directory}}; proxy_temp_path {{directory}};
              fastcgi_temp_path {{directory}}; uwsgi_temp_path {{directory}}; scgi_temp_path {{directory}};
              server { listen 127.0.0.1:{{port}}; default_type application/json; location / { return 200 '{{Body}}'; } }
            }
            """);
        var process = ChildProcess.Start(Nginx, "-c", configuration, "-e", $"{directory}/nginx.log");
        await ChildProcess.WaitForPortAsync(process, port);
        return new Target(process, "nginx", port);
    }

    public void Dispose() => ChildProcess.Stop(_process);
}
