using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BackOffice.LocalWorker;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>An issuer of tokens that changes its key, as an identity provider does from time to time.</summary>
internal sealed class RollingIssuer : IDisposable
{
    private readonly HttpListener _listener = new();
    private ECDsaSecurityKey _key = NewKey(1);

    public RollingIssuer()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPort.FindFree()}/issuer");
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Address { get; }

    public void RollOver() => _key = NewKey(2);

    public string Token(string name, string role) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Address,
        Audience = "back-office",
        Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(10),
        Claims = new Dictionary<string, object> { ["oid"] = name, ["roles"] = new[] { role } },
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.EcdsaSha256),
    });

    public void Dispose() => _listener.Close();

    private static ECDsaSecurityKey NewKey(int number) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = string.Create(CultureInfo.InvariantCulture, $"key-{number}") };

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var http = await _listener.GetContextAsync();
                var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(_key);
                object answer = http.Request.Url!.AbsolutePath.EndsWith("/keys", StringComparison.Ordinal)
                    ? new { keys = new[] { new { kty = jwk.Kty, use = "sig", kid = _key.KeyId, crv = jwk.Crv, x = jwk.X, y = jwk.Y } } }
                    : new { issuer = Address, jwks_uri = Address + "/keys" };
                http.Response.ContentType = "application/json";
                await http.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(answer)));
                http.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The listener was closed: the test is over.
        }
    }
}
