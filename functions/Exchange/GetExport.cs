using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary><c>GET /api/books/{book}/exports/{id}</c>: a file that went out, as <c>GET …/exports</c> lists it, with its history; <c>GET …/exports/datev-parties</c>: which customers and suppliers the numbers at DATEV stand for. 404 <c>case/unknown</c>. Rows: reads <c>Exports</c>. Messages: none.</summary>
public sealed class GetExport(Books books, ExchangeTables exchange)
{
    [Function(nameof(GetExport))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports/{id}")] HttpRequest request, string book, string id)
    {
        if (id == DatevParties.CaseId) return await DatevPartiesAsync(request, book);
        if (!(await BookRequest.FindAsync(books, exchange.Exports, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        var history = await exchange.Exports.Cases.HistoryAsync(book, id);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", id);
            ListExports.Write(json, ExchangeTables.ReadExport(found.Case));
            CaseStep.Write(json, history);
        });
    }

    /// <summary>Which customer or supplier a number at DATEV stands for.</summary>
    private async Task<IResult> DatevPartiesAsync(HttpRequest request, string book)
    {
        if (!(await BookRequest.FindAsync(books, exchange.Exports, request, book, DatevParties.CaseId)).Is(out var found, out var refusal)) return new Problem(refusal);
        var parties = ExchangeTables.ReadParties(found.Case);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            foreach (var (name, numbers) in ((string, IReadOnlyDictionary<string, int>)[])[("debtors", parties.Debtors), ("creditors", parties.Creditors)])
            {
                json.WriteList(name, numbers.OrderBy(one => one.Value), one =>
                {
                    json.WriteNumber("number", one.Value);
                    json.WriteString("party", one.Key);
                });
            }
        });
    }
}
