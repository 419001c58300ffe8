"""The provider as this process knows it: where to lead people, what their codes are worth, what it signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from re import ASCII, compile
from typing import Any

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from app.foundation.clock import Clock
from app.people.oidc.config import ProviderConfig
from app.people.oidc.faults import ProviderFault, UnknownKey
from app.people.oidc.kept import Kept
from app.people.oidc.metadata import Metadata, discovery_address, metadata_in
from app.people.oidc.rules.attempts import Attempt
from app.people.oidc.rules.claims import Claims, claim_at
from app.people.oidc.rules.logout import Logout
from app.people.oidc.tokens import access_claims, id_claims, keys_in, logout_claims, signed
from app.people.oidc.wire import Document, Wire

ERROR = compile(r"[a-z_]{1,40}", ASCII)
LONGEST_TOKEN = 64 * 1_024


@dataclass(frozen=True)
class Seen:
    """The claims of somebody who signed in, by where they stood; `no_access` says why an access token was not read."""

    id_token: str
    claims: Claims
    userinfo: Claims | None = None
    access: Claims | None = None
    no_access: str | None = None

    @property
    def places(self) -> tuple[Claims, ...]:
        """Where roles and NIP are looked for, the surest first."""
        return tuple(each for each in (self.claims, self.userinfo, self.access) if each is not None)


class Provider:
    """The provider of a process."""

    def __init__(self, config: ProviderConfig, clock: Clock, wire: Wire | None = None) -> None:
        self.config = config
        self._clock = clock
        self._wire = wire or Wire()
        self._metadata = Kept(self._discover, clock)
        self._keys = Kept(self._load_keys, clock)

    async def metadata(self) -> Metadata:
        """What it says about itself. Raises `ProviderFault`."""
        return await self._metadata.get()

    async def keys(self) -> KeySet:
        """Its keys. Raises `ProviderFault`."""
        return await self._keys.get()

    async def departure(self, attempt: Attempt) -> str:
        """The address at which an attempt begins. Raises `ProviderFault`."""
        metadata = await self.metadata()
        again = {"max_age": "0", "prompt": "login"} if attempt.fresh else {}
        address: str = prepare_grant_uri(
            metadata.authorization,
            self.config.client_id,
            "code",
            redirect_uri=self.config.callback,
            scope=self.config.scopes,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
            **again,
        )
        return address

    async def seen(self, attempt: Attempt, code: str, *, everything: bool = False) -> Seen:
        """Who came back with this code, by the claims that are needed, or by `everything`. Raises `ProviderFault`."""
        tokens = await self._exchange(attempt, code)
        id_token, access_token = _text(tokens, "id_token"), _text(tokens, "access_token")
        now, config = self._clock().timestamp(), self.config
        claims = id_claims(
            await self._signed(id_token), config.issuer, config.client_id, attempt.nonce, access_token, now
        )
        wanted = [path for path in (config.role_claim, config.nip_claim) if path is not None]
        if not everything and all(claim_at(claims, path) is not None for path in wanted):
            return Seen(id_token, claims)
        userinfo = await self._userinfo(access_token, claims)
        try:
            access = access_claims(await self._signed(access_token), config.issuer, config.client_id, now)
        except ProviderFault as fault:
            # It need be no token that we can read: then it is for the provider alone, and says nothing to us.
            return Seen(id_token, claims, userinfo, None, fault.reason)
        return Seen(id_token, claims, userinfo, access)

    async def logout(self, token: str) -> Logout:
        """What a logout token asks for. Raises `ProviderFault`."""
        config = self.config
        return logout_claims(await self._signed(token), config.issuer, config.client_id, self._clock().timestamp())

    async def _discover(self) -> Metadata:
        return metadata_in(await self._document("GET", discovery_address(self.config.issuer)), self.config)

    async def _load_keys(self) -> KeySet:
        return keys_in(await self._document("GET", (await self.metadata()).keys))

    async def _signed(self, token: str) -> Token:
        try:
            return signed(token, await self._keys.get())
        except UnknownKey:
            return signed(token, await self._keys.get(renewed=True))

    async def _exchange(self, attempt: Attempt, code: str) -> Document:
        metadata, config = await self.metadata(), self.config
        body = prepare_token_request(
            "authorization_code", redirect_uri=config.callback, code=code, code_verifier=attempt.verifier
        )
        secret = config.client_secret
        method = "client_secret_post" if metadata.posts_secret else "client_secret_basic"
        auth: Any = ClientAuth(
            config.client_id, secret and secret.get_secret_value(), "none" if secret is None else method
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        address, headers, body = auth.prepare("POST", metadata.token, headers, body)
        return await self._document("POST", address, headers, body)

    async def _userinfo(self, access_token: str, claims: Claims) -> Claims | None:
        address = (await self.metadata()).userinfo
        if address is None:
            return None
        userinfo = await self._document("GET", address, {"Authorization": f"Bearer {access_token}"})
        if userinfo.get("sub") != claims["sub"]:
            raise ProviderFault("tells of somebody else than who signed in")
        return userinfo

    async def _document(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> Document:
        status, document = await self._wire.ask(method, address, headers, body)
        if status == 200:
            return document
        error = document.get("error")
        named = f" ({error})" if isinstance(error, str) and ERROR.fullmatch(error) else ""
        raise ProviderFault(f"answers {status}{named}")


def _text(tokens: Document, name: str) -> str:
    """A token of an answer, which goes into a header or through a parser."""
    found = tokens.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_TOKEN:
        raise ProviderFault(f"sends no {name}")
    if not found.isascii() or not found.isprintable() or " " in found:
        raise ProviderFault(f"sends an {name} that is none")
    return found
