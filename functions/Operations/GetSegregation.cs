using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// <c>GET /api/books/{book}/segregation?from=&amp;to=</c>: proves over the histories of all departments' cases that no identity did two acts on one case that must be apart, at least one of them in the span of business dates (default:
/// everything until today): each rule with the cases and acts it was tried on, and every breach. Also names the roles that no token may bear together. 422 <c>segregation/span</c>.
/// Rows: reads the departments' tables. Messages: none.
/// </summary>
public sealed class GetSegregation(Books books, IEnumerable<Department> departments, TimeProvider time)
{
    [Function(nameof(GetSegregation))]
    [Allow(Roles.Auditor, Roles.Board, Roles.RiskControl)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/segregation")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (from, to) = (query.Date("from") ?? BusinessDay.Earliest, query.Date("to") ?? BusinessDay.Today(time));
        if (from > to) query.Faults.Add(new Fault("to", "segregation/span", "'to' lies before 'from'."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);

        List<RuleProof> proofs = [];
        foreach (var department in departments.Where(department => department.Apart.Count > 0).OrderBy(department => department.Name, StringComparer.Ordinal))
        {
            var tried = department.Apart.Select(pair => new RuleProof(department.Name, pair)).ToList();
            await foreach (var (id, steps) in department.Cases.HistoriesAsync(book))
                foreach (var proof in tried) proof.Try(id, steps, from, to);
            proofs.AddRange(tried);
        }

        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("from", BusinessDay.Text(from));
            json.WriteString("to", BusinessDay.Text(to));
            json.WriteBoolean("holds", proofs.TrueForAll(proof => proof.Breaches.Count == 0));
            json.WriteStartArray("rules");
            foreach (var proof in proofs) proof.Write(json);
            json.WriteEndArray();
            json.WriteList("rolesApart", Segregation.RolePairs, pair =>
            {
                json.WriteString("first", pair.First);
                json.WriteString("second", pair.Second);
                json.WriteString("source", pair.Source);
            });
        });
    }
}

/// <summary>One rule, tried on histories. A breach is a pair of acts of one identity on one case, at least one of them in the span.</summary>
internal sealed class RuleProof(string department, ActPair pair)
{
    private int _cases;
    private int _acts;

    public List<(string Case, CaseStep First, CaseStep Second)> Breaches { get; } = [];

    public void Try(string id, IReadOnlyList<CaseStep> steps, DateOnly from, DateOnly to)
    {
        List<CaseStep> acts = [.. steps.Where(step => step.Command == pair.First || step.Command == pair.Second)];
        var inSpan = acts.Count(IsInSpan);
        if (inSpan == 0) return;
        (_cases, _acts) = (_cases + 1, _acts + inSpan);
        for (var n = 0; n < acts.Count; n++)
            for (var m = n + 1; m < acts.Count; m++)
                if (acts[n].By == acts[m].By && IsPair(acts[n], acts[m]) && (IsInSpan(acts[n]) || IsInSpan(acts[m]))) Breaches.Add((id, acts[n], acts[m]));

        bool IsInSpan(CaseStep step) => BusinessDay.Of(step.At) is var day && day >= from && day <= to;
        bool IsPair(CaseStep one, CaseStep other) => (one.Command == pair.First && other.Command == pair.Second) || (one.Command == pair.Second && other.Command == pair.First);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("department", department);
        json.WriteString("first", pair.First);
        json.WriteString("second", pair.Second);
        json.WriteString("source", pair.Source);
        json.WriteNumber("cases", _cases);
        json.WriteNumber("acts", _acts);
        json.WriteStartArray("breaches");
        foreach (var (id, first, second) in Breaches)
        {
            json.WriteStartObject();
            json.WriteString("case", id);
            json.WriteString("by", first.By);
            foreach (var (name, step) in new[] { ("first", first), ("second", second) })
            {
                json.WriteStartObject(name);
                json.WriteNumber("version", step.Version);
                json.WriteString("command", step.Command);
                json.WriteString("at", step.At.UtcDateTime);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
