using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BackOffice.Benchmarks;

/// <summary>Posts single entries over a number of keep-alive connections, one request at a time on each, as cheaply as a client can: the server is what is to be measured.</summary>
internal static class PostLoad
{
    /// <summary>Requests answered per second, and the answers that were not 201.</summary>
    public static async Task<(double PerSecond, long Failed)> RunAsync(int port, string token, string book, int connections, TimeSpan duration, string prefix)
    {
        long done = 0, failed = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(() => ConnectionAsync(connection))));
        return (done / clock.Elapsed.TotalSeconds, failed);

        async Task ConnectionAsync(int connection)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port);
            // The length of every body is the same but for the id, which is padded: one request is patched and sent again and again.
            var body = Journal.Entry(connection, $"{prefix}-{connection:D4}");
            var head = $"POST /api/books/{book}/entries HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
            var request = Encoding.ASCII.GetBytes(head + body);
            var counterAt = request.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{prefix}-{connection:D4}-")) + prefix.Length + 6;
            var answer = new byte[4096];
            for (var n = 0; clock.Elapsed < duration; n++)
            {
                for (int digit = 8, rest = n; digit >= 0; digit--, rest /= 10) request[counterAt + digit] = (byte)('0' + rest % 10);
                await socket.SendAsync(request);
                var length = 0;
                while (true)
                {
                    var read = await socket.ReceiveAsync(answer.AsMemory(length));
                    if (read == 0) throw new InvalidOperationException("The server closed the connection.");
                    length += read;
                    if (IsWhole(answer.AsSpan(0, length))) break;
                }

                if (answer.AsSpan(0, 12).SequenceEqual("HTTP/1.1 201"u8)) Interlocked.Increment(ref done);
                else Interlocked.Increment(ref failed);
            }
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var at = answer.IndexOf("Content-Length: "u8);
        if (at < 0) throw new InvalidOperationException(Encoding.ASCII.GetString(answer));
        var digits = answer[(at + 16)..];
        var length = 0;
        foreach (var digit in digits[..digits.IndexOf((byte)'\r')]) length = (length * 10) + digit - '0';
        return answer.Length >= end + 4 + length;
    }
}
