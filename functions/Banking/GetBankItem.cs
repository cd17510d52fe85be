using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-items/{id}</c>: a line of a bank statement, what it was posted as or may be (proposals of what is not open any more are left out), and its history. 404 <c>case/unknown</c>. Rows: reads <c>BankItems</c>, <c>BankAccounts</c> and <c>Ledger</c>. Messages: none.</summary>
public sealed class GetBankItem(Books books, BankTables bank)
{
    [Function(nameof(GetBankItem))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-items/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, bank.Items, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        var item = (await bank.CurrentAsync(found.Book, [found.Case]))[0];
        return BankSteps.Answer(200, found.Case, book, request, json => Write(json, id, item, found.Book.Digits), await bank.Items.Cases.HistoryAsync(book, id));
    }

    internal static void Write(Utf8JsonWriter json, CaseRow row, int bookDigits) => Write(json, row.Id, BankTables.ReadItem(row), bookDigits);

    internal static void Write(Utf8JsonWriter json, string id, BankItem item, int bookDigits)
    {
        var digits = item.Digits(bookDigits);
        json.WriteString("account", item.Account);
        json.WriteString("statement", item.Statement);
        json.WriteString("status", item.IsPosted ? "posted" : "open");
        json.WriteString("bookedOn", BusinessDay.Text(item.Line.BookedOn));
        json.WriteString("amount", Amount.Format(item.Line.AmountMinor, digits));
        foreach (var (name, text) in ((string, string?)[])[("currency", item.Currency), ("code", item.Line.Code), ("reference", item.Line.Reference), ("endToEndId", item.Line.EndToEndId), ("batch", item.Line.BatchId), ("party", item.Line.Party), ("iban", item.Line.PartyIban), ("remittance", item.Line.Remittance), ("matchedBy", item.Match.Why), ("reason", item.Reason)])
            if (text is not null) json.WriteString(name, text);
        if (item.Line.IsReturn)
        {
            json.WriteBoolean("return", true);
            if (item.Line.ReturnReason is not null) json.WriteString("returnReason", item.Line.ReturnReason);
        }

        if (item.IsPosted)
        {
            json.WriteString("entry", item.EntryIdOf(id));
            WriteLines(json, item, item.Match.Lines, digits);
            if (item.Match.Own is { } own) json.WriteString("payment", own.Payment);
        }

        json.WriteList("proposals", item.Match.Proposals, proposal =>
        {
            json.WriteString("why", proposal.Why);
            if (proposal.Own is { } own) json.WriteString("payment", own.Payment);
            if (proposal.Of is { } of) json.WriteString("takesBack", of);
            WriteLines(json, item, proposal.Lines, digits);
        });
    }

    /// <summary>Lines as <see cref="AssignBankItem"/> takes them: what of the bank's amount each is, so that a proposal can be sent back as it is.</summary>
    private static void WriteLines(Utf8JsonWriter json, BankItem item, IReadOnlyList<CounterLine> lines, int digits) => json.WriteList("lines", lines, line =>
    {
        json.WriteString("account", line.Account);
        json.WriteString("amount", Amount.Format(-Math.Sign(item.Line.AmountMinor) * line.AmountMinor, digits));
        if (line.Party is not null) json.WriteString("party", line.Party);
        if (line.Document is not null) json.WriteString("document", line.Document);
        if (line.TaxCode is not null) json.WriteString("taxCode", line.TaxCode);
        if (line.Foreign is not { } foreign) return;
        json.WriteStartObject("foreign");
        json.WriteString("currency", foreign.Currency);
        json.WriteString("amount", Amount.Format(-Math.Sign(item.Line.AmountMinor) * foreign.AmountMinor, Currency.DigitsOf(foreign.Currency) ?? 2));
        json.WriteEndObject();
    });
}
