using System.Globalization;
using System.Text;
using System.Xml.Linq;
using BackOffice.Kernel;

namespace BackOffice.Banking;

/// <summary>A file of a bank, as it was read.</summary>
/// <param name="Message">Its own id (MsgId).</param>
/// <param name="IsInformation">Whether it only informs (camt.052, camt.054): nothing is posted from it.</param>
/// <param name="Statements">Its statements.</param>
public sealed record CamtFile(string Message, bool IsInformation, IReadOnlyList<BankStatement> Statements);

/// <summary>
/// Reads bank statements of ISO 20022, entry by entry as the file comes in: camt.053 in the versions .001.02 and .001.08, whose forms differ in the status (<c>Sts</c> or <c>Sts/Cd</c>), the parties (<c>Dbtr/Nm</c> or <c>Dbtr/Pty/Nm</c>) and the amount of a detail; camt.052 and camt.054 as information.
/// </summary>
/// <param name="bookDigits">Of the book's currency, for what names none.</param>
public sealed class CamtReader(int bookDigits)
{
    /// <summary>The elements that are many.</summary>
    public const string Entry = "Ntry";

    private const int MaxWordChars = 500;

    private const string Prefix = "urn:iso:std:iso:20022:tech:xsd:";

    private static readonly Dictionary<string, (string Root, string Part, bool IsInformation)> Forms = new(StringComparer.Ordinal)
    {
        [Prefix + "camt.053.001.02"] = ("BkToCstmrStmt", "Stmt", false),
        [Prefix + "camt.053.001.08"] = ("BkToCstmrStmt", "Stmt", false),
        [Prefix + "camt.052.001.02"] = ("BkToCstmrAcctRpt", "Rpt", true),
        [Prefix + "camt.052.001.08"] = ("BkToCstmrAcctRpt", "Rpt", true),
        [Prefix + "camt.054.001.02"] = ("BkToCstmrDbtCdtNtfctn", "Ntfctn", true),
        [Prefix + "camt.054.001.08"] = ("BkToCstmrDbtCdtNtfctn", "Ntfctn", true),
    };

    /// <summary>What a payment that comes back is called: reimbursed, a direct debit unpaid or reversed. Source: ISO 20022 External Code Sets, bank transaction sub-families.</summary>
    private static readonly HashSet<string> ReturnCodes = new(StringComparer.Ordinal) { "RRTN", "UPDD", "PRDD" };

    private readonly List<Fault> _faults = [];
    private readonly Dictionary<XElement, Part> _parts = [];
    private (XElement Statement, int Number)? _last;

    /// <summary>Takes one entry of a statement; what stands before it there, account and balances, has been read.</summary>
    public void Take(XElement statement, XElement entry)
    {
        var part = PartOf(statement);
        part.Entries++;
        var path = string.Create(CultureInfo.InvariantCulture, $"{part.Path}/Ntry[{part.Entries}]");
        if ((entry.ValueOf("Sts/Cd") ?? entry.ValueOf("Sts")) is not { } status) AddFault(path + "/Sts", "bank/missing", "'Sts' is missing: it says whether the line is booked.");
        else if (status == "BOOK") part.Lines.AddRange(Lines(entry, path, part));
        else if (status is "PDNG" or "INFO" or "FUTR") part.NotBooked++;
        else AddFault(path + "/Sts", "bank/status", $"'{Ids.Cut(status)}' must be BOOK, PDNG, INFO or FUTR.");
    }

    private void AddFault(string path, string code, string detail)
    {
        if (_faults.Count < Refusal.MaxFaults) _faults.Add(new Fault(path, code, detail));
    }

