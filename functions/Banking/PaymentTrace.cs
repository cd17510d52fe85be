using System.Text.Json;
using BackOffice.Exchange;
using BackOffice.Kernel;

namespace BackOffice.Banking;

/// <summary>What lines of statements say of one payment order, as its history keeps it. Of each: bank item → numbers of the payments, from 1.</summary>
/// <param name="Gone">Lines that show payments as gone.</param>
/// <param name="Returned">Lines that brought payments back.</param>
/// <param name="Reopened">Bank items that say nothing of it any more.</param>
public sealed record PaymentTrace(IReadOnlyDictionary<string, IReadOnlyList<int>>? Gone = null, IReadOnlyDictionary<string, IReadOnlyList<int>>? Returned = null, IReadOnlyList<string>? Reopened = null)
{
    /// <summary>
    /// The payment with what the lines say. A payment goes once and comes back once: what is on another line already stays there. Worked: P-1-2 is on line a; line b says the same → it stays on a.
    /// </summary>
    internal Payment On(Payment payment)
    {
        PaymentItem[] items = [.. payment.Items];
        for (var n = 0; n < items.Length; n++)
        {
            if (Reopened is not null && items[n].ClearedBy is { } cleared && Reopened.Contains(cleared)) items[n] = items[n] with { ClearedBy = null };
            if (Reopened is not null && items[n].ReturnedBy is { } returned && Reopened.Contains(returned)) items[n] = items[n] with { ReturnedBy = null };
        }

        foreach (var (item, numbers) in Gone ?? new Dictionary<string, IReadOnlyList<int>>())
            foreach (var n in numbers)
                if (!items[n - 1].IsEnded) items[n - 1] = items[n - 1] with { ClearedBy = item };
        foreach (var (item, numbers) in Returned ?? new Dictionary<string, IReadOnlyList<int>>())
            foreach (var n in numbers)
                if (items[n - 1] is { ClearedBy: not null, ReturnedBy: null }) items[n - 1] = items[n - 1] with { ReturnedBy = item };
        return payment with { Items = items };
    }

    /// <summary>Notes it on the order, once; the order as it stands then.</summary>
    /// <param name="operation">Names what noted it: the same is noted once.</param>
    internal async Task<Outcome<Payment>> NoteAsync(BankTables bank, CaseSteps steps, string book, string payment, string by, string operation)
    {
        var command = new CaseCommand("trace", JsonSerializer.Serialize(this, BankJson.Default.PaymentTrace), by, "trace:" + operation);
        var outcome = await steps.RunAsync(bank.Payments, book, payment, command, known =>
        {
            if (!BankTables.ReadPayment(known!).Move(PaymentCommand.Trace).Is(out var moved, out var refusal)) return refusal;
            var traced = On(moved);
            return new CaseDecision(BankTables.Write(traced), traced.IsDone);
        });
        return outcome.Is(out var result, out var no) ? BankTables.ReadPayment(result.Case) : no;
    }

    /// <summary>What an item says of a payment once it has been posted; null: nothing.</summary>
    internal static PaymentTrace? Of(string id, BankItem item)
    {
        if (item.Match.Own is not { } own) return null;
        Dictionary<string, IReadOnlyList<int>> said = new() { [id] = own.Numbers };
        return item.Line.AmountMinor < 0 ? new PaymentTrace(Gone: said) : new PaymentTrace(Returned: said);
    }

    /// <summary>Whether an item may say of a payment what it is to say: 409 <c>payment/state</c> when another line has said it, or the bank has rejected it.</summary>
    internal static Refusal? Misfit(Payment payment, string id, BankItem item)
    {
        var own = item.Match.Own!;
        return own.Numbers.All(n => n <= payment.Items.Count && payment.Items[n - 1] is var one && (item.Line.AmountMinor < 0 ? one.ClearedBy == id || !one.IsEnded : one.ReturnedBy == id || one is { ClearedBy: not null, ReturnedBy: null })) ? null
            : new Refusal(409, "payment/state", $"Payment '{own.Payment}' is on another line already, or the bank has rejected it: look at it, and assign this line otherwise.");
    }
}

/// <summary>What an order's commit tells beside entries: the file that is made of it.</summary>
/// <param name="Id">Of the export.</param>
public sealed record ToldExport(string Id, ExportFile File, string By);

/// <summary>What a bank item's commit tells beside entries: that it says something of a payment.</summary>
/// <param name="Operation">Names the commit.</param>
public sealed record ToldTrace(string Payment, PaymentTrace Trace, string By, string Operation)
{
    /// <summary>What the commit of an item at a version tells; null: it says nothing of a payment.</summary>
    internal static ToldTrace? Of(string id, int version, PaymentTrace? trace, PaymentPart? part, string by) =>
        trace is null || part is null ? null : new ToldTrace(part.Payment, trace, by, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}:{version + 1}"));
}
