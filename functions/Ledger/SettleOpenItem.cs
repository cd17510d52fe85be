using System.Buffers;
using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/open-items/settlement</c> <c>{id, date, text?, party, account, document, bank, paid, discount?, taxCode?, foreign?, lateAs?}</c>: books the payment of an open item, with a cash
/// discount (Skonto) and the VAT it corrects, or what the rate of exchange has made of it: <c>foreign: {currency, amount, rate?}</c> says how much of the item is paid in its own currency, <c>rate</c> that the money account is held in it too. 201 with the entry's receipt; 200 with the first receipt when the same request comes again; the rest of the rules are <see cref="PostEntry"/>'s.
/// Rows: reads <c>Ledger</c> and <c>Parameters</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class SettleOpenItem(Books books, StoredEntries stored, Parameters parameters)
{
    [Function(nameof(SettleOpenItem))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/open-items/settlement")] HttpRequest request, string book)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            if (!Read(json.RootElement, found.Digits).Is(out var settlement, out refusal)) return new Problem(refusal);
            var (rates, by) = (await VatRates.LoadAsync(parameters), Caller.Of(request).Name);
            // Alone, since it goes by what is open in the committed book: of two payments at once the second must see the first.
            var (decision, receipt) = await found.Book.CommitAsync(5_000, draft => Settle(draft, settlement, rates, found.Digits, by), alone: true);
            return await PostEntry.AnswerAsync(found.Book, stored, decision, receipt);
        }
    }

    private static (PostDecision Decision, Receipt? Receipt) Settle(BookDraft book, Settlement wanted, VatRates rates, int digits, string by)
    {
        var item = OpenItems.Find(book.Committed, wanted.Date, wanted.Account, wanted.Party, wanted.Document);
        var rate = wanted.Discount is { Code.Rate: { } name } ? rates.On(name, item?.OpenedOn ?? wanted.Date) : null;
        if (!Decide(book.Committed, wanted, rate?.Value).Is(out var entry, out var refusal)) return (PostDecision.No(refusal), null);
        return PostEntry.Post(book, PreparedEntry.Of(entry, digits).MadeFrom(wanted.ToJson(), rate is null ? [] : [rate.Noted(wanted.Discount!.Code.Rate!)]), by);
    }

    /// <summary>
    /// The entry that settles an item open on the payment's date: the money account takes what was paid, the discount's net amount goes to its account with the tax code, its tax to
    /// the tax account, and all of it comes off the item. A receivable is credited, a payable debited. Net = gross ÷ (1 + rate), half a cent away from zero, tax = the rest; no line
    /// of 0. More than is open may be paid: the item is then in credit, and nothing of it is open any more: a second payment is not a refund, which is an entry of its own. An id that
    /// the book knows passes, whatever is open by now: posting tells a repetition by the request.
    /// 422 <c>ledger/open-item-unknown</c>, <c>ledger/account-unknown</c> (the money account), <c>ledger/no-chart</c> (it tells the discount's accounts), <c>ledger/tax-code</c> (a sale's on an
    /// asset account, a purchase's on a liability account), <c>parameter/no-value</c>. Source: UStG §17(1).
    /// Worked (SKR03): invoice 119.00, paid 116.62, discount 2.38 at 19 % → Dr 1200 116.62, Dr 8736 2.00, Dr 1776 0.38, Cr 1400 119.00; nothing stays open.
    /// </summary>
    /// <param name="rate">The rate of the discount's tax code on the day the item was opened, 0.19 = 19 %.</param>
    internal static Outcome<Entry> Decide(BookState state, Settlement wanted, decimal? rate)
    {
        var item = OpenItems.Find(state, wanted.Date, wanted.Account, wanted.Party, wanted.Document);
        var side = state.Index.Find(Ids.Digest(wanted.Id)) is null ? OpenSide(state, item, wanted) : 1;
        if (side == 0)
            return new Refusal(422, "ledger/open-item-unknown", $"Nothing is open on {BusinessDay.Text(wanted.Date)} of '{wanted.Document}' of '{wanted.Party}' on account '{wanted.Account}'.", "document");
        if (state.Account(wanted.Bank) is null) return new Refusal(422, "ledger/account-unknown", $"There is no account '{wanted.Bank}' in this book; define it first.", "bank");

        if (wanted.Foreign is { } foreign) return InForeign(state, wanted, foreign, side);
        List<Line> lines = [new(wanted.Bank, side * wanted.PaidMinor)];
        if (wanted.Discount is { } discount)
        {
            if (state.Settings.Chart is not { } chart) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say where the discount goes: PUT /api/books/{book} with chart SKR03 or SKR04.", "discount");
            if (MisfitOf(discount.Code, state.Account(wanted.Account)) is { } misfit) return misfit;
            if (rate is not { } known) return new Refusal(422, "parameter/no-value", $"'{discount.Code.Rate}' has no value on {BusinessDay.Text(wanted.Date)}.", "date");
            var net = TaxCode.NetMinor(discount.GrossMinor, known);
            lines.Add(new Line(Chart.Number(chart, DiscountAccounts[discount.Code.Code]), side * net, TaxCode: discount.Code.Code, SupplyDate: item is not null && item.OpenedOn != wanted.Date ? item.OpenedOn : null));
            if (net != discount.GrossMinor) lines.Add(new Line(Chart.Number(chart, (discount.Code.OutputAccount ?? discount.Code.InputAccount)!), side * (discount.GrossMinor - net)));
        }

        lines.Add(new Line(wanted.Account, -side * wanted.TotalMinor, wanted.Party, wanted.Document));
        return new Entry(wanted.Id, wanted.Date, wanted.Text, lines, LateAsFirstOpen: wanted.LateAsFirstOpen);
    }

    /// <summary>
    /// The entry that settles so much of an item in its own currency: it comes off at the rates it was booked with, in proportion; what was paid differs from that by the realised gain or loss.
    /// 422 <c>ledger/foreign-amount</c> (more than is open in that currency), <c>ledger/no-chart</c> (it tells the accounts of gains and losses), <c>ledger/foreign-currency</c> (the book's own). Source: HGB §246(2), §252(1) no. 4: a gain is real when it is paid.
    /// Worked (SKR03): invoice USD 1,085.00 at 1.085 = 1,000.00; paid 986.36 → Dr 1200 986.36, Dr 2150 13.64, Cr 1400 1,000.00.
    /// </summary>
    private static Outcome<Entry> InForeign(BookState state, Settlement wanted, SettlementForeign foreign, int side)
    {
        if (foreign.Currency == state.Currency) return new Refusal(422, "ledger/foreign-currency", $"'{foreign.Currency}' is the book's own currency: leave 'foreign' out.", "foreign.currency");
        var digits = Currency.DigitsOf(foreign.Currency)!.Value;
        var open = ForeignBalance.Find(state, wanted.Date, wanted.Account, wanted.Party, wanted.Document, foreign.Currency);
        var openMinor = open is null ? 0 : side * open.ForeignMinor;
        // An id that the book knows passes: posting tells a repetition by the request.
        var isKnown = state.Index.Find(Ids.Digest(wanted.Id)) is not null;
        if (foreign.AmountMinor > openMinor && !isKnown)
            return new Refusal(422, "ledger/foreign-amount", $"Of '{wanted.Document}' {foreign.Currency} {Amount.Format(Int128.Max(0, openMinor), digits)} is open on {BusinessDay.Text(wanted.Date)}, not {Amount.Format(foreign.AmountMinor, digits)}.", "foreign.amount");
        if (open?.IsMixed == true && !isKnown) return new Refusal(422, "ledger/foreign-amount", $"'{wanted.Document}' is open on one side in {foreign.Currency} and on the other in {state.Currency}: correct it by an entry first.", "foreign");
        if (foreign.Rate is { } at && !isKnown && Int128.Abs(Foreign.BaseMinor(foreign.AmountMinor, digits, at, state.Digits) - wanted.PaidMinor) > 1)
            return new Refusal(422, "ledger/foreign-rate", $"At the rate {at.ToString(System.Globalization.CultureInfo.InvariantCulture)} {foreign.Currency} {Amount.Format(foreign.AmountMinor, digits)} is {Amount.Format(Foreign.BaseMinor(foreign.AmountMinor, digits, at, state.Digits), state.Digits)}, not {Amount.Format(wanted.PaidMinor, state.Digits)}.", "foreign.rate");
        if (state.Settings.Chart is not { } chart) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say where gains and losses of exchange go: PUT /api/books/{book} with chart SKR03 or SKR04.", "foreign");

        var share = open is null ? wanted.PaidMinor : side * open.ShareMinor(side * foreign.AmountMinor);
        var rate = open?.Rate(state.Digits) ?? 1;
        List<Line> lines = [new(wanted.Bank, side * wanted.PaidMinor, Foreign: foreign.Rate is { } paidAt ? new Foreign(foreign.Currency, side * foreign.AmountMinor, paidAt) : null)];
        if (share != wanted.PaidMinor) lines.Add(new Line(Chart.Number(chart, side * (share - wanted.PaidMinor) > 0 ? "2150" : "2660"), side * (share - wanted.PaidMinor)));
        lines.Add(new Line(wanted.Account, -side * share, wanted.Party, wanted.Document, Foreign: new Foreign(foreign.Currency, -side * foreign.AmountMinor, rate)));
        return new Entry(wanted.Id, wanted.Date, wanted.Text, lines, LateAsFirstOpen: wanted.LateAsFirstOpen);
    }

    /// <summary>Discount accounts by tax code, by their numbers in SKR03.</summary>
    private static readonly Dictionary<string, string> DiscountAccounts = new(StringComparer.Ordinal)
    {
        ["sale-standard"] = "8736",
        ["sale-reduced"] = "8731",
        ["purchase-standard"] = "3736",
        ["purchase-reduced"] = "3731",
    };

    /// <summary>1 when the item is to be received, -1 when it is to be paid, 0 when nothing is open, on that day or by what was posted on later ones.</summary>
    private static int OpenSide(BookState state, OpenItem? item, Settlement wanted)
    {
        if (item is null || item.IsCredit) return 0;
        var side = Int128.Sign(item.OpenMinor);
        return Int128.Sign(OpenItems.Find(state, BusinessDay.Latest, wanted.Account, wanted.Party, wanted.Document)!.OpenMinor) == side ? side : 0;
    }

    private static Refusal? MisfitOf(TaxCode code, AccountState? account) => account?.Type == AccountType.Asset == (code.Direction == TaxDirection.Output) ? null
        : new Refusal(422, "ledger/tax-code", $"'{code.Code}' does not fit account '{account?.Code}': a discount on receivables has a sale's tax code, one on payables a purchase's.", "taxCode");

    /// <summary>
    /// Reads what was sent: amounts are positive decimals, 422 <c>ledger/amount-invalid</c>, <c>ledger/amount-zero</c>; a discount and its tax code come together, 422
    /// <c>ledger/discount-tax-code</c>, and the code is one of the ordinary sale's and purchase's, 422 <c>ledger/tax-code</c>.
    /// </summary>
    internal static Outcome<Settlement> Read(JsonElement json, int digits)
    {
        List<Fault> faults = [];
        var fields = new JsonFields(json, faults);
        var (id, date) = (fields.Id("id"), fields.Date("date"));
        var (party, account, document, bank) = (fields.Id("party"), fields.Id("account"), fields.Id("document"), fields.Id("bank"));
        var text = fields.OptionalText("text", Entry.MaxTextLength) ?? $"Payment of {document}";
        var (paid, discount) = (fields.Minor("paid", digits) ?? 0, fields.Has("discount") ? fields.Minor("discount", digits) ?? 0 : 0);
        fields.Absent("discount");
        var late = fields.LateAsFirstOpen();
        var code = fields.OptionalId("taxCode");
        var foreign = fields.Has("foreign") ? ReadForeign(fields.Inner("foreign"), faults) : null;
        fields.Absent("foreign");
        if (foreign is not null && fields.Has("discount")) faults.Add(new Fault("discount", "ledger/foreign-discount", "A discount on an item in another currency is an entry of its own: settle what was paid."));
        fields.NoOthers();
        CarryForward.Reserve(id, faults);
        if (fields.Has("discount") != fields.Has("taxCode")) faults.Add(new Fault("taxCode", "ledger/discount-tax-code", "A discount needs the tax code of what it reduces, and a tax code a discount: give both or neither."));
        if (code?.Length > 0 && !DiscountAccounts.ContainsKey(code)) faults.Add(new Fault("taxCode", "ledger/tax-code", $"'{code}' is no tax code of a discount; known are {string.Join(", ", DiscountAccounts.Keys)}."));
        var whole = Amount.Format(paid + discount, digits).AsSpan();
        if (whole.Length - (digits > 0 ? digits + 1 : 0) > Amount.MaxIntegerDigits) faults.Add(new Fault("paid", "ledger/amount-invalid", $"What was paid and the discount together have more than {Amount.MaxIntegerDigits} digits before the point."));
        if (faults.Count > 0) return Refusal.Of(faults);
        return new Settlement(id, date!.Value, text, party, account, document, bank, paid, code is null ? null : new SettlementDiscount(discount, TaxCode.Find(code)!), late, foreign);
    }

    /// <summary>422 <c>ledger/currency-unknown</c>, <c>ledger/amount-invalid</c>, <c>ledger/foreign-rate</c>.</summary>
    private static SettlementForeign? ReadForeign(JsonFields? fields, List<Fault> faults)
    {
        if (fields is null) return null;
        var currency = fields.Text("currency", 3);
        var digits = Currency.DigitsOf(currency);
        if (digits is null && currency.Length > 0) faults.Add(new Fault("foreign.currency", "ledger/currency-unknown", $"'{currency}' is no currency of ISO 4217."));
        var amount = fields.Minor("amount", digits ?? 2);
        var rate = fields.Has("rate") ? fields.Rate("rate", "ledger/foreign-rate", 0, 1_000_000_000) : null;
        fields.Absent("rate");
        if (rate is 0) faults.Add(new Fault("foreign.rate", "ledger/foreign-rate", "A rate is above 0."));
        fields.NoOthers();
        return amount is null || digits is null ? null : new SettlementForeign(currency, amount.Value, rate is { } given ? Foreign.Plain(given) : null);
    }
}

