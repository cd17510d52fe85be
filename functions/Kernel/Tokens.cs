using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace BackOffice.Kernel;

/// <summary>
/// Validates bearer tokens (OpenID Connect: issuer, audience, signature, life) against the metadata of <c>Identity:Authority</c> for
/// <c>Identity:Audience</c> (several: separated by commas) and, where it is set, the tenant <c>Identity:Tenant</c>, and remembers the good ones until they expire, since a signature check costs more than booking an entry.
/// </summary>
public sealed class Tokens
{
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Caller> _remembered = new(StringComparer.Ordinal);
    /// <summary>So often at most the issuer's keys are looked up anew because a token bears one that is not known.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(30);

    private readonly Uri? _address;
    private readonly Lock _gate = new();
    private ConfigurationManager<OpenIdConnectConfiguration>? _metadata;
    private DateTimeOffset _renewedAt = DateTimeOffset.MinValue;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly string[] _audiences;
    private readonly string? _tenant;
    private readonly TimeProvider _time;

    public Tokens(IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        _audiences = (configuration["Identity:Audience"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        _tenant = configuration["Identity:Tenant"] is { Length: > 0 } tenant ? tenant : null;
        if (_audiences.Length == 0 || configuration["Identity:Authority"] is not { Length: > 0 } authority) return;
        _address = new Uri(authority.TrimEnd('/') + "/.well-known/openid-configuration");
        _metadata = NewMetadata(_address);
    }

    public async ValueTask<Outcome<Caller>> CallerOfAsync(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization)) return new Refusal(401, "identity/token-missing", "Send a token: 'Authorization: Bearer <token>'.");
        if (_remembered.TryGetValue(authorization, out var known))
        {
            if (known.ExpiresAt > _time.GetUtcNow()) return known;
            _remembered.TryRemove(authorization, out _);
        }

        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return new Refusal(401, "identity/token-missing", "Only 'Authorization: Bearer <token>' is taken.");
        if (_metadata is null) return new Refusal(503, "identity/not-configured", "This app does not know whose tokens to take: set Identity__Authority and Identity__Audience (README, \"Settings\").");
        return await ValidateAsync(authorization, authorization["Bearer ".Length..].Trim());
    }

    private static ConfigurationManager<OpenIdConnectConfiguration> NewMetadata(Uri address) =>
        new(address.AbsoluteUri, new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = !address.IsLoopback });

    private async Task<Outcome<Caller>> ValidateAsync(string authorization, string token)
    {
        TokenValidationResult result;
        ConfigurationManager<OpenIdConnectConfiguration> provider;
        do
        {
            provider = _metadata!;
            OpenIdConnectConfiguration metadata;
            try
            {
                metadata = await provider.GetConfigurationAsync(CancellationToken.None);
            }
            catch (InvalidOperationException)
            {
                return new Refusal(503, "identity/unavailable", "The identity provider's metadata cannot be read now; send the request again.");
            }

            result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
            {
                ValidIssuer = metadata.Issuer,
                IssuerSigningKeys = metadata.SigningKeys,
                ValidAudiences = _audiences,
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
                ClockSkew = TimeSpan.FromMinutes(2),
                LifetimeValidator = (notBefore, expires, _, parameters) => LivesNow(notBefore, expires, parameters.ClockSkew),
            });
        }
        while (result.Exception is SecurityTokenSignatureKeyNotFoundException && Renew(provider));

        if (!result.IsValid) return new Refusal(401, "identity/token-invalid", Reason(result.Exception));

        var jwt = (JsonWebToken)result.SecurityToken;
        if (_tenant is not null && Claim(jwt, "tid") != _tenant) return new Refusal(401, "identity/token-invalid", "The token is of another tenant.");
        var name = Claim(jwt, "oid") ?? Claim(jwt, "sub");
        if (name is null) return new Refusal(401, "identity/token-invalid", "The token names nobody: it has neither 'oid' nor 'sub'.");

        var roles = jwt.Claims.Where(c => c.Type == "roles").Select(c => c.Value).ToFrozenSet(StringComparer.Ordinal);
        var caller = new Caller(name, roles, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero));
        if (_remembered.Count >= MaxRemembered) _remembered.Clear();
        _remembered[authorization] = caller;
        return caller;
    }

    /// <summary>The issuer may have rolled its keys over: they are looked up anew, though not for every forged token.</summary>
    private bool Renew(ConfigurationManager<OpenIdConnectConfiguration> used)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(used, _metadata)) return true; // another call has just done so
            var now = _time.GetUtcNow();
            if (now < _renewedAt + RenewAfter) return false;
            (_renewedAt, _metadata) = (now, NewMetadata(_address!));
            return true;
        }
    }

    private bool LivesNow(DateTime? notBefore, DateTime? expires, TimeSpan skew)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && end > now - skew && (notBefore is null || notBefore <= now + skew);
    }

    private static string Reason(Exception e) => e switch
    {
        SecurityTokenInvalidAudienceException => "The token is for another audience.",
        SecurityTokenInvalidIssuerException => "The token is from another issuer.",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenNoExpirationException => "The token is not valid now: it has expired or has not begun.",
        SecurityTokenMalformedException => "The token cannot be read.",
        _ => "The token's signature is not good.",
    };

    private static string? Claim(JsonWebToken jwt, string type) => jwt.TryGetPayloadValue<string>(type, out var value) && value.Length > 0 ? value : null;
}