    /// <summary>
    /// The file's statements. A line is booked when its status is BOOK; one of 0.00 moves nothing and is left out; one that sums up several payments, each with an amount (and, since version 8, a side) of its own and together its amount, is taken apart, others are taken whole, and as a return when one of them is.
    /// Pages of one statement in one file are put together: all but the last end with an interim balance (ITBD, or CLBD with INTM), all but the first begin with one.
    /// 400 <c>bank/form</c> (another document); 422 <c>bank/missing</c>, <c>bank/status</c>, <c>bank/amount</c>, <c>bank/date</c>, <c>bank/side</c>, <c>bank/currency</c> (a line or balance in another than its account's), <c>bank/text</c>, <c>bank/pages</c> (a page without the others), each with the path of the element: <c>Stmt[1]/Ntry[3]/Amt</c>.
    /// Worked: <c>Ntry</c> of 30.00 CRDT with details of 10.00 and 20.00 → two lines of 10.00 and 20.00.
    /// </summary>
    /// <param name="document">The document without its entries.</param>
    public Outcome<CamtFile> End(XElement document)
    {
        if (document.Name.LocalName != "Document" || !Forms.TryGetValue(document.Name.NamespaceName, out var form) || document.Child(form.Root) is not { } root)
            return new Refusal(400, "bank/form", $"This is no bank statement that is known here: Document of {string.Join(", ", Forms.Keys.Select(name => name[Prefix.Length..]))} is wanted, not '{Ids.Cut(document.Name.ToString())}'.");
        var message = Text(root, "GrpHdr/MsgId", "GrpHdr") ?? "";
        List<Page> pages = [.. root.Children(form.Part).Select(part => Statement(part, form.IsInformation))];
        if (pages.Count == 0) AddFault(form.Part, "bank/missing", $"The file holds no {form.Part}.");
        List<BankStatement> statements = [.. form.IsInformation ? pages.Select(page => page.Statement) : Whole(pages)];
        return _faults.Count == 0 ? new CamtFile(message, form.IsInformation, statements) : Refusal.Of(_faults);
    }

    /// <summary>The statements, those in pages put together: the opening of the first page, the closing of the last, the lines of all.</summary>
    private IEnumerable<BankStatement> Whole(List<Page> pages)
    {
        foreach (var same in pages.GroupBy(page => (page.Statement.Iban, page.Statement.Id)))
        {
            Page? joined = null;
            foreach (var page in same.OrderBy(page => page.Number))
            {
                if (joined is not null && !page.IsContinued) Incomplete(joined, "ends", "after");
                if (joined is null && page.IsContinued) Incomplete(page, "begins", "before");
                joined = joined is null || !page.IsContinued ? page : page with { Statement = joined.Statement with { Closing = page.Statement.Closing, Lines = [.. joined.Statement.Lines, .. page.Statement.Lines], NotBooked = joined.Statement.NotBooked + page.Statement.NotBooked } };
                if (joined.IsToBeContinued) continue;
                yield return joined.Statement;
                joined = null;
            }

            if (joined is not null) Incomplete(joined, "ends", "after");
        }

        void Incomplete(Page page, string how, string where) => AddFault(page.Path + "/Bal", "bank/pages", $"This page of statement '{Ids.Cut(page.Statement.Id)}' {how} with an interim balance, and the page {where} it is not in the file: send all pages of a statement in one file.");
    }

    private Page Statement(XElement statement, bool isInformation)
    {
        var part = PartOf(statement);
        var iban = Text(statement, "Acct/Id/IBAN", part.Path) ?? "";
        var id = Text(statement, "Id", part.Path) ?? "";
        BankBalance? opening = null, closing = null, carried = null;
        var hasInterim = false;
        foreach (var (balance, n) in statement.Children("Bal").Select((balance, n) => (balance, n + 1)))
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{part.Path}/Bal[{n}]");
            var code = balance.ValueOf("Tp/CdOrPrtry/Cd");
            if (isInformation || code is not ("OPBD" or "PRCD" or "CLBD" or "ITBD")) continue;
            if (part.Currency is not null && (string?)balance.Child("Amt")?.Attribute("Ccy") is { } own && own != part.Currency) AddFault(at + "/Amt", "bank/currency", $"The balance is in '{Ids.Cut(own)}', its account in {Ids.Cut(part.Currency)}.");
            if (code == "ITBD" || balance.ValueOf("Tp/SubTp/Cd") == "INTM")
            {
                hasInterim = true;
                continue;
            }

            if (Signed(balance, at, part.Digits) is not { } amount || Date(balance.Child("Dt"), at + "/Dt") is not { } date) continue;
            // Of several days in one file the first opening and the last closing count; a balance carried over stands for an opening that is missing.
            if (code == "CLBD") closing = closing is null || date >= closing.Date ? new BankBalance(date, amount) : closing;
            else if (code == "OPBD") opening = opening is null || date < opening.Date ? new BankBalance(date, amount) : opening;
            else carried = carried is null || date < carried.Date ? new BankBalance(date, amount) : carried;
        }

