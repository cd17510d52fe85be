using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Accruals;

/// <summary>What is asked for with <c>PUT …/accruals/{id}</c>, read strictly, and in the one form by which a repetition is known.</summary>
internal static class AccrualRequest
{
    /// <summary>
    /// Reads an accrual. 400 for what cannot be read; 422 <c>ledger/amount-invalid</c>, <c>ledger/amount-zero</c>, <c>accrual/kind</c>, <c>accrual/method</c>, <c>accrual/dates</c> (to before from, or more than 100 years),
    /// <c>accrual/same-account</c>.
    /// </summary>
    /// <param name="digits">Of the currency.</param>
    /// <param name="forBook">Whether accounts and text must be there; the calculator needs none.</param>
    public static Accrual? Read(JsonFields fields, int digits, bool forBook, List<Fault> faults)
    {
        var kind = fields.Choice<AccrualKind>("kind", "accrual/kind");
        var amount = fields.Minor("amount", digits);
        var (date, from, to) = (fields.Date("date"), fields.Date("from"), fields.Date("to"));
        var method = fields.Choice<AccrualMethod>("method", "accrual/method");
        var (accrual, result) = forBook ? (fields.Id("accrualAccount"), fields.Id("resultAccount")) : (fields.OptionalId("accrualAccount"), fields.OptionalId("resultAccount"));
        var text = forBook ? fields.Text("text", Accrual.MaxTextLength) : fields.OptionalText("text", Accrual.MaxTextLength);
        if (from > to) faults.Add(new Fault("to", "accrual/dates", $"The service ends on {BusinessDay.Text(to.Value)}, before it begins on {BusinessDay.Text(from.Value)}."));
        else if (from?.AddYears(Accrual.MaxYears) < to) faults.Add(new Fault("to", "accrual/dates", $"The service lasts longer than {Accrual.MaxYears} years."));
        if (accrual?.Length > 0 && accrual == result) faults.Add(new Fault("resultAccount", "accrual/same-account", "The accrual account and the result account must be two accounts."));
        return faults.Count > 0 ? null : new Accrual(kind!.Value, amount!.Value, date!.Value, from!.Value, to!.Value, method!.Value, accrual ?? "", result ?? "", text ?? "", date.Value, false, []);
    }

    /// <summary>The request in one form.</summary>
    public static string Canonical(Accrual wanted) => JsonSerializer.Serialize(wanted, AccrualJson.Default.Accrual);
}