/// <summary>The payment of an open item.</summary>
/// <param name="Id">Id of the entry it becomes.</param>
/// <param name="Account">Account of receivables or payables that bears the item.</param>
/// <param name="Bank">Account of the money.</param>
/// <param name="PaidMinor">What went over it, minor units, above 0.</param>
/// <param name="Discount">The cash discount taken; null = none.</param>
/// <param name="Foreign">What was paid in the item's own currency; null = it is in the book's.</param>
internal sealed record Settlement(string Id, DateOnly Date, string Text, string Party, string Account, string Document, string Bank, long PaidMinor, SettlementDiscount? Discount = null, bool LateAsFirstOpen = false, SettlementForeign? Foreign = null)
{
    public long TotalMinor => PaidMinor + (Discount?.GrossMinor ?? 0);

    /// <summary>The request in one form, by which a repetition is known: the entry made of it depends on what is open.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, EntryJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("id", Id);
            json.WriteString("date", BusinessDay.Text(Date));
            json.WriteString("text", Text);
            json.WriteString("party", Party);
            json.WriteString("account", Account);
            json.WriteString("document", Document);
            json.WriteString("bank", Bank);
            json.WriteNumber("paidMinor", PaidMinor);
            if (Discount is not null)
            {
                json.WriteNumber("discountMinor", Discount.GrossMinor);
                json.WriteString("taxCode", Discount.Code.Code);
            }

            if (Foreign is not null)
            {
                json.WriteString("currency", Foreign.Currency);
                json.WriteNumber("foreignMinor", Foreign.AmountMinor);
                if (Foreign.Rate is { } rate) json.WriteNumber("rate", rate);
            }

            if (LateAsFirstOpen) json.WriteString("lateAs", "firstOpenPeriod");

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A cash discount.</summary>
/// <param name="GrossMinor">With its tax, minor units, above 0.</param>
/// <param name="Code">How the supply it reduces was taxed.</param>
internal sealed record SettlementDiscount(long GrossMinor, TaxCode Code);

/// <summary>A payment in the item's own currency.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="AmountMinor">Minor units of that currency, above 0.</param>
/// <param name="Rate">The rate at which the money account, held in that currency, took it; null = it is held in the book's.</param>
internal sealed record SettlementForeign(string Currency, long AmountMinor, decimal? Rate);
