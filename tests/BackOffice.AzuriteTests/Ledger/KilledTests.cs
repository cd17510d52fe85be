using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>The app is killed, not stopped: nothing is flushed, nothing is told to anybody.</summary>
public sealed class KilledTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const int Entries = 60_000;

    [Fact]
    public async Task KilledInMidImport_RestartedAndRepeated_ComesToTheSameEnd()
    {
        var book = await shared.App.NewBookAsync();
        var undisturbed = await shared.App.NewBookAsync();
        var lines = Encoding.UTF8.GetBytes(TestBook.Entries("e", 1, Entries));
        (await undisturbed.ImportAsync(lines)).Is(HttpStatusCode.OK);

        // The first half is sent, the second held back, so the import cannot end before the app does.
        await using (var doomed = await AppProcess.StartAsync(shared.App))
        {
            var held = new TaskCompletionSource();
            var importing = ImportAsync(doomed, book, new HeldContent(lines, lines.Length / 2, held.Task));
            await Eventually.IsTrueAsync(async () => await book.EntriesAsync() > 0, "the import has begun to be posted");
            doomed.Kill();
            held.SetResult();
            await Assert.ThrowsAnyAsync<Exception>(async () => await importing);
        }

        var left = (await book.IsWholeAsync()).Count;
        Assert.InRange(left, 1, Entries - 1);

        await using var restarted = await AppProcess.StartAsync(shared.App);
        var answer = await Answer.OfAsync(await ImportAsync(restarted, book, new ByteArrayContent(lines)));

        Assert.Equal((Entries - left, left, 0), (answer.Is(HttpStatusCode.OK).Json.Number("posted"), answer.Json.Number("duplicates"), answer.Json.Number("rejectedCount")));
        Assert.Equal(Entries, await book.EntriesAsync());
        Assert.True((await book.GetAsync("/verification")).GetProperty("valid").GetBoolean());
        Assert.Equal(await AccountsAsync(undisturbed), await AccountsAsync(book));
    }

    private static async Task<HttpResponseMessage> ImportAsync(AppProcess app, TestBook book, HttpContent lines)
    {
        lines.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(book.Url + "/imports", UriKind.Relative)) { Content = lines };
        return await app.Accounting.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> AccountsAsync(TestBook book) => (await book.GetAsync("/trial-balance?on=2025-12-31")).GetProperty("accounts").GetRawText();

    /// <summary>A body of which the rest is sent only when it is let go.</summary>
    private sealed class HeldContent(byte[] bytes, int first, Task go) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, first));
            await stream.FlushAsync();
            await go;
            await stream.WriteAsync(bytes.AsMemory(first));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
