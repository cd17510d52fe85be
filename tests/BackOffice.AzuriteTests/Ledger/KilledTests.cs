using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using BackOffice.LocalWorker;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>The app is killed, not stopped: nothing is flushed, nothing is told to anybody.</summary>
public sealed class KilledTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
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
        await using (var doomed = await Program.StartAsync(azurite.ConnectionString, shared.App))
        {
            var held = new TaskCompletionSource();
            var importing = doomed.ImportAsync(book.Url, new HeldContent(lines, lines.Length / 2, held.Task));
            await Eventually.IsTrueAsync(async () => await book.EntriesAsync() > 0, "the import has begun to be posted");
            doomed.Kill();
            held.SetResult();
            await Assert.ThrowsAnyAsync<Exception>(async () => await importing);
        }

        var left = (await book.IsWholeAsync()).Count;
        Assert.InRange(left, 1, Entries - 1);

        await using var restarted = await Program.StartAsync(azurite.ConnectionString, shared.App);
        var answer = await Answer.OfAsync(await restarted.ImportAsync(book.Url, new ByteArrayContent(lines)));

        Assert.Equal((Entries - left, left, 0), (answer.Is(HttpStatusCode.OK).Json.Number("posted"), answer.Json.Number("duplicates"), answer.Json.Number("rejectedCount")));
        Assert.Equal(Entries, await book.EntriesAsync());
        Assert.True((await book.GetAsync("/verification")).GetProperty("valid").GetBoolean());
        Assert.Equal(await AccountsAsync(undisturbed), await AccountsAsync(book));
    }

    private static async Task<string> AccountsAsync(TestBook book) => (await book.GetAsync("/trial-balance?on=2025-12-31")).GetProperty("accounts").GetRawText();

    /// <summary>The app as a process of its own.</summary>
    private sealed class Program : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _http;

        private Program(Process process, HttpClient http) => (_process, _http) = (process, http);

        public static async Task<Program> StartAsync(string storage, TestApp sameTables)
        {
            var port = LoopbackPort.FindFree();
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "BackOffice.Functions.dll"));
            foreach (var argument in TestApp.Arguments(storage, sameTables.Prefix, port, $"--Identity:Authority={sameTables.Issuer}dev")) start.ArgumentList.Add(argument);
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();

            var http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")), Timeout = TimeSpan.FromSeconds(80) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", sameTables.Token("Accounting"));
            var program = new Program(process, http);
            await Eventually.IsTrueAsync(program.AnswersAsync, "the app answers");
            return program;
        }

        public async Task<HttpResponseMessage> ImportAsync(string book, HttpContent lines)
        {
            lines.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(book + "/imports", UriKind.Relative)) { Content = lines };
            return await _http.SendAsync(request, TestContext.Current.CancellationToken);
        }

        public void Kill() => _process.Kill();

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _http.Dispose();
        }

        private async Task<bool> AnswersAsync()
        {
            Assert.False(_process.HasExited, "The app ended by itself.");
            try
            {
                using var answer = await _http.GetAsync(new Uri("/api/health", UriKind.Relative), TestContext.Current.CancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

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
