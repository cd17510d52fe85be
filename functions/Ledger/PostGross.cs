using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/entries/gross</c> <c>{id, date, text, supplyDate?, lateAs?, contra: {account, party?, document?, dueDate?}, lines: [{account, gross|net, taxCode}]}</c>: splits amounts exactly into base
/// and tax lines and posts the entry: 201 with its receipt; the rules beyond the split are <see cref="PostEntry"/>'s. Rows: reads <c>Parameters</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PostGross(Books books, StoredEntries stored, Parameters parameters)
{
    [Function(nameof(PostGross))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/entries/gross")] HttpRequest request, string book)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var wanted = Read(json.RootElement, found.Digits, faults);
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var rates = await VatRates.LoadAsync(parameters);
            var chart = await found.Book.ReadAsync(state => state.Settings.Chart);
            if (!Decide(wanted!, chart, rates).Is(out var entry, out refusal)) return new Problem(refusal);
            var prepared = PreparedEntry.Of(entry.Entry, found.Digits).MadeFrom(JsonSerializer.SerializeToUtf8Bytes(wanted, LedgerMessages.Default.GrossEntry), entry.Parameters);
            return await PostEntry.PostAsync(found.Book, stored, prepared, Caller.Of(request).Name);
        }
    }

    /// <summary>
    /// The entry of a gross or net amount. Sales: contra debit, base and tax credit; purchases the other way round; under reverse charge the contra is the net amount, and tax is owed and
    /// reclaimed at once. VAT is computed for each code on the sum of its lines (UStG §10, §12), rates by the day of supply; base and tax together are the gross amount exactly.
    /// 422 <c>ledger/no-chart</c> when tax arises and no chart says on which account; <c>ledger/gross-and-net</c>, <c>ledger/sale-and-purchase</c> when a request mixes them.
    /// Worked (SKR03): gross 119.00 sale-standard on 8400, contra 1400 → Dr 1400 119.00, Cr 8400 100.00, Cr 1776 19.00; net 100.00 purchase-13b on 3100 → Cr contra 100.00, Dr 3100 100.00,
    /// Dr 1577 19.00, Cr 1787 19.00; gross 0.50 + 0.50 → base 0.42 + 0.42, tax 0.16.
    /// </summary>
    internal static Outcome<SplitEntry> Decide(GrossEntry wanted, string? chart, VatRates rates)
    {
        if (wanted.Lines.Select(line => line.IsGross).Distinct().Count() > 1) return new Refusal(422, "ledger/gross-and-net", "Give gross amounts or net amounts, not both in one entry.", "lines");
        var codes = wanted.Lines.Select(line => TaxCode.Find(line.TaxCode)!).Distinct().ToList();
        var sale = IsSale(codes[0]);
        if (codes.Any(code => IsSale(code) != sale)) return new Refusal(422, "ledger/sale-and-purchase", "One entry is a sale or a purchase, not both.", "lines");
        if (chart is null && codes.Any(code => code.Rate is not null)) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say where the tax goes.", "lines");

        if (wanted.Lines.Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor) > Amount.MaxMinor(4))
            return new Refusal(422, "ledger/amount-invalid", $"The lines come to more than {Amount.MaxIntegerDigits} digits before the point.", "lines");

        var nets = new long[wanted.Lines.Count];
        List<Line> taxes = [];
        List<string> used = [];
        long contra = 0;
        foreach (var code in codes)
        {
            var rate = 0m;
            if (code.Rate is { } name)
            {
                if (rates.On(name, wanted.SupplyDate ?? wanted.Date) is not { } value) return new Refusal(422, "parameter/no-value", $"Parameter {name} has no value on {BusinessDay.Text(wanted.SupplyDate ?? wanted.Date)}.", "date");
                rate = value.Value;
                used.Add(value.Noted(name));
            }

            var lines = Enumerable.Range(0, nets.Length).Where(n => wanted.Lines[n].TaxCode == code.Code).ToList();
            var (net, tax) = Split(lines.ConvertAll(n => wanted.Lines[n].AmountMinor), wanted.Lines[0].IsGross, code, rate, nets, lines);
            contra += code.Direction == TaxDirection.Reverse ? net : net + tax;
            if (tax == 0) continue;
            if (code.InputAccount is { } input) taxes.Add(new Line(Chart.Number(chart!, input), tax));
            if (code.OutputAccount is { } output) taxes.Add(new Line(Chart.Number(chart!, output), -tax));
        }

        var sign = sale ? 1 : -1;
        List<Line> all = [wanted.Contra with { AmountMinor = sign * contra }];
        for (var n = 0; n < nets.Length; n++)
            if (nets[n] != 0) all.Add(new Line(wanted.Lines[n].Account, -sign * nets[n], TaxCode: wanted.Lines[n].TaxCode, SupplyDate: wanted.SupplyDate));
        all.AddRange(taxes);
        return new SplitEntry(new Entry(wanted.Id, wanted.Date, wanted.Text, all, LateAsFirstOpen: wanted.LateAsFirstOpen), used);
    }

    /// <summary>Net sum and tax of the lines of one code; the lines' nets are put into their places.</summary>
    private static (long Net, long Tax) Split(List<long> amounts, bool gross, TaxCode code, decimal rate, long[] nets, List<int> places)
    {
        var sum = amounts.Sum();
        // Under reverse charge nobody is paid any tax, so that gross is net.
        var net = gross && code.Direction != TaxDirection.Reverse ? TaxCode.NetMinor(sum, rate) : sum;
        var tax = gross && code.Direction != TaxDirection.Reverse ? sum - net : TaxCode.TaxMinor(net, rate);
        var spread = Spread.ByCumulation(net, amounts);
        for (var n = 0; n < places.Count; n++) nets[places[n]] = spread[n];
        return (net, tax);
    }

    private static bool IsSale(TaxCode code) => code.Code.StartsWith("sale-", StringComparison.Ordinal);

    private static GrossEntry? Read(JsonElement root, int digits, List<Fault> faults)
    {
        var fields = new JsonFields(root, faults);
        var (id, date, text) = (fields.Id("id"), fields.Date("date"), fields.Text("text", Entry.MaxTextLength));
        var (contra, lines) = (fields.Element("contra"), fields.Element("lines"));
        var (supply, late) = (fields.OptionalDate("supplyDate"), fields.LateAsFirstOpen());
        fields.NoOthers();
        CarryForward.Reserve(id, faults);
        var contraLine = contra is { } c ? ReadContra(c, faults) : null;
        List<GrossLine> read = [];
        if (lines is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() is > 0 and <= Entry.MaxLines / 4)
            foreach (var line in array.EnumerateArray()) read.Add(ReadLine(line, digits, faults, $"lines[{read.Count}]"));
        else if (lines is not null) faults.Add(new Fault("lines", "ledger/too-few-lines", $"'lines' is an array of 1 to {Entry.MaxLines / 4} lines."));
        return faults.Count > 0 ? null : new GrossEntry(id, date!.Value, text, contraLine!, read, supply, late);
    }

    private static Line ReadContra(JsonElement element, List<Fault> faults)
    {
        var fields = new JsonFields(element, faults, "contra");
        var line = new Line(fields.Id("account"), 0, fields.OptionalId("party"), fields.OptionalId("document"),
            fields.OptionalDate("dueDate"));
        fields.NoOthers();
        return line;
    }

    private static GrossLine ReadLine(JsonElement element, int digits, List<Fault> faults, string path)
    {
        var fields = new JsonFields(element, faults, path);
        var (account, code) = (fields.Id("account"), fields.Id("taxCode"));
        if (code.Length > 0 && TaxCode.Find(code) is null)
            faults.Add(TaxCode.Unknown(code, path + ".taxCode"));
        var isGross = fields.Has("gross");
        if (isGross == fields.Has("net")) faults.Add(new Fault(path, "ledger/gross-or-net", "Give 'gross' or 'net', one of them."));
        var amount = fields.Minor(isGross ? "gross" : "net", digits);
        fields.Absent("gross");
        fields.Absent("net");
        fields.NoOthers();
        return new GrossLine(account, code, amount ?? 0, isGross);
    }
}

