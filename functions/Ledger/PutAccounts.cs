using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>PUT /api/books/{book}/accounts</c> <c>[{account, name, type, line?, otherLine?}]</c>: adds or changes accounts, all or none, in one commit. 201 when any is new, else 200.
/// Rows: commits <c>AccountDefined</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutAccounts(Books books)
{
    public const int MaxAccounts = 5_000;

    [Function(nameof(PutAccounts))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/accounts")] HttpRequest request, string book)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var accounts = Read(json.RootElement, faults);
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            return await CommitAsync(found.Book, accounts, Caller.Of(request).Name);
        }
    }

    /// <summary>Commits the accounts and answers how many were added, changed, and left as they were.</summary>
    internal static async Task<IResult> CommitAsync(Book book, IReadOnlyList<AccountWanted> accounts, string by)
    {
        var defined = await book.CommitAsync(accounts.Count * 400, draft => Decide(draft, accounts, by));
        if (!defined.Is(out var answer, out var refusal)) return new Problem(refusal);
        return new JsonAnswer(answer.Created > 0 ? 201 : 200, json =>
        {
            json.WriteNumber("created", answer.Created);
            json.WriteNumber("changed", answer.Changed);
            json.WriteNumber("unchanged", answer.Unchanged);
        });
    }

    /// <summary>
    /// An account's name may change at any time, its type only while nothing is posted to it (409 <c>ledger/account-type-fixed</c>): figures already reported would move.
    /// Worked: three accounts, one new, one renamed, one equal → created 1, changed 1, unchanged 1, two records.
    /// </summary>
    internal static Outcome<AccountsAnswer> Decide(BookDraft book, IReadOnlyList<AccountWanted> accounts, string by)
    {
        List<Fault> faults = [];
        foreach (var wanted in accounts)
            if (book.Account(wanted.Account) is { Used: true } known && known.Account.Type != wanted.Type)
                faults.Add(new Fault(wanted.Path + "type", "ledger/account-type-fixed", $"Account {wanted.Account} has postings as {known.Account.Type}; define another account for {wanted.Type}."));
        if (faults.Count > 0) return new Refusal(409, faults);

        int created = 0, changed = 0, unchanged = 0;
        foreach (var wanted in accounts)
        {
            var known = book.Account(wanted.Account)?.Account;
            // A line that is left out stays as it is, unless the type has changed: then it can no longer fit.
            var keeps = known is not null && known.Type == wanted.Type && wanted.Line is null;
            var (line, otherLine) = keeps ? (known!.Line, known.OtherLine) : (wanted.Line, wanted.OtherLine);
            if (known is not null && known.Name == wanted.Name && known.Type == wanted.Type && known.Line == line && known.OtherLine == otherLine)
            {
                unchanged++;
                continue;
            }

            book.DefineAccount(wanted.Account, wanted.Name, wanted.Type, by, line, otherLine);
            if (known is null) created++;
            else changed++;
        }

        return new AccountsAnswer(created, changed, unchanged);
    }

    private static List<AccountWanted> Read(JsonElement root, List<Fault> faults)
    {
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() is 0 or > MaxAccounts)
        {
            faults.Add(new Fault("", "request/wrong-type", $"Send an array of 1 to {MaxAccounts:N0} accounts: [{{\"account\", \"name\", \"type\"}}]."));
            return [];
        }

        var accounts = new List<AccountWanted>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in root.EnumerateArray())
        {
            var path = $"[{accounts.Count}]";
            var fields = new JsonFields(element, faults, path);
            var code = fields.Id("account");
            accounts.Add(ReadOne(fields, code, faults, path + "."));
            if (code.Length > 0 && !seen.Add(code)) faults.Add(new Fault(path + ".account", "ledger/account-twice", $"Account {code} stands there twice."));
        }

        return accounts;
    }

    /// <summary>Name and type of one account.</summary>
    internal static AccountWanted ReadOne(JsonFields fields, string account, List<Fault> faults, string path)
    {
        var (name, text) = (fields.Text("name"), fields.Text("type", 20));
        var line = fields.OptionalText("line", 40);
        var otherLine = fields.OptionalText("otherLine", 40);
        fields.NoOthers();
        // Names only: Enum.TryParse would take numbers too.
        AccountType? type = text switch
        {
            "asset" => AccountType.Asset,
            "liability" => AccountType.Liability,
            "equity" => AccountType.Equity,
            "income" => AccountType.Income,
            "expense" => AccountType.Expense,
            _ => null,
        };
        if (type is null && text.Length > 0) faults.Add(new Fault(path + "type", "ledger/account-type", $"'{text}' is no account type: asset, liability, equity, income or expense."));
        if (type is { } known)
        {
            if (line is not null && StatementLine.Misfit(line, known) is { } misfit) faults.Add(new Fault(path + "line", "ledger/statement-line", misfit));
            if (otherLine is not null && (line is null || known is AccountType.Income or AccountType.Expense || StatementLine.Misfit(otherLine, known) is not null))
                faults.Add(new Fault(path + "otherLine", "ledger/statement-line", StatementLine.Misfit(otherLine, known) ?? "'otherLine' goes with 'line', on accounts of the balance sheet."));
        }

        return new AccountWanted(account, name, type ?? default, path, line, otherLine);
    }

    internal sealed record AccountWanted(string Account, string Name, AccountType Type, string Path, string? Line = null, string? OtherLine = null);

    internal sealed record AccountsAnswer(int Created, int Changed, int Unchanged);
}
