using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>The target of both probers where nginx is not installed; prints its port and serves until its input ends.</summary>
internal static class TargetProcess
{
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var target = builder.Build();
        target.Run(static context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(Target.Body);
        });
        await target.StartAsync();
        Console.WriteLine(new Uri(target.Urls.Single()).Port);
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
