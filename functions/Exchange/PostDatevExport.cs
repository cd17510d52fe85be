using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>POST /api/books/{book}/exports/datev</c> <c>{from, to, consultant, client, accountLength?}</c>: all entries of these posting dates that no DATEV export has had, reversals among them, as Buchungsstapel files. 201 with the files and their SHA-256; 200 when the same Idempotency-Key comes again.
/// 400 <c>request/number</c> (consultant, client, accountLength); 409 <c>exchange/nothing-new</c>, <c>case/key-reused</c>; 422 <c>exchange/dates</c>, <c>ledger/no-chart</c>, <c>exchange/currency</c> (not of two digits), <c>exchange/account-number</c> (an account whose code is no number of at most that length, or two that would be one number),
/// <c>exchange/amount</c>, <c>exchange/too-many-parties</c>. Rows: reads and writes <c>Exports</c>, reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PostDatevExport(Books books, ExchangeTables exchange, DatevExport datev, CaseSteps steps, TimeProvider time)
{
    private const int MaxTries = 5;

    [Function(nameof(PostDatevExport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/exports/datev")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var body, out refusal)) return new Problem(refusal);
        DatevWanted? wanted;
        using (body)
        {
            List<Fault> faults = [];
            wanted = Read(new JsonFields(body.RootElement, faults), faults);
            if (wanted is null) return new Problem(Refusal.Of(faults));
        }

        var key = request.Headers["Idempotency-Key"].ToString();
        var by = Caller.Of(request).Name;
        for (var n = 0; n < MaxTries; n++)
        {
            var all = await datev.AllAsync(book);
            if (key.Length > 0 && all.FirstOrDefault(one => one.Value.Datev!.Key == key) is { Value: { } known } first)
                return wanted.IsThatOf(known) ? GetDatevExport.Answer(200, book, first.Key, known, null) : Problem.Of(409, "case/key-reused", "This Idempotency-Key came before with another request. Use a new one for a new request.");

            var (head, name, problem) = await found.Book.ReadAsync(state => (state.Entries, state.Name, Misfit(state, wanted)));
            if (problem is not null) return new Problem(problem);
            var number = all.Count + 1;
            var export = new ExportFile(ExportKind.Datev, head, [], wanted.From, wanted.To, time.GetUtcNow(), new DatevRun(wanted.Consultant, wanted.Client, wanted.AccountLength, 0, 0, key.Length > 0 ? key : null, name, DatevRun.LatestLayout));
            if (!(await NumberPartiesAsync(found, export, [.. all.Values], by)).Is(out var parties, out refusal)) return new Problem(refusal);
            var (files, entries, leftOut) = await datev.WriteAsync(found, export, [.. all.Values], parties, _ => null, request.HttpContext.RequestAborted);
            if (files.Count == 0) return Problem.Of(409, "exchange/nothing-new", $"Every entry from {BusinessDay.Text(wanted.From)} to {BusinessDay.Text(wanted.To)} has been exported, or there is none.");

            var made = export with { Files = files, Datev = export.Datev! with { Entries = entries, LeftOut = leftOut } };
            var state = ExchangeTables.Write(made);
            var outcome = await steps.RunAsync(exchange.Exports, book, ExchangeTables.IdOf(DatevExport.Prefix, number), new CaseCommand(CaseCommand.Create, state, by, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
            if (outcome.Is(out _, out refusal)) return GetDatevExport.Answer(201, book, number, made, null);
            if (refusal.Code != "case/id-reused") return new Problem(refusal);
            // Another export took the number: what it has had, this one has not to have.
        }

        throw new StorageUnavailableException("Exports of this book are being made without a pause. Send the same request again.");
    }

    /// <summary>Sees to it that every customer and supplier of the export has a number; they are kept before the first file is made with them.</summary>
    private async Task<Outcome<DatevParties>> NumberPartiesAsync(OpenedBook book, ExportFile export, IReadOnlyList<ExportFile> before, string by)
    {
        var settings = book.Book.ReadKnown(state => state.Settings);
        var names = new DatevNames(settings.Chart!, export.Datev!.AccountLength, DatevParties.None);
        HashSet<string> debtors = new(StringComparer.Ordinal), creditors = new(StringComparer.Ordinal);
        List<string> newDebtors = [], newCreditors = [];
        foreach (var year in DatevExport.Years(export, settings.FiscalYearStart))
        {
            await foreach (var posted in datev.EntriesAsync(book.Book, export, before, year))
            {
                foreach (var line in posted.Entry.Lines)
                {
                    if (Math.Abs(line.AmountMinor) > DatevFormat.MaxAmountMinor) return new Refusal(422, "exchange/amount", $"Entry '{posted.Entry.Id}' has an amount of more than ten digits before the comma, which the format cannot hold.");
                    if (names.IsDebtor(line) && debtors.Add(line.Party!)) newDebtors.Add(line.Party!);
                    if (names.IsCreditor(line) && creditors.Add(line.Party!)) newCreditors.Add(line.Party!);
                }
            }
        }

        // A party that comes later may have a number of its own.
        var reserved = await book.Book.ReadAsync(state => state.Accounts.SelectMany(account => account.Parties.Keys).Select(DatevParties.OwnNumber).OfType<int>().ToHashSet());
        var known = await datev.PartiesAsync(book.Book.Id);
        if (newDebtors.All(known.Debtors.ContainsKey) && newCreditors.All(known.Creditors.ContainsKey)) return known;
        var outcome = await steps.RunAsync(exchange.Exports, book.Book.Id, DatevParties.CaseId, new CaseCommand(CaseCommand.Put, JsonSerializer.Serialize(new[] { newDebtors, newCreditors }), by, CaseCommand.Put), row =>
            (row is null ? DatevParties.None : ExchangeTables.ReadParties(row)).With(newDebtors, newCreditors, reserved).Is(out var all, out var refusal) is false ? refusal
            : ExchangeTables.Write(all) is var kept && kept.Length <= CaseTable.MaxStateChars ? new CaseDecision(kept) : new Refusal(422, "exchange/too-many-parties", $"The numbers of {all.Debtors.Count + all.Creditors.Count:N0} customers and suppliers are more than can be kept."));
        return outcome.Is(out var result, out var no) ? ExchangeTables.ReadParties(result.Case) : no;
    }

    private static Refusal? Misfit(BookState state, DatevWanted wanted)
    {
        if (state.Settings.Chart is null) return new Refusal(422, "ledger/no-chart", "The book has no chart, which DATEV has to know: PUT /api/books/{book} with chart SKR03 or SKR04.");
        if (state.Digits != 2) return new Refusal(422, "exchange/currency", $"The format holds amounts with two decimals; {state.Currency} has {state.Digits}.");
        List<Fault> faults = [.. state.Accounts.Where(account => account.Days.Count > 0 && (account.Code.Length > wanted.AccountLength || !account.Code.All(char.IsAsciiDigit)))
            .Select(account => new Fault("accountLength", "exchange/account-number", $"Account '{account.Code}' is no number of at most {wanted.AccountLength} digits.")).Take(Refusal.MaxFaults)];
        if (faults.Count > 0) return new Refusal(422, faults);

        // Zeros at the end tell no two accounts apart: their balances would be one at DATEV, and nobody would see it.
        faults.AddRange(state.Accounts.Where(account => account.Days.Count > 0).GroupBy(account => DatevNames.Widened(account.Code, wanted.AccountLength), StringComparer.Ordinal).Where(same => same.Count() > 1).Take(Refusal.MaxFaults)
            .Select(same => new Fault("accountLength", "exchange/account-number", $"Accounts {string.Join(" and ", same.Select(account => $"'{account.Code}'"))} would both be {same.Key}: DATEV could not tell them apart.")));
        return faults.Count > 0 ? new Refusal(422, faults) : null;
    }

    private static DatevWanted? Read(JsonFields fields, List<Fault> faults)
    {
        var (from, to) = (fields.Date("from"), fields.Date("to"));
        var (consultant, client) = (fields.Whole("consultant", 1_001, 9_999_999), fields.Whole("client", 1, 99_999));
        var length = fields.OptionalWhole("accountLength", 4, 8) ?? 4;
        fields.NoOthers();
        if (to < from) faults.Add(new Fault("to", "exchange/dates", "'to' must not lie before 'from'."));
        return faults.Count > 0 ? null : new DatevWanted(from!.Value, to!.Value, consultant!.Value, client!.Value, length);
    }

    private sealed record DatevWanted(DateOnly From, DateOnly To, int Consultant, int Client, int AccountLength)
    {
        public bool IsThatOf(ExportFile export) => (export.From, export.To, export.Datev!.Consultant, export.Datev.Client, export.Datev.AccountLength) == (From, To, Consultant, Client, AccountLength);
    }
}