        var read = new BankStatement(id, Number(statement.ValueOf("ElctrncSeqNb") ?? statement.ValueOf("LglSeqNb")), part.Iban ?? iban, part.Currency ?? "", opening ?? carried, closing, part.Lines, part.NotBooked);
        return new Page(read, part.Path, Number(statement.ValueOf("StmtPgntn/PgNb")) ?? 0, read.Opening is null && hasInterim, closing is null && hasInterim);
    }

    private Part PartOf(XElement statement)
    {
        if (_parts.TryGetValue(statement, out var part)) return part;
        var number = NumberOf(statement);
        var currency = statement.ValueOf("Acct/Ccy") ?? statement.Child("Bal/Amt")?.Attribute("Ccy")?.Value;
        part = new Part(string.Create(CultureInfo.InvariantCulture, $"{statement.Name.LocalName}[{number}]"), currency, Currency.DigitsOf(currency ?? "") ?? bookDigits, Iban.Parse(statement.ValueOf("Acct/Id/IBAN") ?? ""), PlainOf(NameOf(statement.Child("Acct"), "Ownr")));
        _parts.Add(statement, part);
        return part;
    }

    /// <summary>A statement's place among its like, from 1; those of one parent come in order, and are counted on from the last.</summary>
    private int NumberOf(XElement statement)
    {
        var (at, number) = _last is var (last, known) && last.Parent == statement.Parent && last.Name == statement.Name ? (last, known) : (null, 0);
        for (; at is not null && at != statement; number++) at = at.ElementsAfterSelf(statement.Name).FirstOrDefault();
        if (at is null) number = statement.ElementsBeforeSelf(statement.Name).Count() + 1;
        _last = (statement, number);
        return number;
    }

    private string? Text(XElement parent, string name, string path)
    {
        var text = parent.ValueOf(name);
        if (text is null) AddFault($"{path}/{name}", "bank/missing", $"'{name}' is missing.");
        return text;
    }

    private IEnumerable<BankLine> Lines(XElement entry, string path, Part part)
    {
        // A closing of the account without interest is a line of 0.00.
        if (Signed(entry, path, part.Digits, part.Currency) is not (not 0 and { } whole) || Date(entry.Child("BookgDt"), path + "/BookgDt") is not { } booked) yield break;
        var written = WrittenDay(entry.Child("BookgDt")) ?? booked;
        var value = entry.Child("ValDt") is { } day ? Date(day, path + "/ValDt") : null;
        var reference = entry.ValueOf("AcctSvcrRef") ?? entry.ValueOf("NtryRef");
        // An xs:boolean has two ways to be true.
        var isReversal = entry.ValueOf("RvslInd") is "true" or "1";
        var batch = entry.Child("NtryDtls/Btch");
        List<XElement> details = [.. entry.Children("NtryDtls").SelectMany(group => group.Children("TxDtls"))];
        BankLine Line(XElement? detail, long amount, bool isReturn, string? otherwise = null) => Bounded(LineOf(entry, detail, batch, booked, written, value, amount, reference, isReturn, part, otherwise), path);
        var amounts = details.Count > 1 ? details.Select(detail => DetailMinor(detail, part, Math.Sign(whole))).ToList() : [];
        if (amounts.Count > 1 && amounts.All(amount => amount is not (null or 0)) && amounts.Aggregate(Int128.Zero, (sum, amount) => sum + amount!.Value) == whole)
        {
            for (var n = 0; n < details.Count; n++) yield return Line(details[n], amounts[n]!.Value, isReversal);
        }
        else yield return Line(details.Count == 1 ? details[0] : null, whole, isReversal || details.Any(detail => detail.Child("RtrInf") is not null), entry.ValueOf("AddtlNtryInf"));
    }

    /// <summary>Each text of a line may be so long; the standard has 35 for references, 140 for names, and texts of 140.</summary>
    private BankLine Bounded(BankLine line, string path)
    {
        foreach (var (name, text, most) in ((string, string?, int)[])[("reference", line.Reference, MaxWordChars), ("EndToEndId", line.EndToEndId, MaxWordChars), ("PmtInfId", line.BatchId, MaxWordChars), ("Nm", line.Party, MaxWordChars), ("RtrInf", line.ReturnReason, MaxWordChars), ("BkTxCd", line.Code, MaxWordChars), ("RmtInf", line.Remittance, SafeXml.MaxTextChars)])
            if (text?.Length > most) AddFault($"{path}/{name}", "bank/text", $"The text has {text.Length:N0} characters; at most {most:N0} are taken.");
        return line;
    }

    private static BankLine LineOf(XElement entry, XElement? detail, XElement? batch, DateOnly booked, DateOnly written, DateOnly? value, long amount, string? reference, bool isReversal, Part part, string? otherwise)
    {
        var parties = detail.Child("RltdPties");
        var remittance = new StringBuilder();
        foreach (var text in detail.Child("RmtInf").Children("Ustrd").Select(text => text.Value.Trim())
            .Concat(detail.Child("RmtInf").Children("Strd").SelectMany(part => (string?[])[part.ValueOf("CdtrRefInf/Ref"), part.ValueOf("RfrdDocInf/Nb"), part.ValueOf("AddtlRmtInf")]).OfType<string>()))
            remittance.Append(remittance.Length > 0 ? " " : "").Append(text);
        var endToEnd = detail.ValueOf("Refs/EndToEndId");
        var family = detail.Child("BkTxCd/Domn") ?? entry.Child("BkTxCd/Domn");
        var code = family.ValueOf("Fmly/SubFmlyCd") is { } sub ? $"{family.ValueOf("Cd")}-{family.ValueOf("Fmly/Cd")}-{sub}" : detail.ValueOf("BkTxCd/Prtry/Cd") ?? entry.ValueOf("BkTxCd/Prtry/Cd");
        var isReturn = isReversal || detail.Child("RtrInf") is not null || ReturnCodes.Contains(family.ValueOf("Fmly/SubFmlyCd") ?? "");
        var told = amount > 0 ? "Dbtr" : "Cdtr";
        var side = OtherSide(parties, told, isReturn, part);
        var reason = string.Join(' ', ((string?[])[detail.ValueOf("RtrInf/Rsn/Cd") ?? detail.ValueOf("RtrInf/Rsn/Prtry"), detail.ValueOf("RtrInf/AddtlInf")]).OfType<string>());
        var iban = IbanOf(parties, side) is { } other && other != part.Iban ? other : null;
        var mark = new LineMark(written, IbanOf(parties, part.Iban is not null && IbanOf(parties, told) == part.Iban ? Opposite(told) : told));
        return new BankLine(
            booked, value, amount, detail.ValueOf("Refs/AcctSvcrRef") ?? reference, endToEnd is "NOTPROVIDED" ? null : endToEnd,
            detail.ValueOf("Refs/PmtInfId") ?? batch.ValueOf("PmtInfId") ?? detail.ValueOf("Refs/MsgId") ?? batch.ValueOf("MsgId"),
            NameOf(parties, side), iban,
            remittance.Length > 0 ? remittance.ToString() : otherwise, isReturn, reason.Length > 0 ? reason : null, code, mark == new LineMark(booked, iban) ? null : mark);
    }

    /// <summary>
    /// The other side pays what comes to us, and receives what goes. A return keeps the sides of what it returns, so that one of them is we: the one with our account or the holder's name, else the one that says less.
    /// Worked: an unpaid direct debit of ours, debtor the customer with an account, creditor our name alone → the debtor, although the money goes.
    /// </summary>
    /// <param name="told">The side that the amount tells.</param>
    private static string OtherSide(XElement? parties, string told, bool isReturn, Part part)
    {
        var opposite = Opposite(told);
        if (IsOurs(told)) return IsOurs(opposite) ? told : opposite;
        if (!isReturn || IsOurs(opposite)) return told;
        var (here, there) = (IbanOf(parties, told), IbanOf(parties, opposite));
        if (here is null != there is null) return here is null ? opposite : told;
        return NameOf(parties, told) is null && NameOf(parties, opposite) is not null ? opposite : told;

        bool IsOurs(string side) => IbanOf(parties, side) is { } iban ? iban == part.Iban : part.Owner is not null && PlainOf(NameOf(parties, side)) == part.Owner;
    }

    private static string Opposite(string side) => side == "Dbtr" ? "Cdtr" : "Dbtr";

    private static string? IbanOf(XElement? parties, string side) => parties.ValueOf(side + "Acct/Id/IBAN") is { } iban ? Iban.Parse(iban) : null;

    private static string? PlainOf(string? name) => name is null ? null : BankMatching.Plain(name);

    private static string? NameOf(XElement? parties, string side) => parties.ValueOf(side + "/Nm") ?? parties.ValueOf(side + "/Pty/Nm");

    /// <summary>A detail's own amount: directly since version 8, before that in <c>AmtDtls</c>; of its own side, else its entry's; null when it has none in this currency.</summary>
    private static long? DetailMinor(XElement detail, Part part, int entrySign)
    {
        var amount = detail.Child("Amt") ?? detail.Child("AmtDtls/TxAmt/Amt");
        if (amount is null || (part.Currency is not null && (string?)amount.Attribute("Ccy") != part.Currency)) return null;
        var sign = detail.ValueOf("CdtDbtInd") switch { "CRDT" => 1, "DBIT" => -1, _ => entrySign };
        return sign * Minor(amount.Value.Trim(), part.Digits);
    }

    private long? Signed(XElement parent, string path, int digits, string? currency = null)
    {
        var (text, side) = (parent.ValueOf("Amt"), parent.ValueOf("CdtDbtInd"));
        var minor = Minor(text, digits);
        if (minor is null) AddFault(path + "/Amt", "bank/amount", $"'{Ids.Cut(text ?? "")}' is no amount with at most {digits} decimals.");
        if (side is not ("CRDT" or "DBIT")) AddFault(path + "/CdtDbtInd", "bank/side", $"'{Ids.Cut(side ?? "")}' must be CRDT or DBIT.");
        if (currency is not null && (string?)parent.Child("Amt")?.Attribute("Ccy") is var own && own != currency) AddFault(path + "/Amt", "bank/currency", $"The line is in '{Ids.Cut(own ?? "")}', its account in {Ids.Cut(currency)}.");
        return minor is null || side is null ? null : side == "CRDT" ? minor : -minor;
    }

    /// <summary>Banks write "10", "10.0" and "10.00"; zeros at the end beyond the currency's digits mean nothing.</summary>
    private static long? Minor(string? text, int digits)
    {
        if (text is null || text.Length > 30) return null;
        var plain = text.IndexOf('.', StringComparison.Ordinal) is var point and >= 0 && text.Length - point - 1 > digits ? text.TrimEnd('0').TrimEnd('.') : text;
        return Amount.ParseMinor(Encoding.UTF8.GetBytes(plain), digits, out _);
    }

    private DateOnly? Date(XElement? date, string path)
    {
        var text = date.ValueOf("Dt") ?? date.ValueOf("DtTm");
        // A time that says its offset is another day in Berlin perhaps; without one it is the bank's own.
        if (text is { Length: > 19 } && text.AsSpan(19).IndexOfAny("Z+-") >= 0 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)) return BusinessDay.Of(instant);
        if (WrittenDay(date) is { } day) return day;
        AddFault(path, "bank/date", $"'{Ids.Cut(text ?? "")}' is no date.");
        return null;
    }

    /// <summary>The day as it stands there.</summary>
    private static DateOnly? WrittenDay(XElement? date) => (date.ValueOf("Dt") ?? date.ValueOf("DtTm")) is { Length: >= 10 } text ? BusinessDay.Parse(text.AsSpan(0, 10)) : null;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A statement as far as it has been read.</summary>
    /// <param name="Owner">The holder's name, letters and digits alone.</param>
    private sealed record Part(string Path, string? Currency, int Digits, string? Iban, string? Owner)
    {
        public int Entries { get; set; }

        public int NotBooked { get; set; }

        public List<BankLine> Lines { get; } = [];
    }

    /// <summary>A statement as it stands in the file, perhaps one page of it.</summary>
    /// <param name="Number">Of the page; 0: it says none.</param>
    /// <param name="IsContinued">It begins with an interim balance.</param>
    /// <param name="IsToBeContinued">It ends with one.</param>
    private sealed record Page(BankStatement Statement, string Path, long Number, bool IsContinued, bool IsToBeContinued);
}
