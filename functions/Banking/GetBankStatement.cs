using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-statements/{id}</c>: a bank statement, how many of its lines wait for a person, and its history; its lines are <c>GET …/bank-items?statement={id}</c>. 404 <c>case/unknown</c>. Rows: reads <c>BankStatements</c>, <c>BankItems</c> and <c>BankAccounts</c>. Messages: none.</summary>
public sealed class GetBankStatement(Books books, BankTables bank)
{
    [Function(nameof(GetBankStatement))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-statements/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, bank.Statements, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        var (accounts, waiting) = (await bank.AccountsAsync(book), await bank.WaitingAsync(book));
        return BankSteps.Answer(200, found.Case, book, request, json => Write(json, found.Case, accounts, waiting, found.Book.Digits), await bank.Statements.Cases.HistoryAsync(book, id));
    }

    /// <summary>A statement; <c>waiting</c> and <c>posted</c> are as of now.</summary>
    internal static void Write(Utf8JsonWriter json, CaseRow row, IReadOnlyDictionary<string, BankAccount> accounts, IReadOnlyDictionary<string, int> waiting, int bookDigits)
    {
        var statement = BankTables.ReadStatement(row);
        var account = accounts.GetValueOrDefault(statement.Account);
        var digits = account?.Digits(bookDigits) ?? bookDigits;
        json.WriteString("account", statement.Account);
        json.WriteString("statement", statement.Statement);
        if (statement.Number is { } number) json.WriteNumber("number", number);
        json.WriteString("from", BusinessDay.Text(statement.From));
        json.WriteString("to", BusinessDay.Text(statement.To));
        if (account?.Currency is { } currency) json.WriteString("currency", currency);
        json.WriteString("opening", Amount.Format(statement.OpeningMinor, digits));
        json.WriteString("closing", Amount.Format(statement.ClosingMinor, digits));
        json.WriteNumber("lines", statement.Lines);
        if (statement.Known is { } known)
        {
            var open = waiting.GetValueOrDefault(row.Id);
            json.WriteNumber("known", known);
            json.WriteNumber("posted", statement.Lines - known - open);
            json.WriteNumber("waiting", open);
        }

        if (statement.Import is { } import) json.WriteString("import", import);
        if (statement.Gap is { } gap) json.WriteString("gap", gap);
    }
}
