using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/imports</c>, <c>application/x-ndjson</c>, one entry a line: posts them as they stream in, each judged by itself, and answers
/// <c>{posted, duplicates, rejected: [{line, id, code, detail}], rejectedCount}</c>. <c>?atomic=true</c>: all or nothing in one commit (422 with the rejected lines; 413 when it cannot fit).
/// <c>Prefer: respond-async</c>, or more than 200 s of work: the rest is put aside and 202 names a status URL.
/// Rows: commits <c>EntryPosted</c> to <c>Ledger</c>; adds to <c>Imports</c>, to <c>LedgerImports</c> when put aside. Messages: the first part to <c>ledger-import</c> when put aside.
/// </summary>
public sealed class PostImport(Books books, ImportStore imports, ImportRegister register, LedgerQueues queues, ImportLimits limits, TimeProvider time)
{
    public const string ContentType = "application/x-ndjson";

    /// <summary>So much of an import may wait for the committer; it bounds the memory an import takes, whatever its length.</summary>
    private const int MaxWaitingBytes = 8_000_000;

    [Function(nameof(PostImport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/imports")] HttpRequest request, string book, FunctionContext context)
    {
        var query = new QueryFields(request.Query);
        var atomic = query.Flag("atomic");
        var respondAsync = request.Headers["Prefer"].ToString().Contains("respond-async", StringComparison.OrdinalIgnoreCase);
        if (atomic && respondAsync) query.Faults.Add(new Fault("atomic", "ledger/atomic-async", "An atomic import is one commit and is answered at once; leave out 'Prefer: respond-async'."));
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length > 0 && !Ids.IsEntity(key)) query.Faults.Add(new Fault("Idempotency-Key", "request/id", $"The header Idempotency-Key must match {Ids.EntityGrammar}."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (RequestBody.Unsupported(request, ContentType) is { } unsupported) return new Problem(unsupported);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        using var lines = new LineReader(request.Body, digest: true);
        var by = Caller.Of(request).Name;
        if (atomic) return await PostAtomicallyAsync(found, lines, by, request);

        var tally = new ImportTally();
        if (!respondAsync && await PostAllAsync(found, lines, by, tally, request.HttpContext.RequestAborted)) return await AnswerAsync(book, lines, tally, by);
        // The caller's key names the import, so that a repeated call finds the first; without one the invocation does.
        return await PutAsideAsync(found, lines, by, tally, key.Length > 0 ? key : context.InvocationId, request);
    }

    /// <summary>Posts as the lines stream in; false when the time that a caller may wait was up before the end.</summary>
    private async Task<bool> PostAllAsync(OpenedBook book, LineReader lines, string by, ImportTally tally, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var waiting = new Queue<(Task<ImportResult> Result, int Bytes)>();
        var waitingBytes = 0;
        var chunk = new ImportChunk(book.Digits);
        var inTime = true;
        while (inTime && await lines.FillAsync(cancellation))
        {
            while (lines.TryTake(out var line, out var tooLong))
            {
                if (tooLong) chunk.Reject(RejectedLine.TooLong(lines.Line));
                else chunk.Read(line, lines.Line);
                if (!chunk.IsFull) continue;
                waiting.Enqueue((chunk.PostAsync(book.Book, by), chunk.Bytes));
                waitingBytes += chunk.Bytes;
                chunk = new ImportChunk(book.Digits);
            }

            while (waitingBytes > MaxWaitingBytes) await TakeAsync();
            inTime = time.GetElapsedTime(started) < limits.Synchronous;
        }

        if (!chunk.IsEmpty) waiting.Enqueue((chunk.PostAsync(book.Book, by), chunk.Bytes));
        while (waiting.Count > 0) await TakeAsync();
        return inTime;

        async Task TakeAsync()
        {
            var (result, bytes) = waiting.Dequeue();
            waitingBytes -= bytes;
            tally.Add(await result);
        }
    }

    private async Task<IResult> PostAtomicallyAsync(OpenedBook book, LineReader lines, string by, HttpRequest request)
    {
        const int maxLinesBytes = 64_000_000; // more can hardly be packed into one transaction, and all of it is held in memory
        var chunk = new ImportChunk(book.Digits);
        var tooLarge = new Refusal(413, "ledger/atomic-too-large", $"An atomic import must fit one commit: {LedgerTable.MaxCommitBytes:N0} bytes packed, about 50,000 entries. Send it in parts, or without atomic=true.");
        while (await lines.FillAsync(request.HttpContext.RequestAborted))
        {
            while (lines.TryTake(out var line, out var tooLong))
            {
                if (tooLong) chunk.Reject(RejectedLine.TooLong(lines.Line));
                else chunk.Read(line, lines.Line);
            }

            if (chunk.Bytes > maxLinesBytes) return new Problem(tooLarge);
            if (chunk.RejectedCount >= ImportTally.MaxShown) break; // nothing will be posted, and these are all that is shown
        }

        try
        {
            var result = await chunk.PostAtomicallyAsync(book.Book, by);
            var tally = new ImportTally();
            tally.Add(result);
            if (result.RejectedCount == 0) return await AnswerAsync(book.Book.Id, lines, tally, by);
            var first = result.Rejected[0];
            return new Problem(new Refusal(422, "ledger/import-rejected", $"Nothing was posted: {result.RejectedCount} lines are not acceptable; the first is line {first.Line}: {first.Detail}"), more: tally.Write);
        }
        catch (CommitTooLargeException)
        {
            return new Problem(tooLarge);
        }
    }

    private async Task<IResult> PutAsideAsync(OpenedBook book, LineReader lines, string by, ImportTally tally, string importId, HttpRequest request)
    {
        var started = time.GetTimestamp();
        var status = $"/api/books/{book.Book.Id}/imports/{importId}";
        var found = await imports.FindAsync(book.Book.Id, importId);
        var isKnown = found is not null && found.GetString("Status") != "receiving";
        var upload = isKnown ? null : await imports.BeginAsync(book.Book.Id, importId, by, tally, found);
        if (!isKnown && upload is null) return AtOnce(importId, status);

        while (await lines.FillAsync(request.HttpContext.RequestAborted))
        {
            if (time.GetElapsedTime(started) > limits.PutAside)
                return Problem.Of(408, "ledger/import-too-slow", "The body came too slowly to be put aside in the time the platform gives a request. Send it in smaller parts; what was posted before is recognised.");
            if (upload is not null) await upload.AppendAsync(lines);
            else while (lines.TryTake(out _, out _)) { } // known already; read only to see that it is the same
        }

        if (isKnown && !lines.Digest().AsSpan().SequenceEqual(found!.GetBinary("Digest")))
            return Problem.Of(409, "ledger/id-reused", $"Import '{importId}' was sent before with another body. Use a new Idempotency-Key; nothing of this body was posted.");
        if (upload is not null && !await upload.EndAsync(lines.Digest(), lines.BytesRead)) return AtOnce(importId, status);

        // Also for a repeated call: the first may have died between noting the import and telling the queue.
        await queues.AskForImportPartAsync(new ImportPart(book.Book.Id, importId, 0));
        request.HttpContext.Response.Headers.Location = status;
        return new JsonAnswer(202, json =>
        {
            json.WriteString("import", importId);
            json.WriteString("status", status);
        });
    }

    private static Problem AtOnce(string importId, string status) =>
        Problem.Of(409, "ledger/import-twice", $"Import '{importId}' is being sent by another request at this moment; look at {status}, and send it again if it does not get on.");

    /// <summary>What came in is noted once all of it has been judged; a file of which nothing was good did not come in.</summary>
    private async Task<IResult> AnswerAsync(string book, LineReader lines, ImportTally tally, string by)
    {
        if (tally.Posted + tally.Duplicates > 0) await register.NoteAsync(book, tally.ToFile(lines.Digest(), lines.BytesRead), by);
        return new JsonAnswer(tally.Write);
    }
}

/// <summary>How long an import may take within one call. The platform ends a call after 230 s.</summary>
/// <param name="Synchronous">After this, what is left is put aside: <c>Import__SynchronousSeconds</c>, default 200.</param>
/// <param name="PutAside">So long the rest may take to arrive.</param>
public sealed record ImportLimits(TimeSpan Synchronous, TimeSpan PutAside);

/// <summary>The sum of an import's results. Of rejected lines the first 1,000 are shown; all are counted.</summary>
public sealed class ImportTally
{
    public const int MaxShown = 1_000;

    public long Posted { get; private set; }
    public long Duplicates { get; private set; }
    public long RejectedCount { get; private set; }
    public List<RejectedLine> Rejected { get; } = [];

    public void Add(ImportResult result)
    {
        Posted += result.Posted;
        Duplicates += result.Duplicates;
        RejectedCount += result.RejectedCount;
        Rejected.AddRange(result.Rejected.Take(MaxShown - Rejected.Count));
    }

    /// <summary>The file as it is noted: the same file is judged line for line again, so that it is the same each time.</summary>
    public ImportFile ToFile(byte[] digest, long bytes) => FileOf(digest, bytes, Posted + Duplicates + RejectedCount);

    public static ImportFile FileOf(byte[] digest, long bytes, long lines) => new(ImportKind.Journal, Convert.ToHexStringLower(digest), bytes, (int)Math.Min(lines, int.MaxValue));

    public void Write(System.Text.Json.Utf8JsonWriter json) => Write(json, Posted, Duplicates, RejectedCount, Rejected);

    public static void Write(System.Text.Json.Utf8JsonWriter json, long posted, long duplicates, long rejectedCount, IEnumerable<RejectedLine> rejected)
    {
        json.WriteNumber("posted", posted);
        json.WriteNumber("duplicates", duplicates);
        json.WriteNumber("rejectedCount", rejectedCount);
        json.WriteList("rejected", rejected, line =>
        {
            json.WriteNumber("line", line.Line);
            json.WriteString("id", line.Id);
            json.WriteString("code", line.Code);
            json.WriteString("detail", line.Detail);
        });
    }
}
