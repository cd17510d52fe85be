using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/payments/{id}/file</c>, <c>application/xml</c>: the file for the bank, the same bytes each time. 404 <c>case/unknown</c>; 409 <c>payment/state</c> before it is made; 500 <c>exchange/seal</c> when what is kept was tampered with. Rows: reads <c>Payments</c>. Messages: none.</summary>
public sealed class GetPaymentFile(Books books, BankTables bank)
{
    [Function(nameof(GetPaymentFile))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/payments/{id}/file")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, bank.Payments, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        var payment = BankTables.ReadPayment(found.Case);
        if (payment.File is not { } seal) return Problem.Of(409, "payment/state", $"The file of a payment that is {JsonFields.NameOf(payment.Status)} has not been made.");
        var file = Pain.Write(id, payment, payment.Debtor!);
        if (FileSeal.DigestOf(file) != seal.Sha256) return Problem.Of(500, "exchange/seal", "What is kept of the payment makes another file than the one that was sealed.");
        request.HttpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{seal.Name}\"";
        return Results.Bytes(file, "application/xml");
    }
}
