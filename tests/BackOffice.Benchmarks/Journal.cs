using System.Buffers;
using System.Globalization;
using System.Text;

namespace BackOffice.Benchmarks;

/// <summary>A made-up journal, the same at each run: two-line entries over three years on 40 accounts, texts of changing words.</summary>
internal static class Journal
{
    public const int Accounts = 40;
    private static readonly string[] Words = ["rent", "invoice", "office", "travel", "bank fee", "salary", "energy", "repair", "licence", "freight", "deposit", "advice"];

    public static string AccountsJson() => "[" + string.Join(',', Enumerable.Range(0, Accounts)
        .Select(n => $$"""{"account":"{{1000 + n}}","name":"Account {{n}}","type":"{{(n % 2 == 0 ? "asset" : "expense")}}",{{(n % 2 == 0 ? "\"line\":\"assets.B.II\",\"otherLine\":\"liabilities.C\"" : "\"line\":\"income.8\"")}}}""")) + "]";

    /// <summary>Lines of NDJSON for the entries from <paramref name="first"/> on; with <paramref name="parties"/> every fifth opens an item of one of 5,000 parties.</summary>
    public static byte[] Lines(long first, int count, string prefix = "e", bool parties = false)
    {
        var buffer = new ArrayBufferWriter<byte>(count * 230);
        for (var n = first; n < first + count; n++)
        {
            Encoding.UTF8.GetBytes(Entry(n, prefix, parties && n % 5 == 0), buffer);
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string Entry(long n, string prefix = "e", bool party = false)
    {
        var mixed = (ulong)n * 0x9E3779B97F4A7C15UL;
        var date = new DateOnly(2023, 1, 1).AddDays((int)(n % 1096));
        var amount = ((mixed >> 40) % 1_000_000 / 100m + 0.01m).ToString("0.00", CultureInfo.InvariantCulture);
        var item = party ? string.Create(CultureInfo.InvariantCulture, $",\"party\":\"p-{n / 5 % 5000}\",\"document\":\"d-{n}\",\"dueDate\":\"{date.AddDays(30):yyyy-MM-dd}\"") : "";
        var (debit, credit) = (1000 + (int)((mixed >> 20) % Accounts), 1000 + (int)((mixed >> 30) % Accounts));
        return string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{prefix}}-{{n:D9}}","date":"{{date:yyyy-MM-dd}}","text":"{{Words[mixed % 12]}} {{Words[(mixed >> 8) % 12]}} no. {{mixed >> 44}}","lines":[{"account":"{{debit}}","debit":"{{amount}}"{{item}}},{"account":"{{credit}}","credit":"{{amount}}"}]}""");
    }
}
