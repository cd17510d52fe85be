using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.LocalWorker;

/// <summary>Compiles, once at start-up, the code that calls a function: no reflection afterwards.</summary>
internal static class FunctionCall
{
    public static Func<LocalFunctionContext, ValueTask<object?>> Compile(MethodInfo method, ParameterInfo trigger)
    {
        var context = Expression.Parameter(typeof(LocalFunctionContext), "context");
        var call = Expression.Call(Instance(method, context), method, method.GetParameters().Select(p => Argument(p, trigger, context)));
        return Expression.Lambda<Func<LocalFunctionContext, ValueTask<object?>>>(Result(call), context).Compile();
    }

    private static UnaryExpression? Instance(MethodInfo method, ParameterExpression context)
    {
        if (method.IsStatic) return null;

        var type = method.DeclaringType!;
        var make = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        var services = Expression.Property(context, nameof(LocalFunctionContext.InstanceServices));
        return Expression.Convert(Expression.Invoke(Expression.Constant(make), services, Expression.Constant(null, typeof(object[]))), type);
    }

    private static Expression Argument(ParameterInfo parameter, ParameterInfo trigger, ParameterExpression context)
    {
        var type = parameter.ParameterType;
        if (type.IsAssignableFrom(typeof(LocalFunctionContext)) && type != typeof(object)) return context;
        if (type == typeof(CancellationToken)) return Expression.Property(context, nameof(LocalFunctionContext.CancellationToken));
        if (type == typeof(HttpContext)) return Expression.Property(context, nameof(LocalFunctionContext.Http));
        if (type == typeof(HttpRequest)) return Expression.Call(typeof(FunctionArguments), nameof(FunctionArguments.Request), null, context);
        if (type == typeof(TimerInfo)) return Expression.Property(context, nameof(LocalFunctionContext.Timer));

        if (parameter.Name != trigger.Name)
        {
            Expression otherwise = parameter is { HasDefaultValue: true, DefaultValue: { } value }
                ? Expression.Constant(value, type)
                : Expression.Default(type);
            return Expression.Call(typeof(FunctionArguments), nameof(FunctionArguments.Named), [type], context, Expression.Constant(parameter.Name), otherwise);
        }
        // The real worker passes null for a record directly on an HTTP trigger, and so it is here.
        return trigger.GetCustomAttribute<QueueTriggerAttribute>() is null
            ? Expression.Default(type)
            : Expression.Call(typeof(FunctionArguments), nameof(FunctionArguments.Message), [type], context);
    }

    private static Expression Result(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void)) return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        if (type == typeof(Task) || type == typeof(ValueTask)) return Expression.Call(typeof(FunctionCall), nameof(Finish), null, call);
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            return Expression.Call(typeof(FunctionCall), nameof(Finish), type.GetGenericArguments(), call);
        return Expression.New(typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, Expression.Convert(call, typeof(object)));
    }

    private static async ValueTask<object?> Finish(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> Finish(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> Finish<T>(Task<T> task) => await task;

    private static async ValueTask<object?> Finish<T>(ValueTask<T> task) => await task;
}
