using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Tests.LocalWorker;

/// <summary>
/// Holds the stand-ins of infra/local against worker-api.cs.txt, the slice of the published packages that this app may use:
/// what compiles here must compile there. Both sides are brought into the same text and compared.
/// </summary>
public sealed partial class SignatureTests
{
    private static readonly Assembly LocalWorker = typeof(FunctionAttribute).Assembly;

    private static readonly List<Declaration> Listed = Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "worker-api.cs.txt")));

    public static TheoryData<string> ListedTypes => [.. Listed.Select(type => type.FullName)];

    [Theory]
    [MemberData(nameof(ListedTypes))]
    public void StandIn_IsDeclaredAsListed(string fullName)
    {
        var listed = Listed.Single(type => type.FullName == fullName);
        var type = LocalWorker.GetType(fullName);

        Assert.True(type is { IsPublic: true }, $"{fullName} is listed but is not a public type of {LocalWorker.GetName().Name}.");
        if (listed.Header.Length > 0) Assert.Equal(listed.Header, HeaderOf(type));
        var members = MembersOf(type);
        if (listed.IsComplete) Assert.Equal(listed.Members.Order(StringComparer.Ordinal), members.Order(StringComparer.Ordinal));
        else Assert.Subset(members.ToHashSet(), listed.Members.ToHashSet());
    }

    [Fact]
    public void List_IsReadWhole()
    {
        string[] some =
        [
            "Microsoft.Azure.Functions.Worker.Extensions.Abstractions.TriggerBindingAttribute",
            "Microsoft.Azure.Functions.Worker.FunctionContext",
            "Microsoft.Azure.Functions.Worker.Middleware.FunctionExecutionDelegate",
            "Microsoft.Extensions.Hosting.MiddlewareWorkerApplicationBuilderExtensions",
            "Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilderAspNetCoreExtensions",
            "Microsoft.Azure.Functions.Worker.FunctionContextExtensions",
        ];

        Assert.Subset(Listed.Select(type => type.FullName).ToHashSet(), some.ToHashSet());
        Assert.True(Listed.Count >= 16, $"Only {Listed.Count} types were read.");
        Assert.Equal(7, Listed.Single(type => type.FullName.EndsWith(".HttpTriggerAttribute", StringComparison.Ordinal)).Members.Count);
        Assert.Equal(10, Listed.Single(type => type.FullName.EndsWith(".FunctionContext", StringComparison.Ordinal)).Members.Count);
    }

    [Theory]
    [InlineData("public string? Route { get; set; }", "public string Route { get; set; }")]
    [InlineData("public string[]? Methods { get; private set; }", "public string[]? Methods { get; set; }")]
    [InlineData("(AuthorizationLevel authLevel)", "(AuthorizationLevel level)")]
    [InlineData("public sealed class HttpTriggerAttribute", "public class HttpTriggerAttribute")]
    [InlineData("params string[] methods", "string[] methods")]
    [InlineData("Admin = 4", "Admin = 5")]
    [InlineData("public bool RunOnStartup { get; set; }", "")]
    [InlineData("(AttributeTargets.Method)", "(AttributeTargets.All)")]
    [InlineData("where T : class, IFunctionsWorkerMiddleware", "where T : IFunctionsWorkerMiddleware")]
    public void Difference_IsNoticed(string right, string wrong)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "worker-api.cs.txt"));
        Assert.Contains(right, text, StringComparison.Ordinal);

        var differs = Parse(text.Replace(right, wrong, StringComparison.Ordinal)).Any(listed =>
            LocalWorker.GetType(listed.FullName) is not { } type
            || (listed.Header.Length > 0 && listed.Header != HeaderOf(type))
            || (listed.IsComplete && !listed.Members.Order(StringComparer.Ordinal).SequenceEqual(MembersOf(type).Order(StringComparer.Ordinal))));

        Assert.True(differs);
    }

    [Fact]
    public void Defaults_AreThoseOfThePublishedAttributes()
    {
        Assert.Equal(AuthorizationLevel.Function, new HttpTriggerAttribute().AuthLevel);
        Assert.Null(new HttpTriggerAttribute().Methods);
        Assert.Equal(AuthorizationLevel.Anonymous, new HttpTriggerAttribute("get").AuthLevel);
        Assert.Equal(["get", "post"], new HttpTriggerAttribute(AuthorizationLevel.Admin, "get", "post").Methods!);
        Assert.True(new TimerTriggerAttribute("* * * * * *").UseMonitor);
        Assert.False(new TimerTriggerAttribute("* * * * * *").RunOnStartup);
    }

    /// <summary>A type of the list; incomplete where the list names only some of the members.</summary>
    private sealed record Declaration(string FullName, string Header, bool IsComplete, IReadOnlyList<string> Members);

    private static List<Declaration> Parse(string text)
    {
        var types = new List<Declaration>();
        var extensions = new Dictionary<string, List<string>>();
        var (space, extensionClass) = ("", "");
        foreach (var statement in Statements(Uncomment(text)))
        {
            if (SpaceName().Match(statement) is { Success: true } named)
            {
                space = named.Groups[1].Value;
            }
            else if (statement.StartsWith("@class ", StringComparison.Ordinal))
            {
                extensionClass = $"{space}.{statement["@class ".Length..]}";
                extensions.Add(extensionClass, []);
            }
            else if (TypeHeader().Match(statement) is { Success: true } type)
            {
                var (header, body) = statement.Split('{', 2) is [var before, var after] ? (before, after[..after.LastIndexOf('}')]) : (statement, "");
                var isEnum = type.Groups[1].Value == "enum";
                var members = isEnum ? body.Split(',') : [.. Statements(body)];
                var isComplete = !members.Contains("@some");
                types.Add(new($"{space}.{type.Groups[2].Value}", Header(header), isComplete, [.. members.Where(m => m != "@some").Select(Normal)]));
            }
            else if (DelegateName().Match(statement) is { Success: true } function)
            {
                types.Add(new($"{space}.{function.Groups[1].Value}", Normal(statement), true, []));
            }
            else
            {
                extensions[extensionClass].Add(Normal(statement));
            }
        }
        types.AddRange(extensions.Select(e => new Declaration(e.Key, $"public static class {e.Key.Split('.')[^1]}", true, e.Value)));
        return types;
    }

    /// <summary>Some comments declare something; they become declarations, the others go.</summary>
    private static string Uncomment(string text)
    {
        var lines = text.Split('\n').TakeWhile(line => !line.StartsWith("// Project file", StringComparison.Ordinal)).Select(line =>
        {
            if (ExtensionComment().Match(line) is { Success: true } both) return $"namespace {both.Groups[1].Value} {{ @class {both.Groups[2].Value};";
            if (line.StartsWith("//   public ", StringComparison.Ordinal)) return line[2..];
            if (!line.TrimStart().StartsWith("//", StringComparison.Ordinal) && line.Contains("// Build() returns IHost", StringComparison.Ordinal))
                return line.Replace("// Build() returns IHost", "{ @some; public IHost Build(); }", StringComparison.Ordinal);
            return ClassComment().Match(line) is { Success: true } one ? $"{line[..one.Index]} @class {one.Groups[1].Value};" : LineComment().Replace(line, "");
        });
        return BlockComment().Replace(string.Join('\n', lines), "");
    }

    /// <summary>Cuts at semicolons and at the ends of bodies; the braces of namespaces count for nothing.</summary>
    private static IEnumerable<string> Statements(string text)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            var ends = false;
            if (text[i] == '{')
            {
                if (depth == 0 && SpaceName().IsMatch(text[start..i])) ends = true;
                else depth++;
            }
            else if (text[i] == '}')
            {
                ends = depth <= 1;
                if (depth > 0) depth--;
                if (ends && text[start..i].Contains('{')) i++;
            }
            else if (text[i] == ';')
            {
                ends = depth == 0;
            }
            if (!ends) continue;

            var statement = text[start..i].Trim();
            if (statement.Length > 0) yield return statement;
            start = i < text.Length && text[i] is '{' or '}' or ';' ? i + 1 : i;
        }
        if (text[start..].Trim() is { Length: > 0 } rest) yield return rest;
    }

    private static string Normal(string text) => Spaces().Replace(text.Trim(), " ");

    private static string Header(string text) =>
        Normal(text).Split(" : ") is [var name, var bases] ? $"{name} : {string.Join(", ", bases.Split(", ").Order(StringComparer.Ordinal))}" : Normal(text);

    private static string HeaderOf(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate))) return $"public delegate {Method(type.GetMethod("Invoke")!, type.Name)}";

        var usage = type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false) is { } u ? $"[AttributeUsage(AttributeTargets.{u.ValidOn})] " : "";
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        List<Type> bases = type.IsEnum ? [] : [.. type.GetInterfaces().Where(i => type.BaseType?.IsAssignableTo(i) != true)];
        if (type is { IsEnum: false, BaseType: { } baseType } && baseType != typeof(object)) bases.Add(baseType);
        var list = string.Join(", ", bases.Select(b => b.Name).Order(StringComparer.Ordinal));
        return $"{usage}public {kind} {type.Name}{(list.Length > 0 ? " : " : "")}{list}";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate))) return [];
        if (type.IsEnum) return Enum.GetValues(type).Cast<object>().Select(value => $"{value} = {(int)value}");

        const BindingFlags own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var visibility = type.IsInterface ? "" : "public ";
        // A lone public constructor without parameters is the one nobody writes.
        var constructors = type.GetConstructors() is [{ } lone] && lone.GetParameters().Length == 0 ? [] : type.GetConstructors();
        return
        [
            .. constructors.Select(c => $"public {type.Name}({Parameters(c)})"),
            .. type.GetProperties(own).Select(p => visibility + Modifier(p.GetMethod!) + Property(p)),
            .. type.GetMethods(own).Where(m => !m.IsSpecialName).Select(m => visibility + Modifier(m) + Method(m, m.Name)),
            .. type.GetFields(own).Select(f => $"public field {f.Name}"),
            .. type.GetEvents(own).Select(e => $"public event {e.Name}"),
        ];
    }

    private static string Modifier(MethodInfo method) => method switch
    {
        { DeclaringType.IsInterface: true } => "",
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } => method.GetBaseDefinition() == method ? "virtual " : "override ",
        _ => "",
    };

    private static string Property(PropertyInfo property)
    {
        var set = property.SetMethod switch { null => "", { IsPublic: true } => " set;", { IsPrivate: true } => " private set;", _ => " protected set;" };
        return $"{Name(new NullabilityInfoContext().Create(property))} {property.Name} {{ get;{set} }}";
    }

    private static string Method(MethodInfo method, string name)
    {
        var generics = method.GetGenericArguments();
        var list = generics.Length > 0 ? $"<{string.Join(", ", generics.Select(g => g.Name))}>" : "";
        var constraints = string.Concat(generics.Select(Constraint));
        return $"{Name(new NullabilityInfoContext().Create(method.ReturnParameter))} {name}{list}({Parameters(method)}){constraints}";
    }

    private static string Constraint(Type generic)
    {
        List<string> all = [.. generic.GetGenericParameterConstraints().Select(c => c.Name)];
        if (generic.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) all.Insert(0, "class");
        return all.Count > 0 ? $" where {generic.Name} : {string.Join(", ", all)}" : "";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var isThis = parameter.Position == 0 && method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        var isParams = parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false);
        var otherwise = parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "";
        return $"{(isThis ? "this " : "")}{(isParams ? "params " : "")}{Name(new NullabilityInfoContext().Create(parameter))} {parameter.Name}{otherwise}";
    }));

    private static string Name(NullabilityInfo info)
    {
        var type = info.Type;
        if (Nullable.GetUnderlyingType(type) is { } value) return Keyword(value) + "?";

        var mark = info.ReadState == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
        if (type.IsArray) return $"{Name(info.ElementType!)}[]{mark}";
        if (!type.IsGenericType) return Keyword(type) + mark;
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", info.GenericTypeArguments.Select(Name))}>{mark}";
    }

    private static string Keyword(Type type) => type.FullName switch
    {
        "System.String" => "string",
        "System.Object" => "object",
        "System.Boolean" => "bool",
        "System.Int32" => "int",
        "System.Int64" => "long",
        "System.Void" => "void",
        _ => type.Name,
    };

    [GeneratedRegex(@"^\s*namespace ([\w.]+)\s*$")]
    private static partial Regex SpaceName();

    [GeneratedRegex(@"public (?:sealed |abstract |static )?(class|enum|interface) (\w+)")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"public delegate \w+ (\w+)\(")]
    private static partial Regex DelegateName();

    [GeneratedRegex(@"^// namespace ([\w.]+), class (\w+)")]
    private static partial Regex ExtensionComment();

    [GeneratedRegex(@"// class (\w+)")]
    private static partial Regex ClassComment();

    [GeneratedRegex("//.*$")]
    private static partial Regex LineComment();

    [GeneratedRegex(@"/\*.*?\*/")]
    private static partial Regex BlockComment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
