using System.Diagnostics.CodeAnalysis;

namespace BackOffice.Kernel;

/// <summary>One broken rule.</summary>
/// <param name="Path">Where in the request, as members and indexes: <c>lines[1].debit</c>; empty for the request as a whole.</param>
/// <param name="Code">Stable name of the rule, <c>department/rule</c>: <c>ledger/unbalanced</c>.</param>
/// <param name="Detail">What was wrong and what would be right, for a person.</param>
public sealed record Fault(string Path, string Code, string Detail);

/// <summary>An expected "no": the HTTP status it is answered with and every rule that was broken, at least one.</summary>
public sealed record Refusal(int Status, IReadOnlyList<Fault> Faults)
{
    /// <summary>So many faults are named at most; who mends those learns of the rest.</summary>
    public const int MaxFaults = 100;

    public Refusal(int status, string code, string detail, string path = "") : this(status, [new Fault(path, code, detail)]) { }

    /// <summary>The first broken rule names the whole refusal.</summary>
    public string Code => Faults[0].Code;

    /// <summary>400 when the request cannot be read as its shape; 422 when it can, but breaks a rule.</summary>
    public static Refusal Of(IReadOnlyList<Fault> faults) => new(faults.Any(f => f.Code.StartsWith("request/", StringComparison.Ordinal)) ? 400 : 422, faults);
}

/// <summary>What a decision came to: a value, or a refusal. Exceptions are left for bugs and storage.</summary>
public sealed class Outcome<T> where T : class
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }
    public Refusal? Refusal { get; }

    public bool Is([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (Value, Refusal);
        return value is not null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);
    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}
