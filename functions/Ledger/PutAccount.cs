using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>PUT /api/books/{book}/accounts/{account}</c> <c>{name, type, line?, otherLine?}</c>: adds (201) or changes (200) one account; the rules are <see cref="PutAccounts"/>'s.
/// Rows: commits <c>AccountDefined</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutAccount(Books books)
{
    [Function(nameof(PutAccount))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/accounts/{account}")] HttpRequest request, string book, string account)
    {
        if (!Ids.IsEntity(account)) return Problem.Of(400, "request/id", $"An account code must match {Ids.EntityGrammar}.");
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var wanted = PutAccounts.ReadOne(new JsonFields(json.RootElement, faults), account, faults, "");
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            return await PutAccounts.CommitAsync(found.Book, [wanted], Caller.Of(request).Name);
        }
    }
}
