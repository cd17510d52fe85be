using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BackOffice.Tests;

/// <summary>Every error the code can answer with, read from the code: its statuses, and what it says. What depends on the request is shown as …</summary>
internal static class ErrorCatalogue
{
    /// <summary>Media types, routes and names of claims look like codes.</summary>
    private static readonly HashSet<string> NoDepartments = ["application", "text", "calculators"];

    /// <summary>Faults that one method finds and another answers with this status.</summary>
    private static readonly Dictionary<string, string> AnsweredElsewhere = new() { ["ledger/chart-fixed"] = "409", ["ledger/currency-fixed"] = "409", ["ledger/fiscal-year-fixed"] = "409" };

    public static string Markdown()
    {
        var all = new SortedDictionary<string, (SortedSet<string> Statuses, List<string> Texts)>(StringComparer.Ordinal);
        foreach (var root in Sources())
        {
            foreach (var literal in root.DescendantNodes().OfType<LiteralExpressionSyntax>())
            {
                if (!IsCode(literal) || literal.Ancestors().OfType<ArgumentListSyntax>().FirstOrDefault() is not { } call) continue;
                if (literal.Parent is BinaryExpressionSyntax or ConstantPatternSyntax || literal.Ancestors().Any(above => above is AttributeSyntax)) continue; // compared with, or a route
                var code = literal.Token.ValueText;
                if (!all.TryGetValue(code, out var known)) all.Add(code, known = ([], []));
                foreach (var status in StatusesOf(literal, code)) known.Statuses.Add(status);
                var texts = Said(literal, call);
                known.Texts.AddRange(texts.Where(text => !known.Texts.Contains(text)));
            }
        }

        var page = new StringBuilder();
        foreach (var department in all.GroupBy(one => one.Key[..one.Key.IndexOf('/', StringComparison.Ordinal)]))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {department.Key}\n\n| code | status | says |\n|---|---|---|\n");
            foreach (var (code, (statuses, texts)) in department) page.Append(CultureInfo.InvariantCulture, $"| `{code}` | {string.Join(", ", statuses)} | {string.Join("<br>", texts.DefaultIfEmpty("…").Select(Cell))} |\n");
        }

