"""The door for people who come through the provider: an attempt begins, and ends where the provider leads back to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from anyio.to_thread import run_sync

from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.storage.database import Database
from app.people import store
from app.people.attempt_cookies import AttemptCookie, AttemptCookies
from app.people.faults import PeopleFault
from app.people.oidc.config import ProviderConfig
from app.people.oidc.entries import Claimed, NotFresh, ProviderEntries
from app.people.oidc.faults import ProviderFault, Silent
from app.people.oidc.rules.attempts import (
    COOKIE,
    SECONDS,
    Attempt,
    Purpose,
    is_over,
    new_attempt,
    read,
    written,
)
from app.people.oidc.rules.claims import gave_second_factor, has_role, is_subject, moment, nip_in
from app.people.rules.channels import origin_of
from app.people.rules.codes import link_text, read_link
from app.people.sealing import Seal
from app.people.sessions import Sessions
from app.people.signed_in import SignedIn
from app.people.signing_in import SignIn
from app.people.steps import Entered
from app.people.tries import NetworkTries

if TYPE_CHECKING:
    from app.people.oidc.provider import Provider, Seen

log = structlog.get_logger("cermin")

UNDATED = "{name} does not say that you signed in there just now; without that nothing sensitive is opened."


@dataclass(frozen=True)
class Departure:
    """Where a browser goes, and the cookie it keeps meanwhile."""

    address: str
    cookie: AttemptCookie


@dataclass(frozen=True)
class Farewell:
    """A form that signs a browser out at the provider: its address and its fields, which stand in no address."""

    address: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Arrival:
    """What came of an attempt: cookies of a session, a name of the page to go on to, or once more to the provider."""

    attempt: str
    entered: Entered | None = None
    target: str = ""
    departure: Departure | None = None


class ProviderDoor:
    """The door of one process."""

    def __init__(
        self,
        provider: "Provider",
        database: Database,
        clock: Clock,
        secret: bytes,
        sessions: Sessions,
        sign_in: SignIn,
    ) -> None:
        self.provider = provider
        self._database = database
        self._clock = clock
        self._sign_in = sign_in
        seal = Seal(secret, "oidc")
        self._cookies = AttemptCookies(seal, COOKIE, SECONDS)
        self._entries = ProviderEntries(provider.config, database, clock, seal, sessions, sign_in)
        self._tries = NetworkTries(clock)

    @property
    def name(self) -> str:
        """What people call the provider."""
        return self.provider.config.name

    def cookie(self, visit: Visit, state: str) -> str:
        """The name of the cookie that an attempt with this state has."""
        return self._cookies.name(visit, state)

    async def begin(self, visit: Visit) -> Departure:
        """Begin to sign in. Raises `PeopleFault`."""
        return await self._depart(visit, new_attempt(Purpose.sign_in, self._now()))

    async def begin_link(self, visit: Visit, code: str) -> Departure:
        """Begin to take an invitation: the account at the provider is the way in from then on. Raises `PeopleFault`."""
        link = await run_sync(self._link, visit, code)
        return await self._depart(visit, new_attempt(Purpose.link, self._now(), code=link))

    async def begin_proof(self, visit: Visit, signed_in: SignedIn, code: str, target: str) -> Departure:
        """Begin to prove to be there; who has a second factor gives it before. Raises `PeopleFault`."""
        if signed_in.has_second_factor:
            await run_sync(self._check_code, visit, signed_in, code)
        session = str(signed_in.session_id)
        return await self._depart(
            visit, new_attempt(Purpose.proof, self._now(), fresh=True, session=session, target=target)
        )

    async def finish(self, visit: Visit, query: Mapping[str, str]) -> Arrival:
        """Take whoever the provider leads back. Raises `PeopleFault`, `too-many-sign-ins`."""
        attempt = self._attempt(visit, query.get("state", ""))
        self._tries.take(visit)
        claimed = await self._claimed(attempt, query)
        cookie = self.cookie(visit, attempt.state)
        try:
            entered = await run_sync(self._entries.enter, visit, attempt, claimed)
        except NotFresh:
            if attempt.fresh:
                raise PeopleFault(UNDATED, name=self.name) from None
            departure = await self._depart(visit, new_attempt(Purpose.sign_in, self._now(), fresh=True))
            return Arrival(cookie, departure=departure)
        self._tries.give_back(visit)
        return Arrival(cookie, entered, attempt.target)

    async def farewell(self, signed_in: SignedIn) -> Farewell | None:
        """What signs a browser out at the provider, too; None where it did not come from there."""
        token = self._entries.hint(signed_in)
        try:
            metadata = await self.provider.metadata()
        except ProviderFault:
            return None
        if token is None or metadata.end_session is None:
            return None
        config = self.provider.config
        back = f"{config.public_url}/sign-in"
        fields = {"id_token_hint": token, "client_id": config.client_id, "post_logout_redirect_uri": back}
        return Farewell(metadata.end_session, fields)

    async def log_out(self, token: str) -> int:
        """End the sessions that a logout token names; how many. Raises `ProviderFault`."""
        try:
            logout = await self.provider.logout(token)
            return await run_sync(self._entries.end, logout)
        except ProviderFault as fault:
            log.warning("oidc.logout-refused", reason=fault.reason)
            raise

    async def _depart(self, visit: Visit, attempt: Attempt) -> Departure:
        public = self.provider.config.public_url
        # The provider leads back to this address alone, where a cookie of another one would be missing.
        if f"{visit.scheme}://{visit.host}".lower() != origin_of(public):
            raise PeopleFault("Open {address} to sign in with {name}.", address=f"{public}/sign-in", name=self.name)
        self._sign_in.channel_of(visit)
        try:
            address = await self.provider.departure(attempt)
        except ProviderFault as fault:
            raise self._silent(fault) from None
        return Departure(address, self._cookies.made(visit, attempt.state, written(attempt)))

    def _silent(self, fault: ProviderFault) -> PeopleFault:
        log.warning("oidc.provider-fault", reason=fault.reason)
        return Silent(
            "{name} does not answer as it should. Try again in a few minutes; if it stays so, tell whoever runs this "
            "service.",
            name=self.name,
        )

    def _link(self, visit: Visit, code: str) -> str:
        self._sign_in.invited(visit, code)
        named = read_link(code)
        assert named is not None, "a link was found by it"
        # However long the text was in which it was pasted, the cookie that keeps it is not.
        return link_text(named)

    def _check_code(self, visit: Visit, signed_in: SignedIn, code: str) -> None:
        with self._database.reading() as session:
            person = store.find_person(session, signed_in.agency_id, signed_in.person_id)
        assert person is not None, "a foreign key of the session holds it"
        self._sign_in.check_code(visit, person, code)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _attempt(self, visit: Visit, state: str) -> Attempt:
        text = self._cookies.text(visit, state)
        attempt = None if text is None else read(text)
        if attempt is None or attempt.state != state or is_over(attempt, self._now()):
            raise PeopleFault("This attempt to sign in is over, or began in another browser; begin again.")
        return attempt

    async def _claimed(self, attempt: Attempt, query: Mapping[str, str]) -> Claimed:
        try:
            metadata = await self.provider.metadata()
            named = query.get("iss")
            if named != self.provider.config.issuer and (named is not None or metadata.names_itself):
                raise ProviderFault("led back in the name of another provider")
            if "code" not in query:
                await run_sync(self._entries.refused, "provider")
                raise PeopleFault("{name} did not sign you in; begin again.", name=self.name)
            return self._concluded(await self.provider.seen(attempt, query["code"]))
        except ProviderFault as fault:
            raise self._silent(fault) from None

    def _concluded(self, seen: "Seen") -> Claimed:
        config = self.provider.config
        auth_time, sid = moment(seen.claims.get("auth_time")), seen.claims.get("sid")
        needed = config.role_claim is not None and config.role is not None
        return Claimed(
            subject=str(seen.claims["sub"]),
            sid=str(sid) if is_subject(sid) else None,
            id_token=seen.id_token,
            auth_time=auth_time,
            admitted=not needed or has_role(seen.places, config.role_claim or "", config.role or ""),
            nip=None if config.nip_claim is None else nip_in(seen.places, config.nip_claim),
            strong=gave_second_factor(seen.claims, config.second_factor),
        )


@dataclass(frozen=True)
class Providers:
    """The door of the provider, None where there is none."""

    door: ProviderDoor | None = None

    @classmethod
    def of(
        cls,
        config: ProviderConfig | None,
        database: Database,
        clock: Clock,
        secret: bytes,
        sessions: Sessions,
        sign_in: SignIn,
    ) -> "Providers":
        """The door of this provider for one process."""
        if config is None:
            return cls()
        # Here, because most agencies have no provider.
        from app.people.oidc.provider import Provider

        return cls(ProviderDoor(Provider(config, clock), database, clock, secret, sessions, sign_in))
