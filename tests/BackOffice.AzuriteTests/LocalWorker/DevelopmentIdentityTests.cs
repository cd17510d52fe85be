using System.Net;
using System.Text.Json;
using BackOffice.LocalWorker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace BackOffice.AzuriteTests.LocalWorker;

public sealed class DevelopmentIdentityTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Token_IsValidByItsOwnMetadata()
    {
        await using var worker = await TestWorker.StartAsync(azurite);
        var configuration = worker.Services.GetRequiredService<IConfiguration>();

        using var metadata = JsonDocument.Parse(await worker.GetAsync("/dev/.well-known/openid-configuration"));
        var keysAddress = new Uri(metadata.RootElement.GetProperty("jwks_uri").GetString()!);
        var keys = new JsonWebKeySet(await worker.Http.GetStringAsync(keysAddress, TestContext.Current.CancellationToken));
        var token = await worker.GetAsync("/dev/token?name=alice&roles=Accounting,Auditor");
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = configuration["Identity:Authority"],
            ValidAudience = configuration["Identity:Audience"],
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        });

        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(configuration["Identity:Authority"], metadata.RootElement.GetProperty("issuer").GetString());
        Assert.Equal($"http://127.0.0.1:{worker.Address.Port}/dev", configuration["Identity:Authority"]);
        Assert.Equal("alice", result.Claims["sub"]);
        Assert.Equal("alice", result.Claims["oid"]);
        Assert.Equal(["Accounting", "Auditor"], ((JsonWebToken)result.SecurityToken).Claims.Where(c => c.Type == "roles").Select(c => c.Value));
    }

    [Theory]
    [InlineData("/dev/token")]
    [InlineData("/dev/token?name=alice&minutes=0")]
    [InlineData("/dev/token?name=alice&minutes=soon")]
    public async Task TokenWithoutNameOrWithWrongMinutes_IsRefusedWithAnExample(string path)
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("/dev/token?name=alice", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void KeyOfAFolder_IsKeptAndPrivate()
    {
        var folder = Directory.CreateTempSubdirectory("backoffice-key-");
        try
        {
            using var first = DevelopmentIdentity.LoadKey(folder.FullName);
            using var second = DevelopmentIdentity.LoadKey(folder.FullName);

            Assert.Equal(first.ExportSubjectPublicKeyInfo(), second.ExportSubjectPublicKeyInfo());
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.FullName, "dev-signing-key.pem")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
