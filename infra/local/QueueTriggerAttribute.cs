using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by a message of a storage queue.</summary>
public sealed class QueueTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    /// <summary>The queue; %Setting% names are resolved.</summary>
    public string QueueName { get; } = queueName;

    /// <summary>The setting that holds the connection; by default AzureWebJobsStorage.</summary>
    public string? Connection { get; set; }
}
