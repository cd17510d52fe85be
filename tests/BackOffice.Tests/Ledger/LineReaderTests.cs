using System.Text;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class LineReaderTests
{
    [Fact]
    public async Task Lines_KeepTheirNumbers_EmptyOnesAreCountedAndPassedOver() =>
        Assert.Equal([(1, "a"), (3, "b"), (5, "c")], await ReadAsync("a\n\nb\r\n  \nc"));

    [Fact]
    public async Task ALineTooLong_IsReportedOnceAndTheNextIsWhole()
    {
        var lines = await ReadAsync("a\n" + new string('x', (3 * LineReader.MaxLineBytes) + 7) + "\nb\n");
        Assert.Equal([(1, "a"), (2, "(too long)"), (3, "b")], lines);
    }

    [Fact]
    public async Task ALineTooLongWithoutEnd_IsReported() =>
        Assert.Equal([(1, "(too long)")], await ReadAsync(new string('x', (2 * LineReader.MaxLineBytes) + 7)));

    [Theory]
    [InlineData(1, 16 * 1024)]
    [InlineData(1, int.MaxValue)]
    [InlineData(44_000, 16 * 1024)]
    [InlineData(44_000, int.MaxValue)]
    [InlineData(LineReader.MaxLineBytes, 16 * 1024)]
    public async Task ALastLineTooLong_HoweverItComes_IsReported(int more, int piece)
    {
        var lines = await ReadAsync("a\n" + new string('x', LineReader.MaxLineBytes + more), piece);
        Assert.Equal([(1, "a"), (2, "(too long)")], lines);
    }

    [Theory]
    [InlineData("\n", 16 * 1024)]
    [InlineData("\r\n", 16 * 1024)]
    [InlineData("\r\n", int.MaxValue)]
    [InlineData("", 16 * 1024)]
    public async Task ALineOfExactlyTheLimit_HoweverItComes_IsTaken(string end, int piece) =>
        Assert.Equal(LineReader.MaxLineBytes, Assert.Single(await ReadAsync(new string('x', LineReader.MaxLineBytes) + end, piece)).Text.Length);

    [Fact]
    public async Task ALineOfExactlyTheLimit_IsTaken() =>
        Assert.Equal(LineReader.MaxLineBytes, Assert.Single(await ReadAsync(new string('x', LineReader.MaxLineBytes) + "\n")).Text.Length);

    [Fact]
    public void AnyLines_InWhateverPiecesTheyCome_AreTheSameLines() =>
        Gen.Select(Gen.String[Gen.Char['a', 'e'], 0, 30].Array[0, 50], Gen.Int[1, 40]).Sample((texts, piece) =>
        {
            var lines = ReadAsync(string.Join('\n', texts), piece).GetAwaiter().GetResult();
            Assert.Equal(texts.Select((text, n) => (n + 1, text)).Where(line => line.text.Length > 0), lines.Select(line => (line.Line, line.Text)));
        }, iter: 200);

    private static async Task<List<(int Line, string Text)>> ReadAsync(string text, int piece = int.MaxValue)
    {
        using var reader = new LineReader(new PieceStream(Encoding.UTF8.GetBytes(text), piece));
        var lines = new List<(int, string)>();
        while (await reader.FillAsync(CancellationToken.None))
            while (reader.TryTake(out var line, out var tooLong)) lines.Add(((int)reader.Line, tooLong ? "(too long)" : Encoding.UTF8.GetString(line)));
        return lines;
    }

    /// <summary>Gives at most so many bytes at a read, as a network does.</summary>
    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
