using System.Globalization;

namespace BackOffice.Credit;

/// <summary>What a letter says, by level and language: a subject and lines, each a paragraph. Amounts stand in the letter's table.</summary>
public sealed record DunningText(string Subject, IReadOnlyList<string> Lines)
{
    public static DunningText Of(DunningLetter letter, DateOnly on, string language) => language == "de" ? German(letter, on) : English(letter, on);

    private static DunningText German(DunningLetter letter, DateOnly on)
    {
        var (day, payBy) = (on.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture), letter.PayBy.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture));
        const string greeting = "Sehr geehrte Damen und Herren,";
        const string farewell = "Mit freundlichen Grüßen";
        return letter.Level switch
        {
            1 => new("Zahlungserinnerung",
            [
                greeting, $"die unten genannten Rechnungen sind fällig; bis zum {day} haben wir keine vollständige Zahlung verbucht. Sicher ist es nur ein Versehen.",
                $"Bitte zahlen Sie den Gesamtbetrag, der Verzugszinsen nach § 288 BGB enthält, bis zum {payBy}. Haben Sie schon gezahlt, danken wir Ihnen; dieses Schreiben ist dann gegenstandslos.", farewell,
            ]),
            2 => new("Zweite Mahnung",
            [
                greeting, $"die unten genannten Rechnungen sind trotz Fälligkeit am {day} noch offen. Sie sind mit der Zahlung in Verzug; wir berechnen Verzugszinsen nach § 288 BGB.",
                $"Bitte zahlen Sie den Gesamtbetrag bis zum {payBy}. Ist eine Rechnung strittig, sagen Sie uns bitte bis dahin, warum.", farewell,
            ]),
            _ => new("Letzte Mahnung",
            [
                greeting, $"auch nach unseren früheren Schreiben sind die unten genannten Rechnungen am {day} noch offen. Verzugszinsen nach § 288 BGB laufen bis zur Zahlung weiter.",
                $"Wir fordern Sie auf, den Gesamtbetrag bis zum {payBy} zu zahlen. Geht er bis dahin nicht ein, leiten wir ohne weitere Ankündigung gerichtliche Schritte ein; deren Kosten tragen Sie.", farewell,
            ]),
        };
    }

    private static DunningText English(DunningLetter letter, DateOnly on)
    {
        var (day, payBy) = (on.ToString("d MMMM yyyy", CultureInfo.InvariantCulture), letter.PayBy.ToString("d MMMM yyyy", CultureInfo.InvariantCulture));
        const string greeting = "Dear Sir or Madam,";
        const string farewell = "Yours faithfully";
        return letter.Level switch
        {
            1 => new("Payment reminder",
            [
                greeting, $"The invoices listed below are due, and by {day} we had not received full payment. No doubt this is an oversight.",
                $"Please pay the total, which includes late interest under section 288 BGB (German Civil Code), by {payBy}. If you have paid already, thank you; please disregard this letter.", farewell,
            ]),
            2 => new("Second reminder",
            [
                greeting, $"The invoices listed below are overdue and were still open on {day}. You are in default of payment; we charge late interest under section 288 BGB (German Civil Code).",
                $"Please pay the total by {payBy}. If you dispute an invoice, please tell us why by then.", farewell,
            ]),
            _ => new("Final demand",
            [
                greeting, $"Despite our earlier letters the invoices listed below were still open on {day}. Late interest under section 288 BGB (German Civil Code) runs on until payment.",
                $"We require you to pay the total by {payBy}. If it has not arrived by then, we shall take legal action without further notice, at your expense.", farewell,
            ]),
        };
    }
}
