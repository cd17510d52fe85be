namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Something a function is bound to.</summary>
public abstract class BindingAttribute : Attribute;

/// <summary>What starts a function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute;
