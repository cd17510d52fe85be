using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Credit;

/// <summary>What the credit department's steps have in common: how a request is read, and how a change of a case goes its way.</summary>
internal static class CreditSteps
{
    /// <summary>Opens the book, checks the id and reads the body; then <paramref name="step"/> goes on with the fields and the canonical request.</summary>
    public static Task<IResult> ReadAsync(Books books, HttpRequest request, string book, string id, Func<OpenedBook, JsonFields, List<Fault>, string, Task<IResult>> step) => BookRequest.ReadAsync(books, request, book, id, step, IdFault);

    /// <summary>400 <c>request/id</c>; 422 <c>credit/id-reserved</c>.</summary>
    public static Refusal? IdFault(string id) =>
        BookRequest.IdFault(id) ?? (id.StartsWith(CreditUnit.Prefix, StringComparison.Ordinal) ? new Refusal(422, "credit/id-reserved", $"Ids beginning with '{CreditUnit.Prefix}' are the system's own.", "id") : null);

    /// <summary>The side that a caller stands on; nobody stands on both (<see cref="Segregation"/>).</summary>
    public static OfficeSide SideOf(HttpRequest request) => Caller.Of(request).Roles.Contains(Roles.FrontOffice) ? OfficeSide.Front : OfficeSide.Back;

    public static Problem Unknown(string id, string department, string book) => Problem.Of(404, "case/unknown", $"There is no '{Ids.Cut(id)}' in {department} of book '{book}'.");

    /// <summary>A step of an application: decided purely, by who calls and when.</summary>
    public static async Task<IResult> ApplicationAsync(
        OpenedBook book, CreditTables credit, CaseSteps steps, TimeProvider time, HttpRequest request, string id, string name, string canonical, Func<CreditApplication, string, DateTimeOffset, Outcome<CreditApplication>> decide)
    {
        var command = CaseCommand.Of(request, name, canonical);
        var outcome = await steps.RunAsync(credit.Applications, book.Book.Id, id, command, known =>
            decide(CreditTables.ReadApplication(known!), command.By, time.GetUtcNow()).Is(out var application, out var refusal) ? new CaseDecision(CreditTables.Write(application)) : refusal);
        return await ApplicationAnswer.OfAsync(outcome, credit, book, time, request);
    }
}
