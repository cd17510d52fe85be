using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Credit;

/// <summary>The way of a draw or a repayment: read, find what the nights have fixed, decide, commit, post.</summary>
internal static class LineChanges
{
    public static Task<IResult> RunAsync(Books books, CreditTables credit, CaseSteps steps, NightTable nights, TimeProvider time, HttpRequest request, string book, string id, string name, int side) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (movement, date, amount) = (fields.Id("id"), fields.Date("date"), fields.Minor("amount", found.Digits));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            // A movement is known by its own id, so that it is made once however often it is sent.
            var command = CaseCommand.Of(request, name, canonical) with { OperationId = $"movement:{movement}" };
            var outcome = await steps.RunAsync(credit.Applications, book, id, command, async known =>
            {
                var application = CreditTables.ReadApplication(known!);
                if (application.Line is null) return new Refusal(409, "credit/state", "It has not been granted: there is no line.");
                var frozen = await FrozenAsync(found, nights, application);
                if (!Decide(application, new LineMovement(movement, date!.Value, side * amount!.Value, frozen), BusinessDay.Today(time), found.Digits).Is(out var moved, out var refusal)) return refusal;
                var (tell, no) = await Posting.PrepareAsync(found, [CreditEntries.OfMovement(id, moved, moved.Line!.Movements.Count)], command.By);
                return no is null ? new CaseDecision(CreditTables.Write(moved), Tell: tell) : no;
            });
            return await LineAnswer.OfAsync(outcome, credit, found, time, request);
        });

    /// <summary>
    /// The application with its line drawn or repaid. 409 <c>credit/conditions-open</c> when a draw comes before all conditions are met, <c>credit/line-ended</c> when one is told of a line that has ended, whatever its date: it counts no
    /// more against the limit of risk relevance; 422 <c>credit/date</c> before the grant, or a draw after the line's end;
    /// <c>credit/limit-exceeded</c> when more than the limit would be drawn on any evening; <c>credit/over-repaid</c> when less than nothing would be; <c>credit/too-many-movements</c> after 1,000.
    /// Worked: limit 10,000.00, drawn 8,000.00 → a draw of 2,000.01 is refused.
    /// </summary>
    internal static Outcome<CreditApplication> Decide(CreditApplication application, LineMovement movement, DateOnly today, int digits)
    {
        var line = application.Line!;
        var isDraw = movement.AmountMinor > 0;
        if (isDraw && application.Conditions?.Any(condition => condition.MetBy is null) == true) return new Refusal(409, "credit/conditions-open", "Not all conditions of the grant are met: nothing is drawn yet.");
        if (isDraw && line.HasEnded(today)) return new Refusal(409, "credit/line-ended", $"The line ended on {BusinessDay.Text(line.EndsOn)} and is repaid: it cannot be drawn again, also not for a day before.");
        if (line.Movements.Count >= CreditLine.MaxMovements) return new Refusal(422, "credit/too-many-movements", $"A line has at most {CreditLine.MaxMovements} movements.");
        if (movement.Date < line.GrantedOn || (isDraw && movement.Date > line.EndsOn))
            return new Refusal(422, "credit/date", $"The line runs from {BusinessDay.Text(line.GrantedOn)} to {BusinessDay.Text(line.EndsOn)}.", "date");
        var moved = line with { Movements = [.. line.Movements, movement] };
        if (isDraw && moved.HighestMinor(movement.Date) > line.LimitMinor)
            return new Refusal(422, "credit/limit-exceeded", $"{Amount.Format(moved.HighestMinor(movement.Date), digits)} would be drawn of {Amount.Format(line.LimitMinor, digits)}.", "amount");
        if (!isDraw && moved.LowestMinor(movement.Date) < 0)
            return new Refusal(422, "credit/over-repaid", $"{Amount.Format(line.LowestMinor(movement.Date), digits)} is drawn then or later; no more can be repaid.", "amount");
        return application with { Line = moved };
    }

    /// <summary>Through which day a night has begun: it has posted interest without the movement, or is about to.</summary>
    private static async Task<DateOnly?> FrozenAsync(OpenedBook book, NightTable nights, CreditApplication application) =>
        await nights.FindProgressAsync(book.Book.Id) is { Begun: { } begun } && begun >= application.Line!.GrantedOn ? begun : null;
}
