using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/collateral/{id}</c>: collateral with what is counted on of it, and its valuations in its history. 404 <c>case/unknown</c>. Rows: reads <c>Collateral</c>. Messages: none.
/// </summary>
public sealed class GetCollateral(Books books, CreditTables credit)
{
    [Function(nameof(GetCollateral))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/collateral/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (CreditSteps.IdFault(id) is not null || await credit.Collateral.Cases.FindAsync(book, id) is not { } row) return CreditSteps.Unknown(id, "collateral", book);
        return Answer(200, row, found, request, await credit.Collateral.Cases.HistoryAsync(book, id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, OpenedBook book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        var collateral = CreditTables.ReadCollateral(row);
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteString("counterparty", collateral.Counterparty);
            json.WriteString("kind", collateral.Kind);
            json.WriteString("text", collateral.Text);
            json.WriteString("value", Amount.Format(collateral.ValueMinor, book.Digits));
            json.WriteString("valuedOn", BusinessDay.Text(collateral.ValuedOn));
            json.WriteNumber("haircut", collateral.Haircut);
            json.WriteString("counted", Amount.Format(collateral.CountedMinor, book.Digits));
            if (collateral.ValidTo is { } last) json.WriteString("validTo", BusinessDay.Text(last));
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
