using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Storage.Queues;
using BackOffice.LocalWorker;

namespace BackOffice.AzuriteTests.Kernel;

/// <summary>
/// The app as it runs on Azure: a store that speaks TLS, whose key it never receives, and a managed identity. The store is an Azurite of its own with a random key; the identity's endpoint is here.
/// </summary>
public sealed class KeylessTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keyless-");
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    private readonly IdentityEndpoint _identity = new();
    private AzuriteProcess _azurite = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Another system's trusted certificates are not named by SSL_CERT_FILE.");
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await File.WriteAllTextAsync(CertificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "key.pem"), rsa.ExportPkcs8PrivateKeyPem());
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(Secured: new AzuriteSecurity(CertificateFile, Path.Combine(_folder.FullName, "key.pem"), "keyless", _key)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null) await _azurite.DisposeAsync();
        _identity.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task App_WithAManagedIdentityAndNoKey_PostsAndWorksOffItsQueues()
    {
        await using var app = await StartAsync();

        (await SendAsync(app, HttpMethod.Put, "/api/books/keyless", """{"name":"Keyless","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        (await SendAsync(app, HttpMethod.Post, "/api/books/keyless/entries", TestBook.Entry("rent", debit: "4210", credit: "1200"))).Is(HttpStatusCode.Created);
        (await SendAsync(app, HttpMethod.Put, "/api/books/keyless/accruals/a1", """{"kind":"prepaidExpense","amount":"1200.00","date":"2026-01-01","from":"2026-01-01","to":"2026-12-31","method":"monthly","accrualAccount":"0980","resultAccount":"4360","text":"Insurance"}""")).Is(HttpStatusCode.Created);
        (await SendAsync(app, HttpMethod.Post, "/api/books/keyless/nights/2026-01-31")).Is(HttpStatusCode.Accepted);

        // Its night goes by two queues, tables, and the container of head hashes.
        await Eventually.IsTrueAsync(async () => (await SendAsync(app, HttpMethod.Get, "/api/books/keyless/nights/2026-01-31")).Json.Text("status") == "done", "the night is done", timeoutSeconds: 60);
        var verified = (await SendAsync(app, HttpMethod.Get, "/api/books/keyless/verification")).Is(HttpStatusCode.OK).Json;
        Assert.True(verified.GetProperty("valid").GetBoolean());
        Assert.Equal(1, verified.Number("keptHashes"));

        Assert.Equal(["https://storage.azure.com"], _identity.Asked.Distinct(StringComparer.Ordinal));
        Assert.True(await new QueueClient(_azurite.ConnectionString, "nightly", Trusting()).ExistsAsync(TestContext.Current.CancellationToken)); // it is this store that it worked on
    }

    [Fact]
    public async Task App_WhoseIdentityTheStoreRefuses_SaysSo_AndDoesNothing()
    {
        _identity.Audience = "https://vault.azure.net";
        await using var app = await StartAsync("--LocalWorker:Queues=false", "--LocalWorker:Timers=false");

        var answer = (await SendAsync(app, HttpMethod.Put, "/api/books/keyless", """{"name":"Keyless","currency":"EUR"}""")).IsProblem(HttpStatusCode.ServiceUnavailable, "storage/denied");

        Assert.Contains("Storage Table Data Contributor", answer.Json.Text("detail"), StringComparison.Ordinal);
    }

    private string CertificateFile => Path.Combine(_folder.FullName, "certificate.pem");

    private async Task<AppProcess> StartAsync(params string[] settings)
    {
        string[] arguments =
        [
            $"--AzureWebJobsStorage:blobServiceUri={_azurite.BlobEndpoint}", $"--AzureWebJobsStorage:queueServiceUri={_azurite.QueueEndpoint}", $"--AzureWebJobsStorage:tableServiceUri={_azurite.TableEndpoint}",
            "--AzureWebJobsStorage:credential=managedidentity", $"--LocalWorker:DataFolder={_folder.FullName}", "--LocalWorker:Quiet=true", "--Logging:LogLevel:Default=None", .. settings,
        ];
        var environment = new Dictionary<string, string> { ["IDENTITY_ENDPOINT"] = _identity.Address, ["IDENTITY_HEADER"] = "header", ["SSL_CERT_FILE"] = CertificateFile };
        Assert.DoesNotContain([.. arguments, .. environment.Values], text => text.Contains(_key, StringComparison.Ordinal) || text.Contains("AccountKey", StringComparison.Ordinal));
        return await AppProcess.StartAsync(arguments, environment);
    }

    private static async Task<Answer> SendAsync(AppProcess app, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        return await Answer.OfAsync(await app.Accounting.SendAsync(request, TestContext.Current.CancellationToken));
    }

    /// <summary>The test itself looks with the key, and takes the certificate it has made.</summary>
    private static QueueClientOptions Trusting() =>
        new() { Transport = new Azure.Core.Pipeline.HttpClientTransport(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }) };

    /// <summary>What App Service gives its apps: asked with a header that only they know, it answers with a token of their identity.</summary>
    private sealed class IdentityEndpoint : IDisposable
    {
        private readonly HttpListener _http = new();

        public IdentityEndpoint()
        {
            Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPort.FindFree()}/token/");
            _http.Prefixes.Add(Address);
            _http.Start();
            _ = ServeAsync();
        }

        public string Address { get; }

        /// <summary>For which service the tokens are.</summary>
        public string? Audience { get; set; }

        public ConcurrentQueue<string> Asked { get; } = new();

        public void Dispose() => _http.Close();

        private async Task ServeAsync()
        {
            while (_http.IsListening)
            {
                try
                {
                    var context = await _http.GetContextAsync();
                    var resource = context.Request.QueryString["resource"] ?? "";
                    var isAsked = context.Request.Headers["X-IDENTITY-HEADER"] == "header";
                    if (isAsked) Asked.Enqueue(resource);
                    context.Response.StatusCode = isAsked ? 200 : 400;
                    context.Response.ContentType = "application/json";
                    var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
                    var claims = string.Create(CultureInfo.InvariantCulture, $$"""{"iss":"https://sts.windows.net/00000000-0000-0000-0000-000000000001/","aud":"{{Audience ?? resource}}","iat":{{now - 60}},"nbf":{{now - 60}},"exp":{{now + 3600}},"ver":"1.0"}""");
                    var token = $"{Encode("""{"typ":"JWT","alg":"RS256","kid":"test"}""")}.{Encode(claims)}.{Encode("signature")}";
                    await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"access_token":"{{token}}","expires_on":"{{now + 3600}}","resource":"{{resource}}","token_type":"Bearer"}""")));
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
