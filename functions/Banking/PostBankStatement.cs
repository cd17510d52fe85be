using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/bank-statements</c>, <c>application/xml</c>, at most 20 MB: camt.053 (camt.052 and camt.054 are only read). Everything is checked before anything is written; then each line becomes an item, posted when it is matched
/// (<see cref="BankMatching.Take"/>), else open for a person. 201 with what became of it; 200 when the same file comes again, also after a crash: it goes on where it was. A line that another statement has brought is known and not posted twice. Lines of the same accounts that have waited since before are matched anew (see <see cref="MatchBankItems"/>).
/// 400 <c>request/not-xml</c> …, <c>bank/form</c>; 409 <c>bank/statement-reused</c> (the statement's id with other content, or twice in the file); 422 see <see cref="CamtReader.End"/> and <see cref="KeptStatement.Check"/>.
/// Rows: reads and writes <c>BankStatements</c>, <c>BankItems</c> and <c>Payments</c>, adds to <c>Imports</c> and <c>originals</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, <c>Payees</c>, <c>ExchangeRates</c> and <c>Ledger</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PostBankStatement(Books books, BankTables bank, StatementIntake intake, ImportRegister imports)
{
    private const int MaxBytes = 20_000_000;

    [Function(nameof(PostBankStatement))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/bank-statements")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var reader = new CamtReader(found.Digits);
        if (!(await RequestBody.ReadXmlAsync(request, MaxBytes, CamtReader.Entry, reader.Take)).Is(out var body, out refusal)) return new Problem(refusal);
        if (!reader.End(body.Root).Is(out var file, out refusal)) return new Problem(refusal);
        var by = Caller.Of(request).Name;
        var accounts = await bank.AccountsAsync(book);
        if (file.IsInformation)
        {
            await imports.KeepAsync(book, ImportKind.BankReport, body.Original);
            return await AnswerAsync(book, file, body, by, [], true, accounts, found.Digits);
        }

        var currency = await found.Book.ReadAsync(state => state.Currency);
        List<Fault> faults = [];
        List<(KeptStatement Kept, BankStatement Read)> statements = [];
        for (var n = 0; n < file.Statements.Count; n++)
        {
            if (KeptStatement.Check(file.Statements[n], n, accounts, currency).Is(out var kept, out refusal)) statements.Add((kept with { Import = ImportRegister.IdOf(ImportKind.BankStatement, body.Original.Sha256) }, file.Statements[n]));
            else faults.AddRange(refusal.Faults);
        }

        if (faults.Count > 0) return new Problem(Refusal.Of([.. faults.Take(Refusal.MaxFaults)]));
        return await intake.InTurnAsync(book, () => TakeInAsync(found, file, body, accounts, statements, by));
    }

    private async Task<IResult> TakeInAsync(OpenedBook found, CamtFile file, XmlBody body, SortedDictionary<string, BankAccount> accounts, List<(KeptStatement Kept, BankStatement Read)> statements, string by)
    {
        var book = found.Book.Id;
        var before = await bank.StatementsAsync(book);
        if (statements.FirstOrDefault(one => before.TryGetValue(one.Kept.CaseId, out var known) && !known.IsLike(one.Kept)) is { Kept: { } reused })
            return Problem.Of(409, "bank/statement-reused", $"Statement '{Ids.Cut(reused.Statement)}' of account '{reused.Account}' came before with other balances or lines (GET /api/books/{book}/bank-statements/{reused.CaseId}). Nothing of this file was taken in.");

        if (statements.GroupBy(one => one.Kept.CaseId, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return Problem.Of(409, "bank/statement-reused", $"Statement '{Ids.Cut(twice.First().Kept.Statement)}' of account '{twice.First().Kept.Account}' stands in the file twice. Nothing of this file was taken in.");
        await imports.KeepAsync(book, ImportKind.BankStatement, body.Original);
        List<TakenIn> results = [];
        foreach (var (kept, read) in statements.OrderBy(one => one.Kept.To).ThenBy(one => one.Kept.Number))
        {
            if (!(await intake.TakeInAsync(found, kept, read.Lines, accounts[kept.Account], before, by)).Is(out var taken, out var refusal)) return new Problem(refusal);
            results.Add(taken);
        }

        if (results.Exists(result => result.IsNew))
        {
            var justNow = results.Select(result => result.Statement.CaseId).ToHashSet(StringComparer.Ordinal);
            foreach (var account in results.Select(result => result.Statement.Account).Distinct(StringComparer.Ordinal))
                if (!(await intake.RematchAsync(found, account, accounts[account], justNow, by)).Is(out _, out var refusal)) return new Problem(refusal);
        }

        return await AnswerAsync(book, file, body, by, results, results.TrueForAll(result => !result.IsNew), accounts, found.Digits);
    }

    private async Task<IResult> AnswerAsync(string book, CamtFile file, XmlBody body, string by, List<TakenIn> results, bool isKnown, SortedDictionary<string, BankAccount> accounts, int digits)
    {
        var lines = file.Statements.Sum(statement => statement.Lines.Count);
        if (!(await imports.NoteAsync(book, file.IsInformation ? ImportKind.BankReport : ImportKind.BankStatement, body.Original, lines, file.Message, by)).Is(out var import, out var refusal)) return new Problem(refusal);
        return new JsonAnswer(import.IsNew || !isKnown ? 201 : 200, json =>
        {
            json.WriteString("book", book);
            json.WriteString("import", import.Case.Id);
            json.WriteBoolean("informationOnly", file.IsInformation);
            if (file.IsInformation)
            {
                json.WriteList("reports", file.Statements, report =>
                {
                    json.WriteString("id", report.Id);
                    json.WriteString("iban", report.Iban);
                    if (accounts.FirstOrDefault(known => known.Value.Iban == report.Iban).Key is { } account) json.WriteString("account", account);
                    json.WriteNumber("lines", report.Lines.Count);
                    json.WriteNumber("notBooked", report.NotBooked);
                    json.WriteString("sum", Amount.Format(report.Lines.Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor), Currency.DigitsOf(report.Currency) ?? digits));
                });
            }

            json.WriteList("statements", results, result =>
            {
                json.WriteString("id", result.Statement.CaseId);
                json.WriteString("account", result.Statement.Account);
                json.WriteString("statement", result.Statement.Statement);
                json.WriteNumber("lines", result.Statement.Lines);
                json.WriteNumber("posted", result.Posted);
                json.WriteNumber("waiting", result.Waiting);
                json.WriteNumber("known", result.Statement.Known ?? 0);
                json.WriteNumber("notBooked", file.Statements.First(read => read.Id == result.Statement.Statement && accounts[result.Statement.Account].Iban == read.Iban).NotBooked);
                if (result.Statement.Gap is { } gap) json.WriteString("gap", gap);
            });
        });
    }
}
