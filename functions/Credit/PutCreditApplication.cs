using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/credit-applications/{id}</c> <c>{counterparty, amount, termMonths, rate, dayCount: act360|thirty360|actAct, purpose, vote: approve|reject, reason?, accounts?: {loan, bank, interestReceivable,
/// interestIncome}}</c>: the front office submits an application with its vote. Accounts are the chart's unless told. 201; 200 when the same request comes again; 409 <c>case/id-reused</c> when another does. 422
/// <c>credit/no-business</c> for a counterparty whose limit of the day is 0, or its group's, unless the vote rejects.
/// Rows: reads and adds to <c>CreditApplications</c>, reads and writes <c>Counterparties</c>, reads <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class PutCreditApplication(Books books, CreditTables credit, CaseSteps steps, Parameters parameters, TimeProvider time)
{
    private const string AccountType = "credit/account-type";
    private const string Euro = "EUR";

    [Function(nameof(PutCreditApplication))]
    [Allow(Roles.FrontOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/credit-applications/{id}")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (chart, currency) = await found.Book.ReadAsync(state => (state.Settings.Chart, state.Currency));
            var (wanted, approves, reason) = Read(fields, found.Digits, chart, faults);
            fields.NoOthers();
            if (wanted is null || faults.Count > 0) return new Problem(Refusal.Of(faults));

            var now = time.GetUtcNow();
            var today = BusinessDay.Of(now);
            var command = CaseCommand.ToCreate(request, canonical);
            var outcome = await steps.RunAsync(credit.Applications, book, id, command, async _ =>
            {
                if (await found.Book.ReadAsync(state => AccountFault(state, wanted.Accounts)) is { } refusal) return refusal;
                if (await credit.FindCounterpartyAsync(book, wanted.Counterparty) is not { } counterparty) return new Refusal(422, "credit/counterparty-unknown", $"There is no counterparty '{wanted.Counterparty}'.", "counterparty");
                // The board sets it in EUR: in another currency nothing is known to lie below it.
                var threshold = currency == Euro ? Amount.ToMinor((await parameters.HistoryAsync(Parameter.Find("credit.risk-relevant.limit")!)).On(today)?.Value ?? 0, found.Digits) : 0;
                var days = (int)((await parameters.HistoryAsync(Parameter.Find("credit.application.days")!)).On(today)?.Value ?? 90);
                var counting = wanted.AmountMinor;
                if (approves)
                {
                    if (await credit.IsShutAsync(book, counterparty, today)) return new Refusal(422, "credit/no-business", $"The limit of '{wanted.Counterparty}' or of its group is 0: there is no new business with it.", "counterparty");
                    var together = await CreditUnits.CountTogetherAsync(credit, steps, book, counterparty.Group, new Commitment(id, wanted.Counterparty, wanted.AmountMinor, now), command.By, today);
                    if (!together.Is(out var unit, out var no)) return no;
                    counting = unit.Commitments.Sum(commitment => commitment.AmountMinor);
                }

                var submitted = CreditDecisions.Submit(wanted with { SubmittedOn = today, ExpiresOn = today.AddDays(days), RelevantMinor = counting, ThresholdMinor = threshold }, approves, reason, command.By, now);
                return new CaseDecision(CreditTables.Write(submitted));
            });
            return await ApplicationAnswer.OfAsync(outcome, credit, found, time, request);
        });

    /// <summary>
    /// 422 <c>credit/rate</c> (0 to 1, ten decimals), <c>credit/day-count</c>, <c>credit/vote</c>, <c>ledger/no-chart</c> when accounts are neither told nor the chart's.
    /// </summary>
    private static (CreditApplication? Wanted, bool Approves, string Reason) Read(JsonFields fields, int digits, string? chart, List<Fault> faults)
    {
        var (counterparty, amount, term) = (fields.Id("counterparty"), fields.Minor("amount", digits), fields.Whole("termMonths", 1, CreditApplication.MaxTermMonths));
        var (rate, dayCount, purpose) = (fields.Rate("rate", "credit/rate"), fields.Choice<DayCount>("dayCount", "credit/day-count"), fields.Text("purpose", 400));
        var (vote, reason) = (fields.Choice<VoteChoice>("vote", "credit/vote"), fields.OptionalText("reason", 500));
        LineAccounts? accounts = null;
        if (fields.Has("accounts"))
        {
            var inner = new JsonFields(fields.Element("accounts")!.Value, faults, "accounts");
            accounts = new LineAccounts(inner.Id("loan"), inner.Id("bank"), inner.Id("interestReceivable"), inner.Id("interestIncome"));
            inner.NoOthers();
        }
        else if (chart is not null) accounts = new LineAccounts(Chart.Number(chart, "0550"), Chart.Number(chart, "1200"), Chart.Number(chart, "1500"), Chart.Number(chart, "2650"));
        else faults.Add(new Fault("accounts", "ledger/no-chart", "The book has no chart, which would say where a line is booked: name 'accounts'."));
        fields.Absent("accounts");
        if (faults.Count > 0) return (null, false, "");
        return (new CreditApplication(counterparty, amount!.Value, term!.Value, rate!.Value, dayCount!.Value, purpose, accounts!, default, default, 0, 0, ApplicationStatus.Submitted, []), vote == VoteChoice.Approve, reason ?? "");
    }

    /// <summary>422 <c>ledger/account-unknown</c>; <c>credit/account-type</c>; <c>credit/account-twice</c> when two of loan, bank and interest receivable are one: the line could not be told from them.</summary>
    private static Refusal? AccountFault(BookState state, LineAccounts accounts)
    {
        List<Fault> faults = [];
        state.CheckAccount("accounts.loan", accounts.Loan, faults, AccountType, Ledger.AccountType.Asset);
        state.CheckAccount("accounts.bank", accounts.Bank, faults, AccountType, Ledger.AccountType.Asset, Ledger.AccountType.Liability);
        state.CheckAccount("accounts.interestReceivable", accounts.InterestReceivable, faults, AccountType, Ledger.AccountType.Asset);
        state.CheckAccount("accounts.interestIncome", accounts.InterestIncome, faults, AccountType, Ledger.AccountType.Income);
        if (accounts.Loan == accounts.Bank || accounts.Loan == accounts.InterestReceivable || accounts.Bank == accounts.InterestReceivable)
            faults.Add(new Fault("accounts", "credit/account-twice", "Loan, bank and interest receivable are three accounts."));
        return faults.Count > 0 ? Refusal.Of(faults) : null;
    }
}

/// <summary>How one votes.</summary>
internal enum VoteChoice
{
    Approve,
    Reject,
}
