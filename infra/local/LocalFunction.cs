using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace BackOffice.LocalWorker;

/// <summary>A function as found in the app's assembly.</summary>
internal sealed class LocalFunction : FunctionDefinition
{
    public LocalFunction(string name, MethodInfo method, ParameterInfo triggerParameter, TriggerBindingAttribute trigger)
    {
        Name = name;
        Method = method;
        Trigger = trigger;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        Parameters = [.. method.GetParameters().Select(p => new FunctionParameter(p.Name!, p.ParameterType))];
        InputBindings = ImmutableDictionary<string, BindingMetadata>.Empty.Add(triggerParameter.Name!, new LocalBinding(triggerParameter.Name!, TriggerType));
        Call = FunctionCall.Compile(method, triggerParameter);
    }

    public override string Name { get; }
    public override string Id => Name;
    public override string EntryPoint { get; }
    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;
    public override ImmutableArray<FunctionParameter> Parameters { get; }
    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }
    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    public MethodInfo Method { get; }
    public TriggerBindingAttribute Trigger { get; }

    /// <summary>Makes the instance, binds the arguments, runs the method; the result is what the method returned.</summary>
    public Func<LocalFunctionContext, ValueTask<object?>> Call { get; }

    public string TriggerType => Trigger switch
    {
        HttpTriggerAttribute => "httpTrigger",
        QueueTriggerAttribute => "queueTrigger",
        TimerTriggerAttribute => "timerTrigger",
        _ => throw new InvalidOperationException(
            $"Function {Name}: {Trigger.GetType().Name} is not known here; use HttpTrigger, QueueTrigger or TimerTrigger."),
    };

    /// <summary>Finds the public methods with [Function] of the assembly's public classes.</summary>
    public static IReadOnlyList<LocalFunction> FindAll(Assembly assembly)
    {
        var functions = new Dictionary<string, LocalFunction>(StringComparer.OrdinalIgnoreCase);
        var methods = assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsVisible: true })
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly));
        foreach (var method in methods)
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { Name: var name }) continue;

            var triggers = method.GetParameters().Where(p => p.GetCustomAttribute<TriggerBindingAttribute>() is not null).ToArray();
            if (triggers is not [var parameter])
            {
                throw new InvalidOperationException(
                    $"Function {name} ({method.DeclaringType}.{method.Name}) has {triggers.Length} triggers; " +
                    "exactly one parameter must bear HttpTrigger, QueueTrigger or TimerTrigger.");
            }
            if (!functions.TryAdd(name, new LocalFunction(name, method, parameter, parameter.GetCustomAttribute<TriggerBindingAttribute>()!)))
            {
                throw new InvalidOperationException(
                    $"Function {name} is defined twice, in {functions[name].EntryPoint} and in {method.DeclaringType}.{method.Name}; names must be unique.");
            }
        }
        return [.. functions.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    private sealed class LocalBinding(string name, string type) : BindingMetadata
    {
        public override string Name => name;
        public override string Type => type;
        public override BindingDirection Direction => BindingDirection.In;
    }
}
