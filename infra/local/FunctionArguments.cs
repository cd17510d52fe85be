using System.ComponentModel;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;

namespace BackOffice.LocalWorker;

/// <summary>Binds the arguments of a function; called by the compiled code of <see cref="FunctionCall"/>.</summary>
internal static class FunctionArguments
{
    private static readonly JsonSerializerOptions MessageJson = new() { PropertyNameCaseInsensitive = true };

    public static HttpRequest? Request(LocalFunctionContext context) => context.Http?.Request;

    /// <summary>A route parameter or a value of the queue message by name.</summary>
    public static T? Named<T>(LocalFunctionContext context, string name, T? otherwise)
    {
        var value = context.Http is { } http ? http.Request.RouteValues[name] : context.BindingContext.BindingData.GetValueOrDefault(name);
        return value switch
        {
            null => otherwise,
            T right => right,
            _ => Convert<T>(context, name, value.ToString()!),
        };
    }

    /// <summary>The queue message as the parameter's type.</summary>
    public static T? Message<T>(LocalFunctionContext context)
    {
        var message = context.Message ?? throw new InvalidOperationException($"Function {context.FunctionDefinition.Name} was started without a message.");
        if (typeof(T) == typeof(QueueMessage)) return (T)(object)message;
        if (typeof(T) == typeof(string)) return (T)(object)message.Body.ToString();
        if (typeof(T) == typeof(byte[])) return (T)(object)message.Body.ToArray();
        if (typeof(T) == typeof(BinaryData)) return (T)(object)message.Body;
        return JsonSerializer.Deserialize<T>(message.Body.ToMemory().Span, MessageJson);
    }

    private static T? Convert<T>(LocalFunctionContext context, string name, string text)
    {
        try
        {
            return (T?)TypeDescriptor.GetConverter(typeof(T)).ConvertFromInvariantString(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            throw new InvalidOperationException(
                $"Function {context.FunctionDefinition.Name}: '{text}' cannot be bound to the parameter {name} of type {typeof(T).Name}; " +
                "a route constraint would keep it out.",
                exception);
        }
    }
}
