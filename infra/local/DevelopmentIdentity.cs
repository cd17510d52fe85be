using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace BackOffice.LocalWorker;

/// <summary>/dev: an issuer of tokens for development. It is part of this worker only and so does not exist on Azure.</summary>
internal sealed class DevelopmentIdentity : IDisposable
{
    private const int MinutesByDefault = 480;
    private const int MinutesAtMost = 7 * 24 * 60;
    private static readonly string[] ResponseTypes = ["token"];
    private static readonly string[] SubjectTypes = ["public"];

    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;
    private readonly JsonWebKey _publicKey;
    private readonly string _issuer;
    private readonly string _audience;
    private readonly string _address;

    public DevelopmentIdentity(ECDsa key, string issuer, string audience, string address)
    {
        _key = key;
        _issuer = issuer;
        _audience = audience;
        _address = address;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        _publicKey = new JsonWebKey
        {
            Kty = "EC",
            Use = "sig",
            Alg = SecurityAlgorithms.EcdsaSha256,
            Crv = "P-256",
            X = Base64UrlEncoder.Encode(point.X),
            Y = Base64UrlEncoder.Encode(point.Y),
        };
        _publicKey.KeyId = Base64UrlEncoder.Encode(_publicKey.ComputeJwkThumbprint());
        _credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = _publicKey.KeyId }, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>The key of a data folder, made on first use; without a folder a key for this run only.</summary>
    public static ECDsa LoadKey(string? folder)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (folder is null) return key;

        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "dev-signing-key.pem");
        if (File.Exists(file))
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key;
        }
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/dev/token", (RequestDelegate)TokenAsync);
        var key = new
        {
            kty = _publicKey.Kty,
            use = _publicKey.Use,
            alg = _publicKey.Alg,
            kid = _publicKey.KeyId,
            crv = _publicKey.Crv,
            x = _publicKey.X,
            y = _publicKey.Y,
        };
        app.MapGet("/dev/keys", (RequestDelegate)(http => http.Response.WriteAsJsonAsync(new { keys = new[] { key } })));
        app.MapGet("/dev/.well-known/openid-configuration", (RequestDelegate)(http => http.Response.WriteAsJsonAsync(new
        {
            issuer = _issuer,
            jwks_uri = _address + "/keys",
            token_endpoint = _address + "/token",
            response_types_supported = ResponseTypes,
            subject_types_supported = SubjectTypes,
            id_token_signing_alg_values_supported = new[] { SecurityAlgorithms.EcdsaSha256 },
        })));
    }

    public void Dispose() => _key.Dispose();

    /// <summary>A token for one person; also what tests use directly.</summary>
    /// <param name="tenant">Its tenant; null: it names none.</param>
    public string CreateToken(string name, IReadOnlyList<string> roles, TimeSpan validity, string? tenant = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Dictionary<string, object> claims = new() { ["sub"] = name, ["oid"] = name, ["name"] = name, ["roles"] = roles };
        if (tenant is not null) claims["tid"] = tenant;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _issuer,
            Audience = _audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + validity,
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    private Task TokenAsync(HttpContext http)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        var query = http.Request.Query;
        var name = query["name"].ToString();
        var roles = query["roles"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var minutes = MinutesByDefault;
        if (name.Length == 0 || (query.ContainsKey("minutes") && !int.TryParse(query["minutes"], out minutes)) || minutes is < 1 or > MinutesAtMost)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            var example = $"{_address}/token?name=alice&roles=Accounting,Auditor&minutes=480";
            return http.Response.WriteAsync($"A name is needed, minutes may be 1 to {MinutesAtMost}: {example}\n", http.RequestAborted);
        }
        return http.Response.WriteAsync(CreateToken(name, roles, TimeSpan.FromMinutes(minutes)), http.RequestAborted);
    }
}
