using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/payees/{party}</c>: bank details of a party and who changed them when. 404 <c>case/unknown</c>. Rows: reads <c>Payees</c>. Messages: none.</summary>
public sealed class GetPayee(Books books, BankTables bank)
{
    [Function(nameof(GetPayee))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/payees/{party}")] HttpRequest request, string book, string party)
    {
        if (!(await BookRequest.FindAsync(books, bank.Payees, request, book, party)).Is(out var found, out var refusal)) return new Problem(refusal);
        return BankSteps.Answer(200, found.Case, book, request, json => PutPayee.Write(json, found.Case), await bank.Payees.Cases.HistoryAsync(book, party));
    }
}
