using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>PUT /api/books/{book}/problems/{id}</c> <c>{title, text, status: open|knownError|resolved, cause?, workaround?, articles?: [text]}</c>: the cause of several incidents, as it is known now; tickets gather there by their links
/// (<c>kind: problem</c>). 201 when it is new, 200 when it is there. 422 <c>support/problem-status</c>, <c>support/cause</c> (a known error has one), <c>support/articles</c>. Rows: reads and writes <c>Problems</c>. Messages: none.
/// </summary>
public sealed class PutProblem(Books books, SupportTables support, CaseSteps steps)
{
    private const int MaxArticles = 50;

    [Function(nameof(PutProblem))]
    [Allow(Roles.Support, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/problems/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var fields = body.Fields;
            var (title, text, status) = (fields.Text("title"), fields.Lines("text", Ticket.MaxTextChars), fields.Choice<ProblemStatus>("status", "support/problem-status"));
            var (cause, workaround) = (fields.OptionalLines("cause", Ticket.MaxTextChars), fields.OptionalLines("workaround", Ticket.MaxTextChars));
            var articles = fields.OptionalTexts("articles", MaxArticles, 400, new Fault("articles", "support/articles", $"'articles' is a list of at most {MaxArticles} texts of 1 to 400 characters."));
            fields.NoOthers();
            if (status == ProblemStatus.KnownError && cause is null) body.Faults.Add(new Fault("cause", "support/cause", "The cause of a known error is known: name it."));
            if (body.Faults.Count > 0) return new Problem(Refusal.Of(body.Faults));

            var isNew = false;
            var outcome = await steps.RunAsync(support.Problems, book, id, CaseCommand.ToPut(request, body.Canonical), known =>
            {
                isNew = known is null;
                var incidents = known is null ? [] : SupportTables.ReadProblem(known).Incidents;
                return new CaseDecision(SupportTables.Write(new SupportProblem(title, text, status!.Value, cause, workaround, articles, incidents)));
            });
            return outcome.Is(out var result, out refusal) ? GetProblem.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null) : new Problem(refusal);
        }
    }
}
