using System.Globalization;
using System.Text;
using System.Xml.Linq;
using BackOffice.Kernel;

namespace BackOffice.Banking;

/// <summary>What a bank says of one payment, or of a whole order.</summary>
/// <param name="Order">Our reference of the order.</param>
/// <param name="EndToEndId">Of the payment; null: all of the order.</param>
/// <param name="Reason">Code and words of a rejection.</param>
public sealed record PaymentAnswer(string Order, string? EndToEndId, BankAnswer Answer, string? Reason);

/// <summary>Payments in the forms of ISO 20022: orders as pain.001.001.09, answers as pain.002.001.03 or .10.</summary>
public static class Pain
{
    private const string Prefix = "urn:iso:std:iso:20022:tech:xsd:";
    private static readonly XNamespace Order = Prefix + "pain.001.001.09";

    /// <summary>
    /// The order as a file, always the same bytes: one payment information, SEPA credit transfers, elements in the order of the schema. Amounts have a decimal point and two digits, texts only the characters that every SEPA bank takes.
    /// Source: EPC132-08, SEPA Credit Transfer Customer-to-Bank Implementation Guidelines. Worked: two payments of 119.00 and 1.00 → NbOfTxs 2, CtrlSum 120.00, in the header and in the payment information.
    /// </summary>
    public static byte[] Write(string id, Payment payment, BankAccount account)
    {
        var (reference, count, sum) = (Payment.Reference(id), payment.Items.Count.ToString(CultureInfo.InvariantCulture), Amount.Format(payment.TotalMinor, 2));
        XElement Agent(string name, string? bic) => new(Order + name, new XElement(Order + "FinInstnId", bic is null ? new XElement(Order + "Othr", new XElement(Order + "Id", "NOTPROVIDED")) : new XElement(Order + "BICFI", bic)));
        XElement Account(string name, string iban) => new(Order + name, new XElement(Order + "Id", new XElement(Order + "IBAN", iban)));
        var info = new XElement(
            Order + "PmtInf", new XElement(Order + "PmtInfId", reference), new XElement(Order + "PmtMtd", "TRF"), new XElement(Order + "BtchBookg", "true"), new XElement(Order + "NbOfTxs", count), new XElement(Order + "CtrlSum", sum),
            new XElement(Order + "PmtTpInf", new XElement(Order + "SvcLvl", new XElement(Order + "Cd", "SEPA"))), new XElement(Order + "ReqdExctnDt", new XElement(Order + "Dt", BusinessDay.Text(payment.ExecuteOn))),
            new XElement(Order + "Dbtr", new XElement(Order + "Nm", Clean(account.Holder, 70))), Account("DbtrAcct", account.Iban), Agent("DbtrAgt", account.Bic), new XElement(Order + "ChrgBr", "SLEV"));
        for (var n = 0; n < payment.Items.Count; n++)
        {
            var item = payment.Items[n];
            info.Add(new XElement(
                Order + "CdtTrfTxInf", new XElement(Order + "PmtId", new XElement(Order + "EndToEndId", Payment.EndToEndId(id, n))), new XElement(Order + "Amt", new XElement(Order + "InstdAmt", new XAttribute("Ccy", "EUR"), Amount.Format(item.AmountMinor, 2))), item.Bic is null ? null : Agent("CdtrAgt", item.Bic),
                new XElement(Order + "Cdtr", new XElement(Order + "Nm", Clean(item.Name!, 70))), Account("CdtrAcct", item.Iban!), new XElement(Order + "RmtInf", new XElement(Order + "Ustrd", Clean(item.Document, 140)))));
        }

        var document = new XElement(Order + "Document", new XElement(
            Order + "CstmrCdtTrfInitn",
            new XElement(Order + "GrpHdr", new XElement(Order + "MsgId", reference), new XElement(Order + "CreDtTm", payment.OrderedAt!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)), new XElement(Order + "NbOfTxs", count), new XElement(Order + "CtrlSum", sum),
                new XElement(Order + "InitgPty", new XElement(Order + "Nm", Clean(account.Holder, 70)))),
            info));
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document.ToString(SaveOptions.DisableFormatting) + "\n");
    }

    /// <summary>
    /// A bank's answers. Of a transaction its own status counts, else the payment information's or the group's: ACCP, ACSP, ACSC, ACTC, ACWC, ACCC accepted, RJCT rejected; PDNG, RCVD and PART alone say nothing yet.
    /// 400 <c>bank/form</c>; 422 <c>bank/missing</c>, also when it rejects a payment without its end-to-end id: it would be taken for paid. Worked: group PART, of which <c>TxSts</c> RJCT with reason AC04 → that payment is rejected, "AC04".
    /// </summary>
    public static Outcome<List<PaymentAnswer>> ReadStatus(XElement document)
    {
        if (document.Name.LocalName != "Document" || document.Name.NamespaceName is not (Prefix + "pain.002.001.03" or Prefix + "pain.002.001.10") || document.Child("CstmrPmtStsRpt") is not { } report)
            return new Refusal(400, "bank/form", $"Document of pain.002.001.03 or pain.002.001.10 is wanted, not '{Ids.Cut(document.Name.ToString())}'.");
        if (report.ValueOf("OrgnlGrpInfAndSts/OrgnlMsgId") is not { } message) return new Refusal(422, "bank/missing", "'OrgnlMsgId' is missing: it says of which order it is.", "OrgnlGrpInfAndSts/OrgnlMsgId");
        List<PaymentAnswer> answers = [];
        if (Of(report.ValueOf("OrgnlGrpInfAndSts/GrpSts")) is { } group) answers.Add(new PaymentAnswer(message, null, group, ReasonOf(report.Child("OrgnlGrpInfAndSts"))));
        foreach (var info in report.Elements().Where(element => element.Name.LocalName == "OrgnlPmtInfAndSts"))
        {
            if (info.ValueOf("OrgnlPmtInfId") is { } information && information != message) return new Refusal(422, "payment/unknown", $"Order '{Ids.Cut(message)}' has no payment information '{Ids.Cut(information)}'.", "OrgnlPmtInfAndSts/OrgnlPmtInfId");
            if (Of(info.ValueOf("PmtInfSts")) is { } whole) answers.Add(new PaymentAnswer(message, null, whole, ReasonOf(info)));
            foreach (var transaction in info.Elements().Where(element => element.Name.LocalName == "TxInfAndSts"))
            {
                if (Of(transaction.ValueOf("TxSts")) is not { } answer) continue;
                if (transaction.ValueOf("OrgnlEndToEndId") is { } endToEnd) answers.Add(new PaymentAnswer(message, endToEnd, answer, ReasonOf(transaction)));
                else if (answer == BankAnswer.Rejected) return new Refusal(422, "bank/missing", "'OrgnlEndToEndId' is missing: a payment is rejected, and nothing says which.", "OrgnlPmtInfAndSts/TxInfAndSts/OrgnlEndToEndId");
            }
        }

        return answers;
    }

    private static BankAnswer? Of(string? status) => status switch { "RJCT" => BankAnswer.Rejected, "ACCP" or "ACSP" or "ACSC" or "ACTC" or "ACWC" or "ACCC" => BankAnswer.Accepted, _ => null };

    private static string? ReasonOf(XElement? of)
    {
        var reason = of.Child("StsRsnInf");
        var text = string.Join(' ', ((string?[])[reason.ValueOf("Rsn/Cd") ?? reason.ValueOf("Rsn/Prtry"), reason.ValueOf("AddtlInf")]).OfType<string>());
        return text.Length == 0 ? null : text.Length <= 200 ? text : text[..200];
    }

    /// <summary>A text in the characters of SEPA: letters, digits, / - ? : ( ) . , ' + and blank; umlauts as two letters, others as '.'.</summary>
    internal static string Clean(string text, int maxChars)
    {
        var clean = new StringBuilder();
        foreach (var c in text)
            clean.Append(c switch { 'ä' => "ae", 'ö' => "oe", 'ü' => "ue", 'Ä' => "Ae", 'Ö' => "Oe", 'Ü' => "Ue", 'ß' => "ss", '&' => "+", _ when char.IsAsciiLetterOrDigit(c) || "/-?:().,'+ ".Contains(c, StringComparison.Ordinal) => c.ToString(), _ => "." });
        var whole = clean.ToString().Trim();
        return whole.Length == 0 ? "." : whole.Length <= maxChars ? whole : whole[..maxChars];
    }
}
