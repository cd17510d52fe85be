using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>An answer that is written while it is read. What fails after its beginning cuts the connection, so that nobody takes half of it for the whole.</summary>
internal sealed class StreamedAnswer(string contentType, Func<System.IO.Pipelines.PipeWriter, CancellationToken, Task> write) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = contentType;
        await httpContext.Response.StartAsync();
        try
        {
            await write(httpContext.Response.BodyWriter, httpContext.RequestAborted);
        }
        catch
        {
            httpContext.Abort();
            throw;
        }
    }
}
