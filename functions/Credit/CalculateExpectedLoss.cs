using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/calculators/expected-loss</c> <c>{stage: 1|2|3, years: [{ead?, pd}], lgd, eir, drawn?, undrawn?, ccf?, collateral?: [{value, haircut}], currency?}</c>: the expected loss of one exposure. A year without <c>ead</c>
/// has drawn + ccf × undrawn; <c>lgd</c> is that of what no collateral covers. <c>{expectedLoss, drawnShare, undrawnShare, years: [{year, survival, ead, pd, loss}]}</c>: the years that count, survival to ten decimals. Rates lie
/// between 0 and 1: 422 <c>credit/rate</c>; <c>credit/years</c> (not 1 to 50), <c>credit/collateral</c> (more than 100), <c>ledger/amount-invalid</c>. Nothing is stored. Rows: none. Messages: none.
/// </summary>
public sealed class CalculateExpectedLoss
{
    private const int MaxYears = 50;
    private const int MaxCollateral = 100;

    [Function(nameof(CalculateExpectedLoss))]
    [OpenToAll("It computes from what is sent, and knows nothing else.")]
    public static async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "calculators/expected-loss")] HttpRequest request)
    {
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var digits = fields.Digits();
            var loss = Read(fields, digits, faults);
            fields.NoOthers();
            if (loss is null || faults.Count > 0) return new Problem(Refusal.Of(faults));
            return new JsonAnswer(answer =>
            {
                answer.WriteString("expectedLoss", Amount.Format(loss.TotalMinor, digits));
                answer.WriteString("drawnShare", Amount.Format(loss.DrawnMinor, digits));
                answer.WriteString("undrawnShare", Amount.Format(loss.UndrawnMinor, digits));
                answer.WriteList("years", loss.Years, year =>
                {
                    answer.WriteNumber("year", year.Year);
                    answer.WriteNumber("survival", decimal.Round(year.Survival, 10, MidpointRounding.AwayFromZero));
                    answer.WriteString("ead", Amount.Format((Int128)decimal.Round(year.EadMinor, MidpointRounding.AwayFromZero), digits));
                    answer.WriteNumber("pd", year.Pd);
                    answer.WriteString("loss", Amount.Format(year.LossMinor, digits));
                });
            });
        }
    }

    private static ExpectedLoss? Read(JsonFields fields, int digits, List<Fault> faults)
    {
        var stage = fields.Whole("stage", (int)LossStage.One, (int)LossStage.Three);
        var (lgd, eir) = (fields.Rate("lgd", "credit/rate"), fields.Rate("eir", "credit/rate"));
        var isTold = fields.Has("drawn") || fields.Has("undrawn") || fields.Has("ccf");
        var exposure = isTold ? ReadExposure(fields, digits) : null;
        foreach (var member in (string[])["drawn", "undrawn", "ccf"]) fields.Absent(member);
        var years = fields.List("years", "credit/years", 1, MaxYears, one =>
        {
            decimal? ead = one.Has("ead") || !isTold ? one.Minor("ead", digits, orZero: true) : exposure?.EadMinor ?? 0;
            one.Absent("ead");
            return (ead, one.Rate("pd", "credit/rate")) is ({ } known, { } pd) ? new ExposureYear(known, pd) : null;
        });
        var collateral = fields.List("collateral", "credit/collateral", 0, MaxCollateral, one =>
            (one.Minor("value", digits, orZero: true), one.Rate("haircut", "credit/rate")) is ({ } value, { } haircut) ? new Security(value, haircut) : null);
        return faults.Count > 0 ? null : ExpectedLoss.Of((LossStage)stage!.Value, years, lgd!.Value, eir!.Value, exposure, collateral);
    }

    /// <summary>Who tells what is undrawn must tell what is drawn and the factor.</summary>
    private static Exposure? ReadExposure(JsonFields fields, int digits)
    {
        var hasUndrawn = fields.Has("undrawn") || fields.Has("ccf");
        var drawn = fields.Minor("drawn", digits, orZero: true);
        var (undrawn, ccf) = hasUndrawn ? (fields.Minor("undrawn", digits, orZero: true), fields.Rate("ccf", "credit/rate")) : (0, 0);
        return (drawn, undrawn, ccf) is ({ } d, { } u, { } c) ? new Exposure(d, u, c) : null;
    }
}
