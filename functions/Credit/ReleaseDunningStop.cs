using System.Globalization;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/dunning-stops/{party}/release</c> <c>{document?, reason}</c>: this document of a party, or without one the whole party, is dunned again; other stops stay. 201 with what is left; 200 when the same
/// request comes again. 404 <c>case/unknown</c>; 409 <c>credit/not-stopped</c>.
/// Rows: reads and writes <c>DunningStops</c>. Messages: none.
/// </summary>
public sealed class ReleaseDunningStop(Books books, CreditTables credit, CaseSteps steps)
{
    [Function(nameof(ReleaseDunningStop))]
    [Allow(Roles.BackOffice, Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/dunning-stops/{party}/release")] HttpRequest request, string book, string party) =>
        CreditSteps.ReadAsync(books, request, book, party, async (_, fields, faults, canonical) =>
        {
            var (document, reason) = (fields.OptionalId("document"), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            // The same words may release a later stop of the same document, so a request is the same only for the same stop.
            var meant = await credit.DunningStops.Cases.FindAsync(book, party) is { } row ? CreditTables.ReadDunningStops(row).Of(document) : null;
            var command = CaseCommand.Of(request, "release", canonical);
            if (!command.OperationId!.StartsWith("key:", StringComparison.Ordinal))
                command = command with { OperationId = string.Create(CultureInfo.InvariantCulture, $"release:{meant?.Number ?? 0}:{canonical}") };
            var outcome = await steps.RunAsync(credit.DunningStops, book, party, command, known =>
            {
                var before = CreditTables.ReadDunningStops(known!);
                if (before.Of(document) is not { Released: null } stop || stop.Number != meant?.Number)
                    return new Refusal(409, "credit/not-stopped", document is null ? $"'{party}' as a whole is not stopped, or was stopped anew just now." : $"'{document}' of '{party}' is not stopped, or was stopped anew just now.", "document");
                return new CaseDecision(CreditTables.Write(before.Release(stop, reason)), IsDone: before.Unreleased().Count() == 1);
            });
            return outcome.Is(out var result, out var refusal) ? GetDunningStops.Answer(result.IsNew ? 201 : 200, result.Case, book, request, null) : new Problem(refusal);
        });
}
