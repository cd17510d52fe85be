using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/calculators/interest</c> <c>{from, to, rate, dayCount, movements: [{date, amount}], currency?}</c>: interest on a running balance, night by night, both days with their evenings. A draw is positive, a repayment
/// negative; what moved before <c>from</c> is the opening balance, what moves after <c>to</c> does not count. <c>{interest, days, nights: [{date, balance, amount}]}</c>, <c>days</c> by the day count. 422 <c>credit/span</c> (to
/// before from, or more than 3,660 days), <c>credit/rate</c>, <c>credit/day-count</c>, <c>credit/movements</c>, <c>credit/balance</c>, <c>ledger/amount-invalid</c>, <c>ledger/amount-zero</c>. Nothing is stored.
/// Rows: none. Messages: none.
/// </summary>
public sealed class CalculateInterest
{
    private const int MaxDays = 3_660;
    private const int MaxMovements = 10_000;

    [Function(nameof(CalculateInterest))]
    [OpenToAll("It computes from what is sent, and knows nothing else.")]
    public static async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "calculators/interest")] HttpRequest request)
    {
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var digits = fields.Digits();
            var wanted = Read(fields, digits, faults);
            fields.NoOthers();
            if (wanted is null || faults.Count > 0) return new Problem(Refusal.Of(faults));
            var nights = Interest.Nights(wanted.Movements, wanted.Rate, wanted.DayCount, wanted.From, wanted.To);
            return new JsonAnswer(answer =>
            {
                answer.WriteString("interest", Amount.Format(nights.Sum(night => night.AmountMinor), digits));
                answer.WriteNumber("days", wanted.DayCount.Days(wanted.From, wanted.To));
                answer.WriteList("nights", nights, night =>
                {
                    answer.WriteString("date", BusinessDay.Text(night.Date));
                    answer.WriteString("balance", Amount.Format(night.BalanceMinor, digits));
                    answer.WriteString("amount", Amount.Format(night.AmountMinor, digits));
                });
            });
        }
    }

    private static Wanted? Read(JsonFields fields, int digits, List<Fault> faults)
    {
        var (from, to) = (fields.Date("from"), fields.Date("to"));
        var (rate, dayCount) = (fields.Rate("rate", "credit/rate", -1), fields.Choice<DayCount>("dayCount", "credit/day-count"));
        if (to < from) faults.Add(new Fault("to", "credit/span", $"The time ends on {BusinessDay.Text(to.Value)}, before it begins on {BusinessDay.Text(from.Value)}."));
        else if (to?.DayNumber - from?.DayNumber >= MaxDays) faults.Add(new Fault("to", "credit/span", $"At most {MaxDays} days are computed at once."));
        var movements = fields.List("movements", "credit/movements", 1, MaxMovements, one =>
            (one.Date("date"), one.Minor("amount", digits, orNegative: true)) is ({ } date, { } amount) ? new BalanceMovement(date, amount) : null);
        if (BalanceFault(movements, digits) is { } beyond) faults.Add(beyond);
        return faults.Count > 0 ? null : new Wanted(from!.Value, to!.Value, rate!.Value, dayCount!.Value, movements);
    }

    private static Fault? BalanceFault(List<BalanceMovement> movements, int digits)
    {
        Int128 balance = 0;
        foreach (var day in movements.GroupBy(movement => movement.Date).OrderBy(day => day.Key))
        {
            foreach (var movement in day) balance += movement.AmountMinor;
            if (Int128.Abs(balance) > Amount.MaxMinor(digits)) return new Fault("movements", "credit/balance", $"The balance on {BusinessDay.Text(day.Key)} has more than {Amount.MaxIntegerDigits} digits before the point.");
        }

        return null;
    }

    private sealed record Wanted(DateOnly From, DateOnly To, decimal Rate, DayCount DayCount, IReadOnlyList<BalanceMovement> Movements);
}
