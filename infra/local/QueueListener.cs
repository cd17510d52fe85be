using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace BackOffice.LocalWorker;

/// <summary>Takes the messages of one queue and runs its function, as the real listener does: leases, retries, poison queue.</summary>
internal sealed partial class QueueListener(
    LocalFunction function, QueueClient queue, QueueClient poison, HostJson host, TimeSpan lease, TimeSpan shortestPoll, FunctionRunner runner, ILogger<QueueListener> log)
{
    /// <summary>Listens until <paramref name="stop"/>; ends when the messages at work are done.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var working = new List<Task>();
        var pause = shortestPoll;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                working.RemoveAll(task => task.IsCompleted);
                if (working.Count > host.NewBatchThreshold)
                {
                    await Task.WhenAny(working).WaitAsync(stop);
                    continue;
                }
                QueueMessage[] messages = await queue.ReceiveMessagesAsync(host.BatchSize, lease, stop);
                working.AddRange(messages.Select(WorkAsync));
                if (messages.Length > 0)
                {
                    pause = shortestPoll;
                    continue;
                }
                await Task.Delay(pause, stop);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, Math.Max(host.MaxPollingInterval.Ticks, shortestPoll.Ticks)));
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // Stopping: messages received by a call that was cut off become visible again after their lease.
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                await CreateAsync(stop);
            }
            catch (Exception exception)
            {
                Log.NoStorage(log, queue.Name, exception);
                await Task.Delay(TimeSpan.FromSeconds(2), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(working);
    }

    private async Task CreateAsync(CancellationToken stop)
    {
        try
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: stop);
        }
        catch (Exception exception) when (exception is RequestFailedException or OperationCanceledException)
        {
            Log.NoStorage(log, queue.Name, exception);
            await Task.Delay(shortestPoll, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Never throws. Storage calls here are not cancelled: a message at work is finished or given back.</summary>
    private async Task WorkAsync(QueueMessage message)
    {
        // Leave the loop that receives: the next batch need not wait for this function's first lines.
        await Task.Yield();
        var receipt = message.PopReceipt;
        try
        {
            if (message.DequeueCount > host.MaxDequeueCount)
            {
                await PoisonAsync(message, receipt);
                return;
            }
            var run = RunAsync(message);
            if (!run.IsCompleted) receipt = await RenewWhileAsync(run, message, receipt);
            if (await run)
                await queue.DeleteMessageAsync(message.MessageId, receipt);
            else if (message.DequeueCount >= host.MaxDequeueCount)
                await PoisonAsync(message, receipt);
            else
                await queue.UpdateMessageAsync(message.MessageId, receipt, (string?)null, host.VisibilityTimeout);
        }
        catch (Exception exception)
        {
            Log.NotSettled(log, message.MessageId, queue.Name, exception);
        }
    }

    private async Task<bool> RunAsync(QueueMessage message)
    {
        try
        {
            await runner.RunAsync(function, Decode(message), timer: null);
            return true;
        }
        catch (Exception exception)
        {
            Log.Failed(log, function.Name, message.MessageId, message.DequeueCount, host.MaxDequeueCount, exception);
            return false;
        }
    }

    /// <summary>Renews the lease at half time as long as the function runs; the result is the receipt that settles the message.</summary>
    private async Task<string> RenewWhileAsync(Task run, QueueMessage message, string receipt)
    {
        while (true)
        {
            using var finished = new CancellationTokenSource();
            if (await Task.WhenAny(run, Task.Delay(lease / 2, finished.Token)) == run)
            {
                await finished.CancelAsync();
                return receipt;
            }
            try
            {
                UpdateReceipt renewed = await queue.UpdateMessageAsync(message.MessageId, receipt, (string?)null, lease);
                receipt = renewed.PopReceipt;
            }
            catch (RequestFailedException exception)
            {
                Log.NotRenewed(log, message.MessageId, queue.Name, exception);
            }
        }
    }

    private async Task PoisonAsync(QueueMessage message, string receipt)
    {
        await poison.CreateIfNotExistsAsync();
        await poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1));
        await queue.DeleteMessageAsync(message.MessageId, receipt);
        Log.Poisoned(log, message.MessageId, queue.Name, message.DequeueCount, poison.Name);
    }

    private QueueMessage Decode(QueueMessage message) => !host.Base64 ? message : QueuesModelFactory.QueueMessage(
        message.MessageId, message.PopReceipt, BinaryData.FromBytes(FromBase64(message.Body.ToString())),
        message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);

    private static byte[] FromBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException exception)
        {
            throw new FormatException("The message is not base64, which host.json (extensions.queues.messageEncoding) asks for.", exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Error, "Function {Function} failed on message {MessageId}, attempt {Attempt} of {Attempts}.")]
        public static partial void Failed(ILogger logger, string function, string messageId, long attempt, int attempts, Exception exception);

        [LoggerMessage(12, LogLevel.Warning, "Message {MessageId} of queue {Queue} failed {Attempts} times and was moved to {Poison}.")]
        public static partial void Poisoned(ILogger logger, string messageId, string queue, long attempts, string poison);

        [LoggerMessage(13, LogLevel.Warning, "Message {MessageId} of queue {Queue} could not be settled; it will be delivered again.")]
        public static partial void NotSettled(ILogger logger, string messageId, string queue, Exception exception);

        [LoggerMessage(14, LogLevel.Warning, "The lease of message {MessageId} of queue {Queue} could not be renewed.")]
        public static partial void NotRenewed(ILogger logger, string messageId, string queue, Exception exception);

        [LoggerMessage(15, LogLevel.Warning, "Queue {Queue} could not be read; trying again in 2 s.")]
        public static partial void NoStorage(ILogger logger, string queue, Exception exception);
    }
}
