using System.Globalization;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>PUT /api/books/{book}/accrual-policies/{year}</c> <c>{bookAtOnce, reason}</c>: whether items up to the parameter <c>accrual.materiality</c> are left in the result account in a fiscal year. 201; 200 when the same request comes
/// again; 409 <c>accrual/policy-in-use</c> once the year has an accrual, since it must be uniform; 409 <c>case/id-reused</c> when it was chosen otherwise.
/// Rows: reads and adds to <c>Accruals</c>. Messages: none.
/// </summary>
public sealed class PutAccrualPolicy(Books books, AccrualTable accruals, CaseSteps steps)
{
    [Function(nameof(PutAccrualPolicy))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/accrual-policies/{year}")] HttpRequest request, string book, string year)
    {
        if (!int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < BusinessDay.Earliest.Year || number > BusinessDay.Latest.Year) return Problem.Of(400, "ledger/fiscal-year", "A fiscal year is the calendar year in which it begins.");
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var atOnce = fields.Flag("bookAtOnce");
            fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var policy = new AccrualPolicy(number, atOnce!.Value);
            var outcome = await steps.RunAsync(accruals.Department, book, AccrualPolicy.IdOf(number), CaseCommand.ToCreate(request, CaseCommand.Canonical(json.RootElement)), async _ =>
            {
                if (await IsInUseAsync(found, number)) return new Refusal(409, "accrual/policy-in-use", $"Fiscal year {number} has accruals already: the choice is uniform for a year, so it is made before the first one.");
                return new CaseDecision(JsonSerializer.Serialize(policy, AccrualJson.Default.AccrualPolicy));
            });
            return outcome.Is(out var result, out refusal) ? new JsonAnswer(result.IsNew ? 201 : 200, answer =>
            {
                answer.WriteString("book", book);
                answer.WriteNumber("year", policy.Year);
                answer.WriteBoolean("bookAtOnce", policy.BookAtOnce);
            }) : new Problem(refusal);
        }
    }

    private async Task<bool> IsInUseAsync(OpenedBook book, int year)
    {
        var start = await book.Book.ReadAsync(state => state.Settings.FiscalYearStart);
        await foreach (var row in accruals.Cases.ScanAllAsync(book.Book.Id))
            if (!row.Id.StartsWith(AccrualPolicy.Prefix, StringComparison.Ordinal) && FiscalYear.Of(AccrualTable.Read(row).Date, start).First.Year == year) return true;
        return false;
    }
}
