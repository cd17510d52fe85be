namespace BackOffice.Credit;

/// <summary>How far the credit risk of an exposure has risen (IFRS 9 5.5.3–5.5.5, appendix A).</summary>
public enum LossStage
{
    /// <summary>As when it was granted: the loss of twelve months.</summary>
    One = 1,

    /// <summary>Risen significantly: the loss of the whole term.</summary>
    Two = 2,

    /// <summary>Defaulted.</summary>
    Three = 3,
}

/// <summary>One whole year of the term.</summary>
/// <param name="EadMinor">Exposure at default in that year, minor units and parts of them, not negative.</param>
/// <param name="Pd">Probability of default in that year of who has survived the years before, 0 to 1.</param>
public sealed record ExposureYear(decimal EadMinor, decimal Pd);

/// <summary>What was lent and what may still be drawn.</summary>
/// <param name="DrawnMinor">Minor units, not negative.</param>
/// <param name="UndrawnMinor">Minor units of the commitment, not negative.</param>
/// <param name="Ccf">Credit conversion factor: the share of the undrawn that will be drawn by the default, 0 to 1.</param>
public sealed record Exposure(long DrawnMinor, long UndrawnMinor, decimal Ccf)
{
    /// <summary>Drawn + CCF × undrawn, minor units, not rounded: 8,000.00 drawn, 4,000.00 undrawn, CCF 50 % → 10,000.00.</summary>
    public decimal EadMinor => DrawnMinor + (Ccf * UndrawnMinor);
}

/// <summary>What secures an exposure.</summary>
/// <param name="ValueMinor">Minor units, not negative.</param>
/// <param name="Haircut">The share of the value that a sale is feared to lose, 0 to 1.</param>
public sealed record Security(long ValueMinor, decimal Haircut);

/// <summary>What one year adds to the expected loss.</summary>
/// <param name="Year">1 is the first year from now.</param>
/// <param name="Survival">Probability of having survived the years before it.</param>
/// <param name="LossMinor">Minor units by cumulation: the years sum to the expected loss exactly.</param>
public sealed record LossYear(int Year, decimal Survival, decimal EadMinor, decimal Pd, long LossMinor);

/// <summary>
/// The loss to be expected of one exposure. Σ over whole years t of S(t−1) × PDt × LGDt × EADt ÷ (1 + EIR)^t, S the survival and LGDt = LGD unsecured × max(0, EADt − Σ collateral × (1 − haircut)) ÷ EADt. Stage 1 is the
/// first year only, stage 2 the whole sum, stage 3 LGD × EAD, neither weighted nor discounted. Rounded once an exposure, half away from zero.
/// Source: IFRS 9 5.5, B5.5.28 ff.; IDW RS BFA 7. Worked: 10,000.00, PD 3 %, LGD 50 %, EIR 4 % → 144.23 in stage 1, 5,000.00 in stage 3.
/// </summary>
/// <param name="TotalMinor">Minor units.</param>
/// <param name="DrawnMinor">The drawn share, which lowers the receivable (EWB, PWB): the total × drawn ÷ (drawn + CCF × undrawn), half away from zero.</param>
/// <param name="UndrawnMinor">The rest, which is a provision.</param>
/// <param name="Years">The years that count: of stage 3 one of PD 1.</param>
public sealed record ExpectedLoss(long TotalMinor, long DrawnMinor, long UndrawnMinor, IReadOnlyList<LossYear> Years)
{
    /// <param name="years">At least one; in stages 1 and 3 only the first counts.</param>
    /// <param name="lgd">Loss given default, unsecured, 0 to 1.</param>
    /// <param name="eir">Effective interest rate, yearly, by which later losses are discounted.</param>
    /// <param name="exposure">Tells the shares; null: all is drawn.</param>
    public static ExpectedLoss Of(LossStage stage, IReadOnlyList<ExposureYear> years, decimal lgd, decimal eir, Exposure? exposure = null, IReadOnlyList<Security>? collateral = null)
    {
        var secured = (collateral ?? []).Sum(one => one.ValueMinor * (1 - one.Haircut));
        var defaulted = stage == LossStage.Three;
        var (survival, discount, running, given) = (1m, 1m, 0m, 0L);
        List<LossYear> losses = [];
        foreach (var year in years.Take(stage == LossStage.Two ? years.Count : 1))
        {
            var pd = defaulted ? 1 : year.Pd;
            if (!defaulted) discount *= 1 + eir;
            running += survival * pd * (lgd * Math.Max(0, year.EadMinor - secured)) / discount;
            var upToHere = (long)decimal.Round(running, MidpointRounding.AwayFromZero);
            losses.Add(new LossYear(losses.Count + 1, survival, year.EadMinor, pd, upToHere - given));
            survival *= 1 - pd;
            given = upToHere;
        }

        var drawn = exposure is { EadMinor: > 0 } ? DrawnShare(given, exposure) : given;
        return new ExpectedLoss(given, drawn, given - drawn, losses);
    }

    /// <summary>Half away from zero, exact: the product of two amounts and a factor's decimals is more than 128 bits, so it is divided in two parts.</summary>
    private static long DrawnShare(long totalMinor, Exposure exposure)
    {
        const long factorScale = 10_000_000_000;
        const long part = 1_000_000_000;
        var drawn = (Int128)exposure.DrawnMinor * factorScale;
        var whole = drawn + (exposure.UndrawnMinor * (Int128)decimal.Round(exposure.Ccf * factorScale, MidpointRounding.AwayFromZero));
        if (whole == 0) return totalMinor;
        var (high, rest) = Int128.DivRem(totalMinor / part * drawn, whole);
        var (low, last) = Int128.DivRem((rest * part) + (totalMinor % part * drawn), whole);
        return (long)((high * part) + low + (last * 2 >= whole ? 1 : 0));
    }
}
