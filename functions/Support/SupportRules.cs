using System.Collections.Concurrent;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>Loads the levels and calendars that tickets' clocks go by.</summary>
public sealed class SupportRules(SupportTables support, Parameters parameters, TimeProvider time)
{
    /// <summary>The rules of these services. 422 <c>support/service-unknown</c> when one of them has no level.</summary>
    public async Task<Outcome<RuleBook>> LoadAsync(string book, IEnumerable<string> services)
    {
        Dictionary<string, ServiceLevel> levels = new(StringComparer.Ordinal);
        foreach (var service in services)
        {
            if (levels.ContainsKey(service)) continue;
            if (await support.Levels.Cases.FindAsync(book, service) is not { } row) return new Refusal(422, "support/service-unknown", $"There is no service '{Ids.Cut(service)}'. Say what it promises: PUT /api/books/{book}/service-levels/{Ids.Cut(service)}.", "service");
            levels.Add(service, SupportTables.ReadLevel(row));
        }

        return await WithCalendarsAsync(book, levels);
    }

    /// <summary>The same for many tickets at one time: the rules of the same services are loaded once.</summary>
    public Func<string, IEnumerable<string>, Task<Outcome<RuleBook>>> LoadOnce()
    {
        var loaded = new ConcurrentDictionary<string, Lazy<Task<Outcome<RuleBook>>>>(StringComparer.Ordinal);
        return (book, services) =>
        {
            List<string> wanted = [.. services.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return loaded.GetOrAdd($"{book}|{string.Join('|', wanted)}", _ => new Lazy<Task<Outcome<RuleBook>>>(() => LoadAsync(book, wanted))).Value;
        };
    }

    /// <summary>The rules of all services of a book.</summary>
    public async Task<RuleBook> LoadAllAsync(string book)
    {
        Dictionary<string, ServiceLevel> levels = new(StringComparer.Ordinal);
        await foreach (var row in support.Levels.Cases.ScanAsync(book)) levels.Add(row.Id, SupportTables.ReadLevel(row));
        return await WithCalendarsAsync(book, levels);
    }

    private async Task<RuleBook> WithCalendarsAsync(string book, Dictionary<string, ServiceLevel> levels)
    {
        Dictionary<string, CalendarHistory> calendars = new(StringComparer.Ordinal);
        foreach (var id in levels.Values.SelectMany(level => level.Versions).Select(version => version.Calendar).Distinct(StringComparer.Ordinal))
            calendars.Add(id, SupportTables.ReadCalendar(await support.Calendars.Cases.FindAsync(book, id) ?? throw new InvalidDataException($"Service calendar {id} of book {book} is gone.")));
        var today = BusinessDay.Today(time);
        return new RuleBook(levels, calendars, await DaysAsync("support.close.days", today), await DaysAsync("support.reopen.days", today));
    }

    private async Task<int> DaysAsync(string parameter, DateOnly on) => (int)((await parameters.HistoryAsync(Parameter.Find(parameter)!)).On(on)?.Value ?? 0);
}
