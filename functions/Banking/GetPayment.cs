using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/payments/{id}</c>: a payment order, what the bank said of it, and its history. 404 <c>case/unknown</c>. Rows: reads <c>Payments</c>. Messages: none.</summary>
public sealed class GetPayment(Books books, BankTables bank)
{
    [Function(nameof(GetPayment))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/payments/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, bank.Payments, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return BankSteps.Answer(200, found.Case, book, request, json => PutPayment.Write(json, found.Case, found.Book.Digits), await bank.Payments.Cases.HistoryAsync(book, id));
    }
}
