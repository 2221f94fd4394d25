using System.Data.Common;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Columns that may be null.</summary>
internal static class PostgresRows
{
    /// <summary>A value.</summary>
    public static T? Value<T>(this DbDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    /// <summary>A text.</summary>
    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A log position, as text.</summary>
    public static PostgresLsn? Lsn(this DbDataReader row, int column) => row.Text(column) is { } text ? PostgresLsn.Parse(text) : null;

    /// <summary>A duration in seconds, as a double.</summary>
    public static TimeSpan? Duration(this DbDataReader row, int column) =>
        row.Value<double>(column) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The first row of the rest of a result, null when there is none, and then the next result.</summary>
    public static async Task<T?> FirstAsync<T>(this DbDataReader rows, Func<DbDataReader, T> read, CancellationToken cancellationToken)
        where T : class => await rows.ListAsync(read, cancellationToken) is [var first, ..] ? first : null;

    /// <summary>The rest of a result, a row at a time, and then the next result.</summary>
    public static async Task<IReadOnlyList<T>> ListAsync<T>(this DbDataReader rows, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            list.Add(read(rows));
        }

        await rows.NextResultAsync(cancellationToken);
        return list;
    }
}
