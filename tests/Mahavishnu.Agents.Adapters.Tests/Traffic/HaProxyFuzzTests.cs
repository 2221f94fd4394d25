using CsCheck;
using Mahavishnu.Agents.Adapters.Tests.Probes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.HaProxy;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A runtime socket that answers anything: every effect comes to an outcome, and is done only where the last table shows what is desired.</summary>
public sealed class HaProxyFuzzTests
{
    private const string Header = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight";

    private static readonly string[] s_fields = ["us", "eu", "ap", "0", "1", "4", "5", "8", "100", "-1", "256", "2147483648", "x", "-", "", "#", "1 2", "\ud800", "\0", "srv_name", "srv_uweight"];

    private static readonly string[] s_tables = ["us 0 100 eu 5 0", "us 1 100 eu 0 100", "us 5 100 eu 4 100", "us 0 50 eu 0 50"];

    /// <summary>Answers to a question for the state: tables, tables with other fields here and there, and garbage.</summary>
    private static readonly Gen<string> Table = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, s_tables.Length - 1], Gen.Select(Gen.Int[0, 26], Gen.Int[0, s_fields.Length - 1]).Array[0, 2], static (which, edits) => TableOf(s_tables[which], edits))),
        (1, Fuzz.Garbage),
        (1, Gen.Int[0, 3].Select(static i => new[] { "", "\n", "Permission denied\n\n", "Can't find backend.\n\n" }[i])));

    /// <summary>Answers to a change.</summary>
    private static readonly Gen<string> Said = Gen.Frequency((8, Gen.Const("\n")), (1, Fuzz.Garbage), (1, Gen.Const("No such server.\n\n")));

    [Fact]
    public async Task Apply_AnyAnswers_AreAnOutcome()
    {
        (string[] Tables, string[] Said, int Cut) next = ([], [], 0);
        var (asked, changed, last) = (0, 0, "");
        await using var server = new ScriptedServer(async connection =>
        {
            var command = "";
            var one = new byte[1];
            while (!command.EndsWith('\n') && await connection.Stream.ReadAsync(one, connection.Stop) > 0)
            {
                command += (char)one[0];
            }

            var answer = command.StartsWith("show", StringComparison.Ordinal) ? last = next.Tables[asked++ % next.Tables.Length] : next.Said[changed++ % next.Said.Length];
            await connection.SendAsync(next.Cut == 0 ? answer[..(answer.Length / 2)] : answer);
            if (next.Cut == 1)
            {
                connection.Reset();
            }
        });

        await Fuzz.HoldsAsync(Gen.Select(Table.Array[1, 4], Said.Array[1, 4], Gen.Int[0, 12]), 300, async found =>
        {
            (next, asked, changed, last) = (found, 0, 0, "");
            var target = new HaProxyTrafficTarget(
                new HaProxyOptions
                {
                    Name = "edge-1", Address = new Uri($"tcp://127.0.0.1:{server.Port}"), Timeout = TimeSpan.FromSeconds(60),
                    Routes = new Dictionary<RegionId, HaProxyBackend> { [Us] = new("users-us", new Dictionary<RegionId, string> { [Us] = "us", [Eu] = "eu" }) },
                },
                TimeProvider.System);

            var outcome = await target.ApplyAsync(new TrafficCommand(RoutingTable.Empty.With(Us, (Eu, 100)), 8, "agent-1", static () => true), TestContext.Current.CancellationToken);

            Assert.NotEmpty(outcome.Detail);
            if (outcome.Kind is TrafficOutcomeKind.Applied or TrafficOutcomeKind.AlreadySo)
            {
                Assert.True(next.Cut != 0 && Shows(last), $"{outcome} after\n{last}");
            }

            try
            {
                Assert.True((await target.ReadAsync(TestContext.Current.CancellationToken)).Audiences.SequenceEqual([Us]));
            }
            catch (DependencyUnavailableException unavailable)
            {
                Assert.NotEmpty(unavailable.Message);
            }
        });
    }

    private static string TableOf(string servers, (int Field, int Text)[] edits)
    {
        var names = servers.Split(' ');
        var fields = $"{Header[2..]} 3 users-us 1 {names[0]} 127.0.0.1 2 {names[1]} {names[2]} 1 3 users-us 2 {names[3]} 127.0.0.1 2 {names[4]} {names[5]} 1".Split(' ');
        foreach (var (field, text) in edits)
        {
            fields[field] = s_fields[text];
        }

        return $"1\n# {string.Join('\n', fields.Chunk(9).Select(static row => string.Join(' ', row)))}\n\n";
    }

    /// <summary>Whether one row of each server says that eu has weight 100 and us is in maintenance, by the columns that the header names once.</summary>
    private static bool Shows(string table)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SkipWhile(static l => !l.StartsWith('#')).ToList();
        var columns = lines[0].TrimStart('#').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string Of(string server, string column) => lines.Skip(1).Select(static l => l.Split(' ')).Single(row => row[columns.Index().Single(static c => c.Item == "srv_name").Index] == server)[columns.Index().Single(c => c.Item == column).Index];
        return (int.Parse(Of("us", "srv_admin_state"), System.Globalization.CultureInfo.InvariantCulture) & 1) == 1
            && Of("eu", "srv_uweight") == "100" && (int.Parse(Of("eu", "srv_admin_state"), System.Globalization.CultureInfo.InvariantCulture) & 0x3b) == 0;
    }
}