        return page.ToString();
    }

    private static IEnumerable<SyntaxNode> Sources() =>
        Directory.EnumerateFiles(Path.Combine(FunctionMap.Repository, "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot());

    private static bool IsCode(LiteralExpressionSyntax literal) =>
        literal.IsKind(SyntaxKind.StringLiteralExpression) && literal.Token.ValueText.Split('/') is [{ Length: > 0 } department, { Length: > 0 } rule]
        && department.All(char.IsAsciiLetterLower) && rule.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && !NoDepartments.Contains(department);

    /// <summary>The status before the code in its call or one around it, else that of the refusal which its method makes of its faults, else what faults are answered with.</summary>
    private static List<string> StatusesOf(SyntaxNode literal, string code)
    {
        if (AnsweredElsewhere.TryGetValue(code, out var known)) return [known];
        foreach (var call in literal.Ancestors().OfType<ArgumentListSyntax>().Where(call => IsInnermost(call) || call.Parent is BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Of" } }))
            if (call.Arguments.Select(argument => argument.Expression).TakeWhile(argument => !argument.Contains(literal)).Select(StatusOf).FirstOrDefault(status => status is not null) is { } before) return [before];
        var method = literal.Ancestors().FirstOrDefault(above => above is MethodDeclarationSyntax);
        var ofFaults = (method?.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>() ?? [])
            .Where(made => made.ArgumentList is { Arguments: [var status, var faults, ..] } && StatusOf(status.Expression) is not null && faults.Expression is IdentifierNameSyntax)
            .Select(made => StatusOf(made.ArgumentList!.Arguments[0].Expression)!).Distinct().ToList();
        return ofFaults.Count > 0 ? ofFaults : [code.StartsWith("request/", StringComparison.Ordinal) ? "400" : "422"];

        bool IsInnermost(ArgumentListSyntax call) => call == literal.Ancestors().OfType<ArgumentListSyntax>().First();
    }

    private static string? StatusOf(ExpressionSyntax argument) =>
        argument is LiteralExpressionSyntax { Token: { Text.Length: 3 } token } && argument.IsKind(SyntaxKind.NumericLiteralExpression) && token.Text[0] is '4' or '5' ? token.Text : null;

    /// <summary>The texts after the code in its call.</summary>
    private static IEnumerable<string> Said(SyntaxNode literal, ArgumentListSyntax call)
    {
        var arguments = call.Arguments.Select(argument => argument.Expression).ToList();
        var at = arguments.FindIndex(argument => argument.Contains(literal));
        if (Reader(call, arguments) is { } read) return [read];
        var detail = arguments.ElementAtOrDefault(at + 1);
        return detail is null ? [] : TextsOf(detail);
    }

    /// <summary>What the readers of members say themselves, given only the code.</summary>
    private static string? Reader(ArgumentListSyntax call, List<ExpressionSyntax> arguments)
    {
        if (call.Parent is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: var name } }) return null;
        return name.Identifier.Text switch
        {
            "Choice" or "OptionalChoice" => "'…' must be one of " + string.Join(", ", Values(((GenericNameSyntax)name).TypeArgumentList.Arguments[0].ToString())) + ".",
            "Rate" or "OptionalRate" => "'…' must be a rate, such as \"0.05\".",
            "List" => $"'…' is an array of {arguments[2]} to … members.",
            "CheckAccount" => $"'…' must be an account of type {string.Join(" or ", arguments.Skip(4).Select(type => type.ToString().Split('.')[^1]))}.",
            _ => null,
        };
    }

    private static IEnumerable<string> Values(string type) =>
        Enum.GetValues(typeof(Program).Assembly.GetTypes().Single(one => one.IsEnum && one.Name == type)).Cast<Enum>().Select(value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

    private static IEnumerable<string> TextsOf(ExpressionSyntax detail) => detail switch
    {
        LiteralExpressionSyntax literal => [literal.Token.ValueText],
        InterpolatedStringExpressionSyntax text => [string.Concat(text.Contents.Select(part => part is InterpolatedStringTextSyntax plain ? plain.TextToken.ValueText.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal) : "…"))],
        ConditionalExpressionSyntax choice => TextsOf(choice.WhenTrue).Concat(TextsOf(choice.WhenFalse)),
        ParenthesizedExpressionSyntax inner => TextsOf(inner.Expression),
        SwitchExpressionSyntax choice => choice.Arms.SelectMany(arm => TextsOf(arm.Expression)),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum =>
            [string.Concat(TextsOf(sum.Left).DefaultIfEmpty("…").First(), TextsOf(sum.Right).DefaultIfEmpty("…").First())],
        IdentifierNameSyntax name => GivenFor(name),
        _ => [],
    };

    /// <summary>A text that comes in as the parameter of a method, or as a variable: what it is given in the same file.</summary>
    private static IEnumerable<string> GivenFor(IdentifierNameSyntax name)
    {
        var method = name.Ancestors().FirstOrDefault(above => above is LocalFunctionStatementSyntax or MethodDeclarationSyntax);
        var (called, parameters) = method switch
        {
            LocalFunctionStatementSyntax local => (local.Identifier.Text, local.ParameterList),
            MethodDeclarationSyntax declared => (declared.Identifier.Text, declared.ParameterList),
            _ => ("", null),
        };
        var position = parameters?.Parameters.IndexOf(parameter => parameter.Identifier.Text == name.Identifier.Text) ?? -1;
        if (position >= 0)
        {
            return name.SyntaxTree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
                .Where(call => call.Expression.ToString().Split('.')[^1] == called && call.ArgumentList.Arguments.Count > position)
                .SelectMany(call => TextsOf(call.ArgumentList.Arguments[position].Expression));
        }

        var variable = method?.DescendantNodes().OfType<VariableDeclaratorSyntax>().FirstOrDefault(one => one.Identifier.Text == name.Identifier.Text);
        return variable?.Initializer is { } value ? TextsOf(value.Value) : [];
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
