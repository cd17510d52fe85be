using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// <c>GET /api/books/{book}/nights/{date}</c>: the record of a night: its phases with plan, counts and durations, how far it has come while it runs, its checks with both numbers, the chain's head hash, and earlier attempts.
/// 404 <c>nightly/unknown</c> when it has not been started. Rows: reads <c>Nights</c>. Messages: none.
/// </summary>
public sealed class GetNight(Books books, NightTable nights)
{
    [Function(nameof(GetNight))]
    [Allow(Roles.Operator, Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/nights/{date}")] HttpRequest request, string book, string date)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal) || !PostNight.ReadDate(date, DateOnly.MaxValue).Is(out var night, out refusal)) return new Problem(refusal);
        if (await nights.FindAsync(book, night.Date) is not { } known) return Problem.Of(404, "nightly/unknown", $"The night of {date} has not been started in book '{book}'.");
        var chunks = known.Night.Current is { Plan: { } plan } ? await nights.ListChunksAsync(book, night.Date, plan.Key(known.Night.Attempt, (NightPhaseName)(known.Night.Phases.Count - 1))) : [];
        return new JsonAnswer(json => NightAnswer.Write(json, book, known.Night, found.Digits, chunks));
    }
}
