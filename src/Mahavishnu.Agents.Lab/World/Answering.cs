using System.Net.Sockets;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>Asks whether somebody answers.</summary>
internal static class Answering
{
    /// <summary>Whether a GET is answered with success, within the client's own time.</summary>
    public static async Task<bool> AnswersAsync(this HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException or SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
