using BackOffice.Kernel;

namespace BackOffice.Assets;

/// <summary>What is asked for with <c>PUT …/assets/{id}</c>, read strictly.</summary>
internal static class AssetRequest
{
    /// <summary>
    /// Reads an asset. 400 for what cannot be read; 422 <c>ledger/amount-invalid</c>, <c>ledger/amount-zero</c>, <c>asset/method</c>, <c>asset/rate</c> (not the declining balance's, or not between 0 and 1),
    /// <c>asset/same-account</c>, <c>asset/taken-over</c> (more than the cost, before it was acquired, not as of the end of a fiscal year, or with an account against).
    /// <c>lifeMonths</c> counts for straightLine and declining; other methods have a time of their own.
    /// </summary>
    /// <param name="digits">Of the currency.</param>
    /// <param name="fiscalYearStart">The book's; <c>MM-dd</c>.</param>
    /// <param name="forBook">Whether accounts and text must be there; the calculator needs none.</param>
    public static Asset? Read(JsonFields fields, int digits, string fiscalYearStart, bool forBook, List<Fault> faults)
    {
        var text = forBook ? fields.Text("text", Asset.MaxTextLength) : fields.OptionalText("text", Asset.MaxTextLength);
        var (cost, acquired) = (fields.Minor("cost", digits), fields.Date("acquired"));
        var method = fields.Choice<DepreciationMethod>("method", "asset/method");
        var needsLife = method is DepreciationMethod.StraightLine or DepreciationMethod.Declining;
        var life = needsLife || fields.Has("lifeMonths") ? fields.Whole("lifeMonths", needsLife ? 1 : 0, Asset.MaxLifeMonths) : Absent(fields, "lifeMonths");
        var account = forBook ? fields.Id("assetAccount") : fields.OptionalId("assetAccount");
        var depreciation = forBook && method != DepreciationMethod.None ? fields.Id("depreciationAccount") : fields.OptionalId("depreciationAccount");
        var rate = fields.Has("rate") ? fields.Number("rate") : Absent(fields, "rate");
        var keeps = fields.Has("keepOneEuro") ? fields.Flag("keepOneEuro") == true : Absent(fields, "keepOneEuro") is not null;
        var against = fields.OptionalId("against");
        var taken = fields.Has("takenOver") ? ReadTakenOver(fields.Element("takenOver")!.Value, digits, faults) : null;
        fields.Absent("takenOver");

        if (rate is not null && (method != DepreciationMethod.Declining || rate <= 0 || rate > 1)) faults.Add(new Fault("rate", "asset/rate", "'rate' is the yearly rate of a declining balance, above 0 and at most 1: 30 % is 0.3."));
        if (account?.Length > 0 && (account == depreciation || account == against)) faults.Add(new Fault("assetAccount", "asset/same-account", "The asset's account, that of its depreciation and the one against must differ."));
        if (taken is not null && against is not null) faults.Add(new Fault("against", "asset/taken-over", "What was taken over stands in the opening balance: it is not booked again. Leave 'against' out."));
        if (taken is not null && cost < taken.DepreciationMinor) faults.Add(new Fault("takenOver.depreciation", "asset/taken-over", "More was written off than the asset cost."));
        if (taken is not null && acquired is not null && taken.Through < BusinessDay.MonthOf(acquired.Value)) faults.Add(new Fault("takenOver.through", "asset/taken-over", "It cannot have been written off before it was acquired."));
        if (taken is not null && FiscalYearLast(taken.Through, fiscalYearStart) is false) faults.Add(new Fault("takenOver.through", "asset/taken-over", "Take it over as of the end of a fiscal year: what was written off within one is not known here."));
        if (faults.Count > 0) return null;
        var residual = keeps && method is DepreciationMethod.StraightLine or DepreciationMethod.Declining or DepreciationMethod.ElectricVehicle && keeps ? Amount.ToMinor(1, digits) : 0;
        return new Asset(text ?? "", cost!.Value, acquired!.Value, needsLife ? life!.Value : 0, method!.Value, account ?? "", depreciation ?? "", rate ?? 0, residual, fiscalYearStart, against, taken, 0, []);
    }

    private static bool FiscalYearLast(DateOnly month, string fiscalYearStart) => Ledger.FiscalYear.IsStart(fiscalYearStart) && Ledger.FiscalYear.Of(month, fiscalYearStart).Last == month.AddMonths(1).AddDays(-1);

    private static TakenOver? ReadTakenOver(System.Text.Json.JsonElement json, int digits, List<Fault> faults)
    {
        var fields = new JsonFields(json, faults, "takenOver");
        var (through, depreciation) = (fields.Month("through"), fields.Minor("depreciation", digits, orZero: true));
        fields.NoOthers();
        return through is null || depreciation is null ? null : new TakenOver(through.Value, depreciation.Value);
    }

    private static int? Absent(JsonFields fields, string name)
    {
        fields.Absent(name);
        return null;
    }
}