/// <summary>An entry as it was asked for, before the split: what makes two requests the same.</summary>
public sealed record GrossEntry(string Id, DateOnly Date, string Text, Line Contra, IReadOnlyList<GrossLine> Lines, DateOnly? SupplyDate = null, bool LateAsFirstOpen = false);

/// <summary>One line of it.</summary>
/// <param name="Account">Account of the base.</param>
/// <param name="TaxCode">How it is taxed.</param>
/// <param name="AmountMinor">Positive, gross or net.</param>
/// <param name="IsGross">Whether tax is within the amount.</param>
public sealed record GrossLine(string Account, string TaxCode, long AmountMinor, bool IsGross);

/// <summary>The entry after the split, and the parameter values it came from.</summary>
public sealed record SplitEntry(Entry Entry, IReadOnlyList<string> Parameters);

/// <summary>The histories of the VAT rates, so that decisions can look them up without waiting.</summary>
public sealed record VatRates(IReadOnlyDictionary<string, ParameterHistory> Histories)
{
    public ParameterValue? On(string name, DateOnly date) => Histories[name].On(date);

    /// <summary>The rates as they were known at a time: what was changed later has no part in what was filed before.</summary>
    public VatRates KnownAt(DateTimeOffset time) =>
        new(Histories.ToDictionary(h => h.Key, h => h.Value with { Values = [.. h.Value.Values.Where(value => value.At is null || value.At <= time)] }, StringComparer.Ordinal));

    public static async Task<VatRates> LoadAsync(Parameters parameters)
    {
        var names = TaxCode.All.Select(code => code.Rate).OfType<string>().Distinct().ToList();
        var histories = await Task.WhenAll(names.Select(name => parameters.HistoryAsync(Parameter.Find(name)!)));
        return new VatRates(histories.ToDictionary(history => history.Parameter.Name, StringComparer.Ordinal));
    }
}
