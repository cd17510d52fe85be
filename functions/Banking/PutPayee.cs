using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>PUT /api/books/{book}/payees/{party}</c> <c>{name, ibans: […], bic?}</c>: bank details of a party, so that lines of statements find it and payments its account (the first). 201, 200 when they are there; what they were before stays in the history.
/// 422 <c>bank/iban</c>, <c>bank/bic</c>, <c>bank/ibans</c>. Rows: reads and writes <c>Payees</c>. Messages: none.
/// </summary>
public sealed class PutPayee(Books books, BankTables bank, CaseSteps steps)
{
    [Function(nameof(PutPayee))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/payees/{party}")] HttpRequest request, string book, string party) =>
        BookRequest.ReadAsync(books, request, book, party, async (_, fields, faults, canonical) =>
        {
            var name = fields.Text("name", 70);
            var ibans = fields.OptionalTexts("ibans", Payee.MaxIbans, 42, new Fault("ibans", "bank/ibans", $"'ibans' names 1 to {Payee.MaxIbans} accounts.")).Select((text, n) => Iban.Read(text, $"ibans[{n}]", faults)).Distinct(StringComparer.Ordinal).ToList();
            var bic = Iban.ReadBic(fields.OptionalText("bic", 11), "bic", faults);
            fields.NoOthers();
            if (ibans.Count == 0 && faults.Count == 0) faults.Add(new Fault("ibans", "bank/ibans", $"'ibans' names 1 to {Payee.MaxIbans} accounts."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var isNew = false;
            var outcome = await steps.RunAsync(bank.Payees, book, party, CaseCommand.ToPut(request, canonical), known =>
            {
                isNew = known is null;
                return new CaseDecision(BankTables.Write(new Payee(name, ibans, bic)));
            });
            return outcome.Is(out var result, out var refusal) ? BankSteps.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, json => Write(json, result.Case)) : new Problem(refusal);
        });

    internal static void Write(Utf8JsonWriter json, CaseRow row)
    {
        var payee = BankTables.ReadPayee(row);
        json.WriteString("name", payee.Name);
        json.WriteStartArray("ibans");
        foreach (var iban in payee.Ibans) json.WriteStringValue(iban);
        json.WriteEndArray();
        if (payee.Bic is not null) json.WriteString("bic", payee.Bic);
    }
}
