using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.LocalWorker;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Who may do what, for every HTTP function there is, also for those to come.</summary>
public sealed class RightsTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
{
    private static readonly MethodInfo[] HttpFunctions =
        [.. typeof(BackOffice.Program).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => Trigger(method) is not null)];

    private static readonly string[] AllRoles = [.. typeof(Roles).GetFields().Select(field => (string)field.GetRawConstantValue()!)];

    public static TheoryData<string, string, string> Routes()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var function in HttpFunctions.Where(function => function.GetCustomAttribute<OpenToAllAttribute>() is null))
        {
            foreach (var method in Trigger(function)!.Methods!)
                data.Add(Name(function), method.ToUpperInvariant(), "/api/" + System.Text.RegularExpressions.Regex.Replace(Trigger(function)!.Route!, @"\{[^}]+\}", "x-1"));
        }

        return data;
    }

    [Fact]
    public void OnlyWhatTellsNothingOfABook_IsOpenToAll()
    {
        Assert.Equal(["CalculateAccrual", "CalculateDepreciation", "CalculateExpectedLoss", "CalculateInterest", "CalculateLateInterest", "CalculateSla", "GetCalendar", "GetHealth"],
            HttpFunctions.Where(function => function.GetCustomAttribute<OpenToAllAttribute>() is not null).Select(Name).Order());
        Assert.True(HttpFunctions.Length >= 20);
    }

    [Fact]
    public async Task Functions_OfTheWorker_AreThoseTestedHere()
    {
        using var answer = await shared.App.Anonymous.GetAsync(new Uri("/admin/functions", UriKind.Relative), TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var served = json.RootElement.EnumerateArray().Where(function => function.GetProperty("route").ValueKind == JsonValueKind.String).Select(function => function.Text("name"));
        Assert.Equal(HttpFunctions.Select(Name).Order(StringComparer.Ordinal), served.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Call_WithoutAGoodToken_Is401(string function, string method, string path)
    {
        Assert.NotEmpty(function);
        var good = shared.App.Token("Accounting");
        (string? Authorization, string Code)[] calls =
        [
            (null, "identity/token-missing"),
            ("Basic YWxpY2U6c2VjcmV0", "identity/token-missing"),
            ("Bearer ", "identity/token-missing"),
            ("Bearer nonsense", "identity/token-invalid"),
            ("Bearer " + good[..^6] + "AAAAAA", "identity/token-invalid"),
        ];
        foreach (var (authorization, code) in calls)
        {
            var answer = await CallAsync(shared.App, method, path, authorization);
            answer.IsProblem(HttpStatusCode.Unauthorized, code);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        }
    }

    /// <summary>Every route with every role: the role table in the code beside each function is the one that holds.</summary>
    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Call_IsLetIn_ByTheRolesOfItsFunctionAlone(string function, string method, string path)
    {
        var allowed = HttpFunctions.Single(f => Name(f) == function).GetCustomAttribute<AllowAttribute>()!.Roles;
        foreach (var roles in (string[][])[[], ["accounting"], ["Accounting.Read"], .. AllRoles.Select(role => (string[])[role])])
        {
            var answer = await CallAsync(shared.App, method, path, "Bearer " + shared.App.Token(roles));
            if (roles.Any(allowed.Contains)) Assert.True(answer.Status != HttpStatusCode.Forbidden && answer.Status != HttpStatusCode.Unauthorized, $"{function} as {roles[0]}: {answer.Text}");
            else answer.IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Call_OfATokenWithRolesThatMustBeApart_Is403(string function, string method, string path)
    {
        Assert.NotEmpty(function);
        foreach (var pair in Segregation.RolePairs) (await CallAsync(shared.App, method, path, "Bearer " + shared.App.Token(pair.First, pair.Second))).IsProblem(HttpStatusCode.Forbidden, "identity/roles-apart");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Auditor_ReadsEverythingAndWritesNothing(string function, string method, string path)
    {
        var answer = await CallAsync(shared.App, method, path, "Bearer " + shared.App.Token("Auditor"));

        // An export is all tables as they lie there, what no auditor's view shows included; it is the operator's.
        if ((method == "GET" && function is not ("ListExport" or "ExportTable")) || function == "PreviewNight") Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{function}: {answer.Text}");
        else answer.IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
    }

    [Fact]
    public async Task Auditor_SeesABookAndCannotChangeIt()
    {
        var book = await shared.App.NewBookAsync();
        var auditor = new TestBook(shared.App, book.Id, shared.App.Client("Auditor"));
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        var before = await book.HeadHashAsync();

        Assert.Single(await auditor.IsWholeAsync());
        (await auditor.PostAsync(TestBook.Entry("e2"))).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await auditor.PostAsync(TestBook.Entry("e1"))).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await auditor.ImportAsync(TestBook.Entry("e2"))).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await auditor.ReverseAsync("e1", "r1")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await auditor.CloseAsync("2025-01")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Fact]
    public async Task Token_OfAnotherKeyOrIssuerOrAudience_Is401()
    {
        // Three apps that issue tokens: with the same issuer's name but another key, under another name, and for another audience.
        await using var otherKey = await shared.App.AnotherAsync();
        await using var otherIssuer = await TestApp.StartAsync(azurite);
        await using var otherAudience = await shared.App.AnotherAsync("--Identity:Audience=somebody-else");

        (await BooksAsync(TestApp.TokenFrom(otherKey.Address, "Accounting"))).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");
        (await BooksAsync(TestApp.TokenFrom(otherIssuer.Address, "Accounting"))).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");
        (await CallAsync(otherAudience, "GET", "/api/books", "Bearer " + shared.App.Token("Accounting"))).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");
        (await BooksAsync(shared.App.Token("Accounting"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Token_WithRolesWrittenInAfterwardsOrWithoutSignature_Is401()
    {
        var parts = shared.App.Token("Employee").Split('.');
        var payload = Encoding.UTF8.GetString(FromBase64(parts[1]));
        var forged = ToBase64(payload.Replace("Employee", "Accounting", StringComparison.Ordinal));
        var unsigned = ToBase64("""{"alg":"none","typ":"JWT"}""");

        (await BooksAsync($"{parts[0]}.{forged}.{parts[2]}")).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");
        (await BooksAsync($"{unsigned}.{forged}.")).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");
    }

    [Fact]
    public async Task Token_OfAnotherTenant_Is401()
    {
        await using var app = await TestApp.StartAsync(azurite, "--Identity:Tenant=11111111-1111-1111-1111-111111111111");

        var answer = (await CallAsync(app, "GET", "/api/books", "Bearer " + app.Token("Accounting"))).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");
        Assert.Contains("another tenant", answer.Json.Text("detail"), StringComparison.Ordinal);

        var identity = app.Services.GetRequiredService<DevelopmentIdentity>();
        (await CallAsync(app, "GET", "/api/books", "Bearer " + identity.CreateToken("alice", ["Accounting"], TimeSpan.FromMinutes(10), "11111111-1111-1111-1111-111111111111"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Token_Expired_Is401()
    {
        var identity = shared.App.Services.GetRequiredService<DevelopmentIdentity>();
        var token = identity.CreateToken("alice", ["Accounting"], TimeSpan.FromMinutes(-10));

        var answer = (await BooksAsync(token)).IsProblem(HttpStatusCode.Unauthorized, "identity/token-invalid");

        Assert.Contains("not valid now", answer.Json.Text("detail"), StringComparison.Ordinal);
        (await BooksAsync(identity.CreateToken("alice", ["Accounting"], TimeSpan.FromMinutes(10)))).Is(HttpStatusCode.OK);
    }

    /// <summary>The issuer begins to sign with another key; who takes its tokens looks the keys up anew, and no token is refused for it.</summary>
    [Fact]
    public async Task Token_OfAKeyThatTheIssuerHasRolledOverTo_IsTaken()
    {
        using var issuer = new RollingIssuer();
        await using var app = await TestApp.StartAsync(azurite, $"--Identity:Authority={issuer.Address}", "--Identity:Audience=back-office");

        var first = issuer.Token("alice", "Accounting");
        (await CallAsync(app, "GET", "/api/books", "Bearer " + first)).Is(HttpStatusCode.OK);
        issuer.RollOver();
        (await CallAsync(app, "GET", "/api/books", "Bearer " + issuer.Token("bob", "Accounting"))).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(-115, true)]
    [InlineData(-125, false)]
    public async Task Token_IsTaken_TwoMinutesBeyondItsEnd(int endsInSeconds, bool isTaken)
    {
        var identity = shared.App.Services.GetRequiredService<DevelopmentIdentity>();

        var answer = await BooksAsync(identity.CreateToken($"alice{endsInSeconds}", ["Accounting"], TimeSpan.FromSeconds(endsInSeconds)));

        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.Status);
    }

    [Fact]
    public async Task Token_WhoseIssuerCannotBeReached_Is503()
    {
        await using var app = await TestApp.StartAsync(azurite, $"--Identity:Authority=http://127.0.0.1:{LoopbackPort.FindFree()}/nobody");

        var answer = (await CallAsync(app, "GET", "/api/books", "Bearer " + TestApp.TokenFrom(app.Address, "Accounting"))).IsProblem(HttpStatusCode.ServiceUnavailable, "identity/unavailable");

        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    private Task<Answer> BooksAsync(string token) => CallAsync(shared.App, "GET", "/api/books", "Bearer " + token);

    private static async Task<Answer> CallAsync(TestApp app, string method, string path, string? authorization)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (method != "GET") request.Content = new StringContent("{}", new MediaTypeHeaderValue("application/json"));
        return await Answer.OfAsync(await app.Anonymous.SendAsync(request, TestContext.Current.CancellationToken));
    }

    private static HttpTriggerAttribute? Trigger(MethodInfo function) =>
        function.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null);

    private static string Name(MethodInfo function) => function.GetCustomAttribute<FunctionAttribute>()!.Name;

    private static byte[] FromBase64(string url) => System.Buffers.Text.Base64Url.DecodeFromChars(url);

    private static string ToBase64(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
