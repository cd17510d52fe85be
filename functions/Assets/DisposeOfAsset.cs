using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>POST /api/books/{book}/assets/{id}/disposals</c> <c>{date, net?, taxCode?, share?, against?, reason}</c>: the asset, or a share of it, is sold; without <c>net</c> it is scrapped. <c>against</c> takes the proceeds; the chart's
/// receivables (1400/1200) unless told. 201 with the asset; 200 when the same request comes again.
/// Rows: reads and writes <c>Assets</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c> and <c>Parameters</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class DisposeOfAsset(Books books, AssetTable assets, CaseSteps steps, NightTable nights, Parameters parameters)
{
    [Function(nameof(DisposeOfAsset))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/assets/{id}/disposals")] HttpRequest request, string book, string id)
    {
        var rates = await VatRates.LoadAsync(parameters);
        return await AssetChanges.RunAsync(books, assets, steps, nights, request, book, id, "disposals", Read, (state, asset, wanted, told) => Decide(state, asset, wanted, told, rates));
    }

    /// <summary>422 <c>asset/share</c>: above 0 and at most 1; <c>ledger/tax-code</c>: one of a sale's; <c>asset/tax-code</c>: without proceeds there is no tax.</summary>
    private static Wanted Read(JsonFields fields, int digits, List<Fault> faults)
    {
        var net = fields.Has("net") ? fields.Minor("net", digits, orZero: true) : 0;
        var share = fields.Has("share") ? fields.Number("share") : 1;
        var (name, against) = (fields.OptionalId("taxCode"), fields.OptionalId("against"));
        fields.Absent("net");
        fields.Absent("share");
        var code = name is { Length: > 0 } ? TaxCode.Find(name) : null;
        if (name?.Length > 0 && code is not { Direction: TaxDirection.Output or TaxDirection.None })
            faults.Add(new Fault("taxCode", "ledger/tax-code", $"'{name}' is no tax code of a sale; known are {string.Join(", ", TaxCode.All.Where(known => known.Direction is TaxDirection.Output or TaxDirection.None).Select(known => known.Code))}."));
        if (share is <= 0 or > 1) faults.Add(new Fault("share", "asset/share", "'share' lies above 0 and is at most 1: half of it is 0.5."));
        if (name is not null && net == 0) faults.Add(new Fault("taxCode", "asset/tax-code", "Without proceeds there is no tax: leave 'taxCode' out, or name 'net'."));
        return new Wanted(net ?? 0, code, share ?? 1, against);
    }

    /// <summary>
    /// The share leaves with its cost and its depreciation; months after the sale are taken back (the month of the sale counts only when it was sold on its last day). Of a pool nothing leaves. Proceeds and book value are booked gross:
    /// as a gain when the net exceeds the book value, else as a loss. VAT = net × rate, half a cent away from zero. 422 <c>ledger/no-chart</c>, <c>ledger/account-unknown</c>, <c>asset/same-account</c>, <c>parameter/no-value</c>; else <see cref="AssetChanges.Decide"/>.
    /// Source: HGB §246(2), §275(2) nos. 4 and 8; EStG §6(2a) sentence 3. Worked (SKR03): worth 300.00, sold for 400.00 at 19 % → Dr 2315 300.00 Cr 0420; Dr 1400 476.00, Cr 8820 400.00, Cr 1776 76.00.
    /// </summary>
    internal static Outcome<AssetMovement> Decide(BookState state, Asset asset, Wanted wanted, MovementTold told, VatRates rates)
    {
        if (state.Settings.Chart is not { } chart) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say where a disposal goes: PUT /api/books/{book} with chart SKR03 or SKR04.");
        var rate = wanted.TaxCode?.Rate is { } name ? rates.On(name, told.Date)?.Value : 0;
        if (rate is null) return new Refusal(422, "parameter/no-value", $"'{wanted.TaxCode!.Rate}' has no value on {BusinessDay.Text(told.Date)}.", "date");
        var accounts = new DisposalAccounts(
            wanted.Against ?? Chart.Number(chart, "1400"), wanted.TaxCode?.OutputAccount is { } tax ? Chart.Number(chart, tax) : null,
            Chart.Number(chart, "8820"), Chart.Number(chart, "2315"), Chart.Number(chart, "8801"), Chart.Number(chart, "2310"));
        List<Fault> faults = [];
        state.CheckAccount("against", accounts.Against, faults);
        if (accounts.Against == asset.AccountOn(told.Date)) faults.Add(new Fault("against", "asset/same-account", "The proceeds cannot go to the asset's own account."));
        if (faults.Count > 0) return Refusal.Of(faults);
        return new Disposal(told.Date, told.Frozen, told.AtEntry, told.Reason, wanted.Share, wanted.NetMinor, TaxCode.TaxMinor(wanted.NetMinor, rate.Value), wanted.TaxCode?.Code, accounts);
    }

    /// <summary>What is asked for beside date and reason.</summary>
    internal sealed record Wanted(long NetMinor, TaxCode? TaxCode, decimal Share, string? Against);
}
