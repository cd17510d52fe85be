using System.Collections.Concurrent;
using System.Text.Json;
using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Banking;

/// <summary>
/// The bank's tables, each with the rows of <see cref="CaseTable"/>. <c>BankAccounts</c>: State is a <see cref="BankAccount"/>, never done. <c>Payees</c>: a <see cref="Payee"/>, id the party, never done. <c>BankStatements</c>: a <see cref="KeptStatement"/>, done when all its lines are items.
/// <c>Payments</c>: a <see cref="Payment"/>, done when nothing of it is to come any more; what its commits tell are entries, and the file that went out. <c>PaymentClaims</c>: a <see cref="PaymentClaim"/>, never done. <c>BankItems</c>: a <see cref="BankItem"/>, done when it is posted; what its commits tell are entries for the ledger, and what they say of a payment.
/// </summary>
public sealed class BankTables
{
    private readonly Posting _posting;
    private readonly ExchangeTables _exchange;
    private readonly CaseSteps _steps;

    public BankTables(Storage storage, Posting posting, ExchangeTables exchange, CaseSteps steps)
    {
        (_posting, _exchange, _steps) = (posting, exchange, steps);
        Accounts = new("bank-accounts", new CaseTable(storage, "BankAccounts"), (_, _) => Task.CompletedTask);
        Payees = new("payees", new CaseTable(storage, "Payees"), (_, _) => Task.CompletedTask);
        Statements = new("bank-statements", new CaseTable(storage, "BankStatements"), (_, _) => Task.CompletedTask);
        Items = new("bank-items", new CaseTable(storage, "BankItems"), TellAsync);
        Payments = new("payments", new CaseTable(storage, "Payments"), TellAsync) { Apart = Payment.Apart };
        Claims = new("payment-claims", new CaseTable(storage, "PaymentClaims"), (_, _) => Task.CompletedTask);
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Department Accounts { get; }

    public Department Payees { get; }

    public Department Statements { get; }

    public Department Items { get; }

    public Department Payments { get; }

    public Department Claims { get; }

    public static BankAccount ReadAccount(CaseRow row) => row.Read(BankJson.Default.BankAccount);

    public static Payee ReadPayee(CaseRow row) => row.Read(BankJson.Default.Payee);

    public static KeptStatement ReadStatement(CaseRow row) => row.Read(BankJson.Default.KeptStatement);

    public static BankItem ReadItem(CaseRow row) => row.Read(BankJson.Default.BankItem);

    public static Payment ReadPayment(CaseRow row)
    {
        // Until version 0.6.0 what was withdrawn was kept as rejected for that reason.
        var payment = row.Read(BankJson.Default.Payment);
        return payment.Items.Any(IsWithdrawn) ? payment with { Items = [.. payment.Items.Select(item => IsWithdrawn(item) ? item with { Answer = BankAnswer.Withdrawn, Reason = null } : item)] } : payment;

        static bool IsWithdrawn(PaymentItem item) => item is { Answer: BankAnswer.Rejected, Reason: "withdrawn" };
    }

    public static PaymentClaim ReadClaim(CaseRow row) => row.Read(BankJson.Default.PaymentClaim);

    public static string Write(PaymentClaim claim) => JsonSerializer.Serialize(claim, BankJson.Default.PaymentClaim);

    public static string Write(Payment payment) => JsonSerializer.Serialize(payment, BankJson.Default.Payment);

    public static string Write(BankAccount account) => JsonSerializer.Serialize(account, BankJson.Default.BankAccount);

    public static string Write(Payee payee) => JsonSerializer.Serialize(payee, BankJson.Default.Payee);

    public static string Write(KeptStatement statement) => JsonSerializer.Serialize(statement, BankJson.Default.KeptStatement);

    public static string Write(BankItem item) => JsonSerializer.Serialize(item, BankJson.Default.BankItem);

    /// <summary>What an item's commit has to tell: its entries, and what it says of a payment of ours.</summary>
    /// <param name="entries">As <see cref="Posting.PrepareAsync"/> gives them; null: they are in the book.</param>
    internal static string? ToTell(string? entries, ToldTrace? trace, int digits, string by) =>
        trace is null ? entries : Beside(entries, "trace", JsonSerializer.Serialize(trace, BankJson.Default.ToldTrace), digits, by);

    /// <summary>What an order's commit has to tell: its entries, and the file that is made of it.</summary>
    internal static string ToTell(string? entries, ToldExport export, int digits, string by) => Beside(entries, "export", JsonSerializer.Serialize(export, BankJson.Default.ToldExport), digits, by);

    /// <summary>The entries' object with a member more.</summary>
    private static string Beside(string? entries, string member, string value, int digits, string by)
    {
        var told = System.Text.Json.Nodes.JsonNode.Parse(entries ?? Posting.ToTell([], digits, by))!.AsObject();
        told[member] = System.Text.Json.Nodes.JsonNode.Parse(value);
        return told.ToJsonString(Plain);
    }

    private async Task TellAsync(string book, string body)
    {
        await _posting.TellAsync(book, body);
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.TryGetProperty("export", out var made))
        {
            var export = made.Deserialize(BankJson.Default.ToldExport)!;
            var state = ExchangeTables.Write(export.File);
            await _steps.RunAsync(_exchange.Exports, book, export.Id, new CaseCommand(CaseCommand.Create, state, export.By, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
        }

        if (!json.RootElement.TryGetProperty("trace", out var told)) return;
        var trace = told.Deserialize(BankJson.Default.ToldTrace)!;
        if (!(await trace.Trace.NoteAsync(this, _steps, book, trace.Payment, trace.By, trace.Operation)).Is(out _, out var refusal)) throw new InvalidOperationException($"Payment {trace.Payment} of book {book}: {refusal.Faults[0].Detail}");
    }

    /// <summary>Items as they stand, those that wait without the proposals of what is not open any more.</summary>
    internal async Task<List<BankItem>> CurrentAsync(OpenedBook book, IReadOnlyList<CaseRow> rows)
    {
        var (accounts, items) = (await AccountsAsync(book.Book.Id), rows.Select(ReadItem).ToList());
        return await book.Book.ReadAsync(state =>
        {
            // Many lines are proposed the same: each item is looked up once.
            Dictionary<(string?, string, string?, string?), Int128?> known = [];
            return items.Zip(rows, (item, row) => row.IsDone || !accounts.TryGetValue(item.Account, out var account) ? item : StatementIntake.Current(item, line =>
            {
                var key = (account.Currency, line.Account, line.Party, line.Document);
                return known.TryGetValue(key, out var open) ? open : known[key] = StatementIntake.OpenOf(state, line, account);
            })).ToList();
        });
    }

    /// <summary>All bank accounts of a book, by id.</summary>
    public async Task<SortedDictionary<string, BankAccount>> AccountsAsync(string book)
    {
        SortedDictionary<string, BankAccount> all = new(StringComparer.Ordinal);
        await foreach (var row in Accounts.Cases.ScanAsync(book)) all[row.Id] = ReadAccount(row);
        return all;
    }

    /// <summary>Codes of the ledger accounts that show bank accounts.</summary>
    public async Task<IReadOnlySet<string>> LedgerAccountsAsync(string book) => (await AccountsAsync(book)).Values.Select(account => account.Account).ToHashSet(StringComparer.Ordinal);

    /// <summary>All statements of a book, by case id.</summary>
    public async Task<Dictionary<string, KeptStatement>> StatementsAsync(string book)
    {
        Dictionary<string, KeptStatement> all = new(StringComparer.Ordinal);
        await foreach (var row in Statements.Cases.ScanAllAsync(book)) all[row.Id] = ReadStatement(row);
        return all;
    }

    /// <summary>How many lines of each statement wait for a person; those that have none are missing.</summary>
    public async Task<Dictionary<string, int>> WaitingAsync(string book)
    {
        Dictionary<string, int> waiting = new(StringComparer.Ordinal);
        await foreach (var row in Items.Cases.ScanAsync(book))
        {
            var statement = ReadItem(row).Statement;
            waiting[statement] = waiting.GetValueOrDefault(statement) + 1;
        }

        return waiting;
    }

    /// <summary>What the payments under way are to pay, and which does; without one of them.</summary>
    public async Task<Dictionary<(string Account, string Party, string Document), string>> ClaimedAsync(string book, string? except)
    {
        Dictionary<(string, string, string), string> claimed = [];
        await foreach (var row in Payments.Cases.ScanAsync(book))
            if (row.Id != except && ReadPayment(row) is { IsRunning: true } payment)
                foreach (var item in payment.Items) claimed[(item.Account, item.Party, item.Document)] = row.Id;
        return claimed;
    }

    /// <summary>The orders of ours on a bank account of which something is still to go, and those that are done and that these references name.</summary>
    public async Task<List<OwnPayment>> OrderedAsync(string book, string account, string transit, IEnumerable<string> references)
    {
        ConcurrentDictionary<string, OwnPayment> ordered = new(StringComparer.Ordinal);
        void Add(CaseRow row)
        {
            if (ReadPayment(row) is { Status: PaymentStatus.Ordered } payment && payment.BankAccount == account) ordered[Payment.Reference(row.Id)] = new OwnPayment(row.Id, transit, payment.Items);
        }

        await foreach (var row in Payments.Cases.ScanAsync(book)) Add(row);
        var others = references.Where(reference => !ordered.ContainsKey(reference)).ToList();
        await Parallel.ForEachAsync(others, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (reference, _) =>
        {
            if (Ids.IsEntity(reference) && await Payments.Cases.FindMarkAsync(book, reference, CaseCommand.Create) is not null && await Payments.Cases.FindAsync(book, reference) is { } row) Add(row);
        });
        // A digest does not tell the id: all that are done are looked at.
        if (others.Exists(reference => Payment.IsDigest(reference) && !ordered.ContainsKey(reference)))
            await foreach (var row in Payments.Cases.ScanAsync(book, done: true))
                if (others.Contains(Payment.Reference(row.Id))) Add(row);
        return [.. ordered.Values];
    }

    /// <summary>Posted lines that returns may take back. All that were ever posted are looked at: returns are rare.</summary>
    /// <param name="mayBe">Whether a line of this amount may be one.</param>
    public async Task<List<EarlierLine>> EarlierAsync(string book, Func<long, bool> mayBe)
    {
        List<EarlierLine> earlier = [];
        await foreach (var row in Items.Cases.ScanAsync(book, done: true))
            if (ReadItem(row) is { Line.IsReturn: false, Match.Own: null } item && mayBe(item.Line.AmountMinor)) earlier.Add(new EarlierLine(row.Id, item.Line, item.Match.Lines));
        return earlier;
    }

    /// <summary>The payment that the bank calls so; null: none has this reference. One that was answered wholly is found too, since banks repeat themselves.</summary>
    public async Task<CaseRow?> PaymentOfAsync(string book, string reference)
    {
        if (Ids.IsEntity(reference) && await Payments.Cases.FindAsync(book, reference) is { } named) return named;
        if (!Payment.IsDigest(reference)) return null;
        await foreach (var row in Payments.Cases.ScanAllAsync(book))
            if (Payment.Reference(row.Id) == reference) return row;
        return null;
    }

    /// <summary>All bank details of a book's parties, by party.</summary>
    public async Task<SortedDictionary<string, Payee>> PayeesAsync(string book)
    {
        SortedDictionary<string, Payee> all = new(StringComparer.Ordinal);
        await foreach (var row in Payees.Cases.ScanAsync(book)) all[row.Id] = ReadPayee(row);
        return all;
    }
}
