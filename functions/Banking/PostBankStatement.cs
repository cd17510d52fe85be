using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/bank-statements</c>, <c>application/xml</c>, at most 20 MB: camt.053 (camt.052 and camt.054 are only read). Everything is checked before anything is written; then each line becomes an item, posted when it is matched
/// (<see cref="BankMatching.Take"/>), else open for a person. 201 with what became of it; 200 when the same file comes again, also after a crash: it goes on where it was. A line that another statement has brought is known and not posted twice.
/// 400 <c>request/not-xml</c> …, <c>bank/form</c>; 409 <c>bank/statement-reused</c> (the statement's id with other content); 422 see <see cref="KeptStatement.Check"/>.
/// Rows: reads and writes <c>BankStatements</c> and <c>BankItems</c>, adds to <c>Imports</c> and <c>Agenda</c>, reads <c>BankAccounts</c>, <c>Payees</c>, <c>Payments</c> and <c>Ledger</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PostBankStatement(Books books, BankTables bank, ExchangeTables exchange, CaseSteps steps)
{
    private const int MaxBytes = 20_000_000;

    [Function(nameof(PostBankStatement))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/bank-statements")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadXmlAsync(request, MaxBytes)).Is(out var body, out refusal)) return new Problem(refusal);
        if (!Camt.Read(body.Root, found.Digits).Is(out var file, out refusal)) return new Problem(refusal);
        var by = Caller.Of(request).Name;
        if (file.IsInformation) return await AnswerAsync(book, file, body.Bytes, by, [], true);

        var accounts = await bank.AccountsAsync(book);
        var currency = await found.Book.ReadAsync(state => state.Currency);
        List<Fault> faults = [];
        List<(KeptStatement Kept, BankStatement Read)> statements = [];
        for (var n = 0; n < file.Statements.Count; n++)
        {
            if (KeptStatement.Check(file.Statements[n], n, accounts, currency, found.Digits).Is(out var kept, out refusal)) statements.Add((kept, file.Statements[n]));
            else faults.AddRange(refusal.Faults);
        }

        if (faults.Count > 0) return new Problem(Refusal.Of([.. faults.Take(Refusal.MaxFaults)]));
        var before = await KeptAsync(book);
        if (statements.FirstOrDefault(one => before.TryGetValue(IdOf(one.Kept), out var known) && !known.IsLike(one.Kept)) is { Kept: { } reused })
            return Problem.Of(409, "bank/statement-reused", $"Statement '{Ids.Cut(reused.Statement)}' of account '{reused.Account}' came before with other balances or lines. Nothing of this file was taken in.");
        List<StatementResult> results = [];
        foreach (var (kept, read) in statements.OrderBy(one => one.Kept.To).ThenBy(one => one.Kept.Number))
        {
            var id = IdOf(kept);
            var last = before.Values.Where(other => other.Account == kept.Account && other.To <= kept.To && other.Statement != kept.Statement).OrderBy(other => other.To).ThenBy(other => other.Number).LastOrDefault();
            var gap = kept.GapTo(last, found.Digits);
            var whole = before.TryGetValue(id, out var known) ? kept with { Gap = known.Gap, Follows = known.Follows } : kept with { Gap = gap, Follows = last is not null && gap is null };
            if (!(await CreateAsync(book, id, whole, read, accounts[kept.Account], found, by)).Is(out var result, out refusal)) return new Problem(refusal);
            results.Add(result);
            before[id] = whole;
        }

        return await AnswerAsync(book, file, body.Bytes, by, results, results.TrueForAll(result => !result.IsNew));
    }

    /// <summary>One statement: its case, its items one after another, and the case's end.</summary>
    private async Task<Outcome<StatementResult>> CreateAsync(string book, string id, KeptStatement kept, BankStatement read, BankAccount account, OpenedBook found, string by)
    {
        var request = BankTables.Write(kept with { Gap = null, Follows = false });
        if (!(await steps.RunAsync(bank.Statements, book, id, new CaseCommand(CaseCommand.Create, request, by, CaseCommand.Create), _ => new CaseDecision(BankTables.Write(kept)))).Is(out var begun, out var refusal))
            return refusal.Code == "case/id-reused" ? new Refusal(409, "bank/statement-reused", $"Statement '{Ids.Cut(kept.Statement)}' of account '{kept.Account}' came before with other content. Nothing was changed by this one.") : refusal;
        if (begun.Case.IsDone) return new StatementResult(id, BankTables.ReadStatement(begun.Case), 0, 0, false);

        var matching = await MatchingAsync(book, found);
        var (posted, open, knownLines) = (0, 0, 0);
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        foreach (var line in read.Lines)
        {
            var alike = line.Fingerprint(kept.Account, 0);
            var place = places.GetValueOrDefault(alike) + 1;
            while (kept.Follows && await bank.Items.Cases.FindAsync(book, ItemOf(kept, line, place)) is { } other && BankTables.ReadItem(other).Statement != id) place++;
            places[alike] = place;
            var item = ItemOf(kept, line, place);
            // Banks word names and value dates anew: what tells a line is what makes the request.
            var command = new CaseCommand(CaseCommand.Create, System.Text.Json.JsonSerializer.Serialize(line with { Party = null, ValueOn = null }, BankJson.Default.BankLine), by, CaseCommand.Create);
            var outcome = await steps.RunAsync(bank.Items, book, item, command, async _ =>
            {
                var match = matching.Take(line);
                var taken = new BankItem(kept.Account, id, line, match, match.Lines.Count > 0 ? 1 : 0);
                if (!taken.IsPosted) return new CaseDecision(BankTables.Write(taken));
                var (tell, no) = await Posting.PrepareAsync(found, [taken.Entry(item, account)], by);
                // What the ledger would not take is left to a person, with the reason.
                return no is null ? new CaseDecision(BankTables.Write(taken), IsDone: true, Tell: tell)
                    : new CaseDecision(BankTables.Write(taken with { Match = new BankMatch(null, [], [new Proposal(no.Faults[0].Detail, match.Lines)]), Rounds = 0 }));
            });
            if (!outcome.Is(out var result, out refusal)) return refusal;
            if (BankTables.ReadItem(result.Case).Statement != id) knownLines++;
            else if (result.Case.IsDone) posted++;
            else open++;
        }

        var ended = kept with { Known = knownLines };
        var end = await steps.RunAsync(bank.Statements, book, id, new CaseCommand("taken-in", "{}", by, "taken-in"), _ => new CaseDecision(BankTables.Write(ended), IsDone: true));
        return end.Is(out _, out refusal) ? new StatementResult(id, ended, posted, open, true) : refusal;
    }

    private static string ItemOf(KeptStatement statement, BankLine line, int place) => $"{statement.Account}.{line.Fingerprint(statement.Account, place)[..24]}";

    private async Task<BankMatching> MatchingAsync(string book, OpenedBook found)
    {
        var postings = await found.Book.ReadAsync(state => OpenItems.PostingsOf(state, BusinessDay.Latest, null));
        var open = OpenItems.Of(postings, BusinessDay.Latest, settled: false).Items.Where(item => !item.IsCredit && Int128.Abs(item.OpenMinor) < long.MaxValue);
        return new BankMatching(open.Select(item => new MatchItem(item.Account, item.Party, item.Document, item.DueDate, (long)item.OpenMinor)), await bank.PayeesAsync(book), await bank.OrderedAsync(book));
    }

    private async Task<Dictionary<string, KeptStatement>> KeptAsync(string book)
    {
        Dictionary<string, KeptStatement> all = new(StringComparer.Ordinal);
        await foreach (var row in bank.Statements.Cases.ScanAllAsync(book)) all[row.Id] = BankTables.ReadStatement(row);
        return all;
    }

    /// <summary>The bank numbers its statements as it likes, so that a digest stands for the name; the account keeps them apart.</summary>
    private static string IdOf(KeptStatement statement) => $"{statement.Account}.{Ids.Key(statement.Statement)[..16]}";

    private async Task<IResult> AnswerAsync(string book, CamtFile file, byte[] bytes, string by, List<StatementResult> results, bool isKnown)
    {
        var imported = ImportFile.Of(ImportKind.BankStatement, bytes, file.Statements.Sum(statement => statement.Lines.Count), file.Message);
        if (!(await exchange.NoteAsync(steps, book, "bank", imported, by)).Is(out var import, out var refusal)) return new Problem(refusal);
        return new JsonAnswer(import.IsNew || !isKnown ? 201 : 200, json =>
        {
            json.WriteString("book", book);
            json.WriteString("import", import.Case.Id);
            json.WriteBoolean("informationOnly", file.IsInformation);
            json.WriteList("statements", results, result =>
            {
                json.WriteString("id", result.Id);
                json.WriteString("account", result.Statement.Account);
                json.WriteString("statement", result.Statement.Statement);
                json.WriteNumber("lines", result.Statement.Lines);
                json.WriteNumber("posted", result.Posted);
                json.WriteNumber("open", result.Open);
                json.WriteNumber("known", result.IsNew ? result.Statement.Known ?? 0 : result.Statement.Lines);
                if (result.Statement.Gap is { } gap) json.WriteString("gap", gap);
            });
        });
    }

    private sealed record StatementResult(string Id, KeptStatement Statement, int Posted, int Open, bool IsNew);
}
