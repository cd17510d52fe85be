using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Currencies;

/// <summary>
/// <c>POST /api/books/{book}/exchange-rates</c>, <c>application/xml</c>: the ECB's reference rates as it publishes them (<c>eurofxref-daily.xml</c>, <c>eurofxref-hist-90d.xml</c>), at most 400 days and 4 MiB. 201; 200 when the same file comes again. All of it is read before the first day is written. Rates that a person has set stay.
/// 400 <c>request/not-xml</c>, <c>currency/not-ecb</c>; 422 <c>currency/date</c> (a day to come), and see <see cref="EcbRates.Read"/>. Rows: reads and writes <c>ExchangeRates</c>, adds to <c>Imports</c> and <c>originals</c>. Messages: none.
/// </summary>
public sealed class PostExchangeRates(Books books, ExchangeRateTable rates, ImportRegister imports, CaseSteps steps, TimeProvider time)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    [Function(nameof(PostExchangeRates))]
    [Allow(Roles.Accounting, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/exchange-rates")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadXmlAsync(request, MaxBytes)).Is(out var body, out refusal)) return new Problem(refusal);
        if (!EcbRates.Read(body.Root).Is(out var days, out refusal)) return new Problem(refusal);

        if (days.Keys.Last() > BusinessDay.Today(time)) return new Problem(new Refusal(422, "currency/date", $"There are rates of {BusinessDay.Text(days.Keys.Last())} in it, a day to come.", $"Cube[{BusinessDay.Text(days.Keys.Last())}]"));

        var by = Caller.Of(request).Name;
        var changed = 0;
        await imports.KeepAsync(book, ImportKind.Rates, body.Original);
        foreach (var (date, day) in days)
        {
            if (!(await steps.RunAsync(rates.Days, book, BusinessDay.Text(date), new CaseCommand(CaseCommand.Put, ExchangeRateTable.Write(day), by, CaseCommand.Put), known =>
            {
                var before = known is null ? null : ExchangeRateTable.Read(known);
                // What a person has set for a base of which the bank publishes nothing cannot be led over, and stays.
                return new CaseDecision(ExchangeRateTable.Write(before is null ? day : before.With(day, byHand: false) ?? before));
            })).Is(out var result, out refusal)) return new Problem(refusal);
            if (result.IsNew) changed++;
        }

        if (!(await imports.NoteAsync(book, ImportKind.Rates, body.Original, days.Values.Sum(day => day.Rates.Count), $"ECB {BusinessDay.Text(days.Keys.Last())}", by)).Is(out var imported, out refusal)) return new Problem(refusal);
        return new JsonAnswer(imported.IsNew ? 201 : 200, json =>
        {
            json.WriteString("book", book);
            json.WriteString("import", imported.Case.Id);
            json.WriteString("from", BusinessDay.Text(days.Keys.First()));
            json.WriteString("to", BusinessDay.Text(days.Keys.Last()));
            json.WriteNumber("days", days.Count);
            json.WriteNumber("changed", changed);
        });
    }
}
