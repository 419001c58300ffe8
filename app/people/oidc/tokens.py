"""Checks what the provider signed: ID tokens, access tokens, logout tokens."""

from collections.abc import Mapping

from authlib.oidc.core import CodeIDToken
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry, Token, decode

from app.people.oidc.faults import ProviderFault, UnknownKey
from app.people.oidc.rules.attempts import LEEWAY
from app.people.oidc.rules.claims import Claims, is_subject
from app.people.oidc.rules.logout import Logout, logout_in

# Signatures that only the holder of a private key can make: with HS256 our own secret, or a public key that is taken
# for one, would do; `none` would be anybody's.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
PUBLIC_KEYS = frozenset({"RSA", "EC"})
MOST_KEYS = 50
# Providers put headers of their own beside the known ones.
REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
# Whatever nonsense stands in a token: the library tells some of it by Python's own errors.
NONSENSE = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


def keys_in(document: Mapping[str, object]) -> KeySet:
    """The provider's public keys for signatures; what we cannot use is left out. Raises `ProviderFault`."""
    listed = document.get("keys")
    keys = []
    for each in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("kty") in PUBLIC_KEYS and each.get("use", "sig") == "sig":
            try:
                keys.append(JWKRegistry.import_key(each))
            except NONSENSE:
                continue
    if not keys:
        raise ProviderFault("has no key for RS, PS or ES signatures")
    return KeySet(keys)


def signed(token: str, keys: KeySet) -> Token:
    """The token, if one of the keys signed it. Raises `UnknownKey`, `ProviderFault`."""
    try:
        return decode(token, keys, algorithms=ALGORITHMS, registry=REGISTRY)
    except InvalidKeyIdError:
        raise UnknownKey("signs with a key that it does not show") from None
    except NONSENSE as error:
        raise ProviderFault(f"sends a token that is not rightly signed ({type(error).__name__})") from None


def id_claims(token: Token, issuer: str, client_id: str, nonce: str, access_token: str | None, now: float) -> Claims:
    """The claims of an ID token for us, in answer to what we asked. Raises `ProviderFault`."""
    claims = CodeIDToken(
        token.claims,
        token.header,
        options=_expected(issuer, client_id),
        params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    try:
        claims.validate(now=int(now), leeway=LEEWAY)
    except NONSENSE as error:
        raise ProviderFault(f"sends an ID token that is not valid: {_about(error)}") from None
    if not is_subject(claims.get("sub")):
        raise ProviderFault("sends an ID token whose subject is none")
    return dict(claims)


def access_claims(token: Token, issuer: str, client_id: str, now: float) -> Claims:
    """The claims of an access token that is a JWT and was made for us. Raises `ProviderFault`."""
    try:
        JWTClaimsRegistry(int(now), LEEWAY, iss={"essential": True, "value": issuer}, exp={"essential": True}).validate(
            token.claims
        )
    except NONSENSE as error:
        raise ProviderFault(f"sends an access token that is not valid: {_about(error)}") from None
    # Its audience are the services it opens; whom it was given to stands elsewhere, at each provider somewhere else.
    audience = token.claims.get("aud")
    given_to = [token.claims.get(name) for name in ("azp", "client_id", "cid")]
    if client_id not in [*given_to, *(audience if isinstance(audience, list) else [audience])]:
        raise ProviderFault("sends an access token that was given to another client")
    return token.claims


def logout_claims(token: Token, issuer: str, client_id: str, now: float) -> Logout:
    """What a logout token asks for. Raises `ProviderFault`."""
    try:
        JWTClaimsRegistry(int(now), LEEWAY, **_expected(issuer, client_id)).validate(token.claims)
    except NONSENSE as error:
        raise ProviderFault(f"sends a logout token that is not valid: {_about(error)}") from None
    logout = logout_in(token.claims)
    if logout is None:
        raise ProviderFault("sends a logout token that is none")
    return logout


def _expected(issuer: str, client_id: str) -> dict[str, ClaimsOption]:
    return {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }


def _about(error: BaseException) -> str:
    """Which claim is wrong, never what it holds."""
    claim = getattr(error, "claim", None)
    return f"{claim}" if isinstance(claim, str) and claim.isidentifier() else type(error).__name__
