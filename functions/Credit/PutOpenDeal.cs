using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/open-deals/{id}</c> <c>{kind: order|trade, counterparty, amount, from, until?}</c>: an order or a trade as it uses the counterparty's limit now; the answer says what is used and free. It is taken also
/// when the limit is exceeded, since it has been done: the risk report shows it. 201 when it is new, 200 when it is there. 403 <c>credit/deal-lowered</c>; 409 <c>credit/state</c>; 422 <c>credit/counterparty-unknown</c>, <c>credit/date</c>.
/// Rows: reads and writes <c>OpenDeals</c>, reads <c>Counterparties</c>, <c>CreditApplications</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutOpenDeal(Books books, CreditTables credit, CaseSteps steps, UtilisationSource utilisation, TimeProvider time)
{
    [Function(nameof(PutOpenDeal))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/open-deals/{id}")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (kind, counterparty, amount) = (fields.Choice<DealKind>("kind", "credit/deal-kind"), fields.Id("counterparty"), fields.Minor("amount", found.Digits));
            var (from, until) = (fields.Date("from"), fields.OptionalDate("until"));
            fields.NoOthers();
            if (until < from) faults.Add(new Fault("until", "credit/date", "'until' must not lie before 'from'."));
            if (faults.Count == 0 && await credit.FindCounterpartyAsync(book, counterparty) is null) faults.Add(new Fault("counterparty", "credit/counterparty-unknown", $"There is no counterparty '{counterparty}'."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var isNew = false;
            var byFrontOffice = CreditSteps.SideOf(request) == OfficeSide.Front;
            var outcome = await steps.RunAsync(credit.OpenDeals, book, id, CaseCommand.ToPut(request, canonical), known =>
            {
                isNew = known is null;
                var decided = OpenDeal.Decide(known is null ? null : CreditTables.ReadOpenDeal(known), known?.IsDone == true, new OpenDeal(kind!.Value, counterparty, amount!.Value, from!.Value, until), byFrontOffice);
                return decided.Is(out var deal, out var refusal) ? new CaseDecision(CreditTables.Write(deal)) : refusal;
            });
            if (!outcome.Is(out var result, out var no)) return new Problem(no);
            var used = await utilisation.OfAsync(found, counterparty, BusinessDay.Today(time));
            return GetOpenDeal.Answer(isNew && result.IsNew ? 201 : 200, result.Case, found, request, used, null);
        });
}
