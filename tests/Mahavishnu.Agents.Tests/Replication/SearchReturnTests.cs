using Mahavishnu.Agents.Configuration;
using Xunit;
using static Mahavishnu.Agents.Tests.Replication.SearchMoves;

namespace Mahavishnu.Agents.Tests.Replication;

public sealed class SearchReturnTests
{
    [Fact]
    public async Task RunAsync_Manual_DeletesNothingAndSaysWhatToDo()
    {
        await using var moves = await StartAsync();
        Write(moves.Us, "a");
        await moves.FailOverAsync();
        moves.Us.Down = false;

        Assert.Contains("took writes besides eu-west-1, and is fenced now", await moves.RunAsync(Back()), StringComparison.Ordinal);
        var refused = await moves.RunAsync(Back());

        Assert.StartsWith("Refused: mahavishnu_code in us-east-1 has a history of its own since eu-west-1 leads it. Compare the two, save what is missing, and delete it", refused, StringComparison.Ordinal);
        Assert.Equal(["a"], Documents(moves.Us));
        Assert.DoesNotContain(moves.Us.Calls, static c => c.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_Automatic_CopiesAnewAndHandsOver()
    {
        await using var moves = await StartAsync(SearchReseed.Automatic, "eu-west-1:9300");
        moves.Us.Remotes.Clear(); // the new leader is not known there yet
        Write(moves.Us, "a");
        _ = await moves.Node(EuId).ReadIndexAsync(Code, moves.Options.Timeout, Stop); // whoever is asked pulls first
        await moves.FailOverAsync();
        moves.Us.Down = false;
        Write(moves.Eu, "b");

        string[] turns = [await moves.RunAsync(Back()), await moves.RunAsync(Back()), await moves.RunAsync(Back()), await moves.RunAsync(Back())];
        Assert.All(turns, static t => Assert.StartsWith("Unknown: ", t, StringComparison.Ordinal));
        Assert.Contains("copies eu-west-1", turns[3], StringComparison.Ordinal);

        moves.Us.With(static c => { c.Indices.Values.ToList().ForEach(static i => i.Following!.Bootstrapping = false); return 0; });
        await moves.DoneAsync(Back());
        await moves.DoneAsync(Back());

        Assert.Equal(["a", "b"], Documents(moves.Us));
        Assert.Null(moves.Us.With(static c => c.Indices[Code].Following));
        Assert.True(moves.Eu.With(static c => c.Indices[Code].WriteBlocked));
    }

    [Fact]
    public async Task RunAsync_DocumentsThatOnlyTheOldLeaderHas_AreNeverDeleted()
    {
        await using var moves = await StartAsync(SearchReseed.Automatic);
        await moves.FailOverAsync();
        moves.Us.Down = false;
        Write(moves.Us, "unreplicated");
        Write(moves.Eu, "b", "c");

        _ = await moves.RunAsync(Back());
        var refused = await moves.RunAsync(Back());

        Assert.Contains("mahavishnu_code in us-east-1 is not deleted: eu-west-1 has 2 documents and us-east-1 1, and of 1 that were looked at 1 are not in eu-west-1", refused, StringComparison.Ordinal);
        Assert.Equal(["unreplicated"], Documents(moves.Us));
    }

    [Fact]
    public async Task RunAsync_NotConnected_IsRefusedWithTheSetting()
    {
        await using var moves = await StartAsync();
        moves.Us.Remotes.Clear();
        await moves.FailOverAsync();
        moves.Us.Down = false;
        moves.Us.With(static c => { c.Indices.Clear(); return 0; }); // an operator deleted them

        Assert.Contains("set cluster.remote.mahavishnu-eu-west-1.seeds there", await moves.RunAsync(Back()), StringComparison.Ordinal);
        moves.Us.Remotes["mahavishnu-eu-west-1"] = "eu-west-1";
        Assert.Contains("has begun to copy eu-west-1", await moves.RunAsync(Back()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_CannotCatchUp_LetsTheWritesThroughAgain()
    {
        await using var moves = await StartAsync();
        await moves.FailOverAsync();
        moves.Us.Down = false;
        moves.Us.With(static c => { c.Indices.Clear(); return 0; });
        _ = await moves.RunAsync(Back());
        moves.Us.With(static c => { c.Indices.Values.ToList().ForEach(static i => i.Following!.Bootstrapping = false); return 0; });
        moves.Us.HoldsPulls = true;
        Write(moves.Eu, "late");

        Assert.Contains("operations behind", await moves.RunAsync(Back()), StringComparison.Ordinal);
        Assert.False(moves.Eu.With(static c => c.Indices[Code].WriteBlocked));
        Assert.NotNull(moves.Us.With(static c => c.Indices[Code].Following));
    }
}
