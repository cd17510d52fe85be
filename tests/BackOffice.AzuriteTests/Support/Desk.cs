using System.Net;
using System.Text;
using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Support;

/// <summary>A book with a service desk: Monday to Friday 08:00 to 17:00 in Berlin, service <c>mail</c> with targets by priority, team <c>desk</c>; and its people.</summary>
internal sealed class Desk
{
    public const string Office = """{"zone":"Europe/Berlin","hours":{"mon":[["08:00","17:00"]],"tue":[["08:00","17:00"]],"wed":[["08:00","17:00"]],"thu":[["08:00","17:00"]],"fri":[["08:00","17:00"]]},"holidayCalendar":"DE-BY"}""";

    public const string Level = """
        {"name":"Mail","calendar":"office","team":"desk","escalations":[{"percent":75,"role":"lead"},{"percent":100,"role":"manager"}],
         "targets":{"major":{"firstResponse":15,"update":30,"solution":120},"1":{"firstResponse":30,"solution":120},"3":{"firstResponse":60,"update":120,"solution":480},"5":{"solution":2400}}}
        """;

    private readonly TestApp _app;

    private Desk(TestApp app, TestBook book) => (_app, Book) = (app, book);

    /// <summary>The book, as its accountant sees it.</summary>
    public TestBook Book { get; }

    public TestBook Anna => As("anna", "Support");
    public TestBook Bert => As("bert", "Support");
    public TestBook Carl => As("carl", "Employee");

    public TestBook As(string name, params string[] roles) => new(_app, Book.Id, _app.ClientOf(name, roles));

    /// <summary>The same desk as another app shows it.</summary>
    public Desk In(TestApp app) => new(app, Book.In(app));

    public static async Task<Desk> OpenAsync(TestApp app)
    {
        var desk = new Desk(app, await app.NewBookAsync());
        (await desk.Anna.SendAsync(HttpMethod.Put, "/calendars/office", Office)).Is(HttpStatusCode.Created);
        (await desk.Anna.SendAsync(HttpMethod.Put, "/support-teams/desk", """{"name":"Desk","agents":[{"id":"anna","skills":["mail"]},{"id":"bert","skills":["mail","vpn"]}]}""")).Is(HttpStatusCode.Created);
        (await desk.Anna.SendAsync(HttpMethod.Put, "/service-levels/mail", Level)).Is(HttpStatusCode.Created);
        return desk;
    }

    public static string Ticket(string caller = "carl", int impact = 2, int urgency = 2, string subject = "No mail", string text = "It is gone.", string service = "mail") =>
        $$"""{"caller":"{{caller}}","service":"{{service}}","impact":{{impact}},"urgency":{{urgency}},"subject":"{{subject}}","text":"{{text}}"}""";

    public async Task<JsonElement> NewAsync(string id, string? ticket = null) => (await Anna.SendAsync(HttpMethod.Put, $"/tickets/{id}", ticket ?? Ticket())).Is(HttpStatusCode.Created).Json;

    /// <summary>An event of a ticket, by somebody, perhaps on the version they saw.</summary>
    public static Task<Answer> EventAsync(TestBook who, string id, string json, string? ifMatch = null) =>
        who.SendAsync(HttpMethod.Post, $"/tickets/{id}/events", new StringContent(json, Encoding.UTF8, "application/json"), ifMatch is null ? [] : [("If-Match", ifMatch)]);

    public async Task<JsonElement> DoesAsync(string id, string json) => (await EventAsync(Anna, id, json)).Is(HttpStatusCode.Created).Json;

    /// <summary>Lets the minute tick at this instant of the app's clock, and takes what others were told, until nothing of this book is due any more and so many have been told.</summary>
    public async Task<List<JsonElement>> ToldAtAsync(DateTimeOffset at, int atLeast = 0)
    {
        await _app.TickAsync(at);
        var agenda = _app.Services.GetRequiredService<Agenda>();
        List<JsonElement> told = [];
        await Eventually.IsTrueAsync(async () =>
        {
            told.AddRange(await EscalationsAsync());
            await foreach (var deadline in agenda.ThroughAsync(at))
                if (deadline.Book == Book.Id) return false;
            return told.Count >= atLeast;
        }, "nothing is due");
        told.AddRange(await EscalationsAsync());
        return told;
    }

    /// <summary>The bodies of the escalations that lie in the queue for others, each of this book, taken from there.</summary>
    public async Task<List<JsonElement>> EscalationsAsync()
    {
        List<JsonElement> all = [];
        while (true)
        {
            var messages = (await _app.Queue("support-escalations").ReceiveMessagesAsync(32)).Value;
            if (messages.Length == 0) return all;
            all.AddRange(messages.Select(message => JsonDocument.Parse(message.Body.ToString()).RootElement.GetProperty("body")).Where(body => body.Text("book") == Book.Id));
        }
    }
}
