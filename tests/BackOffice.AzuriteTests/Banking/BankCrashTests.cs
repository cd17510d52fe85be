using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace BackOffice.AzuriteTests.Banking;

/// <summary>The intake of a statement that was cut off anywhere and is sent again comes to the same end as one that nothing disturbed: items, entries, balances, and the payment that it shows as gone.</summary>
public sealed class BankCrashTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Lanes = 2;

    /// <summary>A payment of ours, an item by reference, the same once more, one by party, and a fee that nobody knows.</summary>
    private static readonly string Statement = BankHttpTests.Statement("S-1", 1, "0.00", "64.00", ("119.00", "DBIT", "E2E:P-1-1"), ("119.00", "CRDT", "RE R-101"), ("19.00", "CRDT", "R-101 again"), ("50.00", "CRDT", "R-102"), ("5.00", "DBIT", "Fee"));

    private readonly AzuriteFixture _azurite = azurite;
    private int _books;

    [Fact]
    public async Task Intake_CutOffBeforeAndAfterAnyWrite_AndSentAgain_EndsAsUndisturbed()
    {
        await using var quiet = await Lane.StartAsync(this);
        var (undisturbed, writes) = await quiet.UndisturbedAsync();
        output.WriteLine($"{writes} writes.\n{undisturbed}");
        Assert.Contains("posted", undisturbed, StringComparison.Ordinal);
        var deaths = new ConcurrentQueue<(int Write, bool After)>(Enumerable.Range(0, 2 * writes).Select(n => ((n / 2) + 1, n % 2 == 1)));

        var died = 0;
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async _ =>
        {
            await using var lane = await Lane.StartAsync(this);
            while (deaths.TryDequeue(out var death))
            {
                var (end, isDead) = await lane.DieAndSendAgainAsync(death.Write, death.After);
                Assert.Equal($"{death}\n{undisturbed}", $"{death}\n{end}");
                if (isDead) Interlocked.Increment(ref died);
            }
        }));
        Assert.True(died > writes, $"Only {died} intakes were cut off."); // what is gathered differs from run to run, so that the last may have fewer writes
    }

    private sealed class Lane(BankCrashTests tests, TestApp app, TestClock clock) : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> _dead = [];

        public static async Task<Lane> StartAsync(BankCrashTests tests)
        {
            var clock = TestClock.AtNoon(new DateOnly(2026, 1, 31));
            return new Lane(tests, await TestApp.StartAsync(tests._azurite, clock), clock);
        }

        public async Task<(string End, int Writes)> UndisturbedAsync()
        {
            var book = await OpenAsync();
            await using var proxy = await FaultProxy.StartAsync(tests._azurite);
            await using var process = await app.AnotherAsync(clock, proxy.ConnectionString);
            await ReadyAsync(book.In(process));
            proxy.DieAt(int.MaxValue, after: false);
            (await SendAsync(book.In(process))).Is(HttpStatusCode.Created);
            return (await EndAsync(book), proxy.Writes);
        }

        public async Task<(string End, bool IsDead)> DieAndSendAgainAsync(int write, bool after)
        {
            var book = await OpenAsync();
            var proxy = await FaultProxy.StartAsync(tests._azurite);
            var doomed = await app.AnotherAsync(clock, proxy.ConnectionString, "--shutdownTimeoutSeconds=1"); // it would wait for what it can do no more
            _dead.AddRange([doomed, proxy]); // the dead must not be let go before the end: they would still try
            await ReadyAsync(book.In(doomed));
            proxy.DieAt(write, after);
            var cutOff = SendAsync(book.In(doomed));
            await Task.WhenAny(cutOff, proxy.Death);
            var isDead = proxy.Death.IsCompletedSuccessfully;
            Assert.Contains((await SendAsync(book)).Status, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.OK]);
            return (await EndAsync(book), isDead);
        }

        public async ValueTask DisposeAsync()
        {
            await Task.WhenAll(_dead.Select(dead => dead.DisposeAsync().AsTask()));
            await app.DisposeAsync();
        }

        /// <summary>A first call makes the app's tables; a book is opened then too.</summary>
        private static Task<System.Text.Json.JsonElement> ReadyAsync(TestBook book) => book.GetAsync("/trial-balance?on=2026-01-31");

        private static Task<Answer> SendAsync(TestBook book) => book.SendAsync(HttpMethod.Post, "/bank-statements", new StringContent(Statement, Encoding.UTF8, "application/xml"));

        private async Task<TestBook> OpenAsync()
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"crash-{Interlocked.Increment(ref tests._books)}");
            var (alice, bob) = (new TestBook(app, id, app.ClientOf("alice", "Accounting")), new TestBook(app, id, app.ClientOf("bob", "Settlement")));
            (await alice.SendAsync(HttpMethod.Put, "", """{"name":"Crash","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
            (await alice.SendAsync(HttpMethod.Put, "/bank-accounts/giro", """{"iban":"DE89370400440532013000","holder":"Acme GmbH","account":"1200"}""")).Is(HttpStatusCode.Created);
            (await alice.SendAsync(HttpMethod.Put, "/payees/vendor", """{"name":"Vendor AG","ibans":["DE02120300000000202051"]}""")).Is(HttpStatusCode.Created);
            (await alice.ImportAsync(string.Join('\n',
                """{"id":"R-101","date":"2026-01-05","text":"Invoice","lines":[{"account":"1400","debit":"119.00","party":"acme","document":"R-101","dueDate":"2026-02-05"},{"account":"8400","credit":"119.00"}]}""",
                """{"id":"R-102","date":"2026-01-05","text":"Invoice","lines":[{"account":"1400","debit":"50.00","party":"acme","document":"R-102","dueDate":"2026-02-05"},{"account":"8400","credit":"50.00"}]}""",
                """{"id":"ER-7","date":"2026-01-05","text":"Invoice","lines":[{"account":"4210","debit":"119.00"},{"account":"1600","credit":"119.00","party":"vendor","document":"ER-7","dueDate":"2026-01-31"}]}"""))).Is(HttpStatusCode.OK);
            (await alice.SendAsync(HttpMethod.Put, "/payments/P-1", """{"bankAccount":"giro","executeOn":"2026-02-02","items":[{"account":"1600","party":"vendor","document":"ER-7","amount":"119.00"}]}""")).Is(HttpStatusCode.Created);
            (await bob.SendAsync(HttpMethod.Post, "/payments/P-1/approval", """{"reason":"ok"}""")).Is(HttpStatusCode.Created);
            (await bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.Created);
            return alice;
        }

        private static async Task<string> EndAsync(TestBook book) => string.Join('\n',
        [
            .. (await Task.WhenAll(((string[])["open", "done"]).Select(state => book.GetAsync($"/bank-items?state={state}")))).SelectMany(list => list.List("bank-items"))
                .Select(item => $"{item.Text("id")} {item.Text("amount")} {item.Text("status")}").Order(StringComparer.Ordinal),
            .. (await book.JournalAsync()).Select(entry => $"{entry.Text("id")} {entry.GetProperty("lines").GetRawText()}").Order(StringComparer.Ordinal),
            .. (await book.BalancesAsync()).Select(balance => $"{balance.Key}: {balance.Value}"),
            .. (await book.GetAsync("/payments?state=done")).List("payments").Select(payment => payment.GetProperty("items").GetRawText()),
            .. (await book.GetAsync("/bank-statements")).List("bank-statements").Select(statement => $"{statement.Text("statement")} {statement.Number("posted")} {statement.Number("waiting")} {statement.Number("known")}"),
        ]);
    }
}
