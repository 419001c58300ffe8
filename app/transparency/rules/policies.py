"""Trust policies (c2sp.org/tlog-policy): which logs, and which witnesses must have seen what they say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.transparency.rules.checkpoints import NUMBER, parse_checkpoint
from app.transparency.rules.notes import COSIGNER, SIGNER, Note, VerifierKey, parse_key, signers

NONE = "none"
LONGEST_POLICY = 200_000
Members = Sequence[str]


@dataclass(frozen=True)
class Witness:
    """A witness, and where it answers, if that is said."""

    key: VerifierKey
    url: str | None


@dataclass(frozen=True)
class Policy:
    """Keys of logs; witnesses by name; groups by name, as how many of which; and the name of the quorum."""

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, Witness]
    groups: dict[str, tuple[int, Members]]
    quorum: str

    def judge(self, note: Note) -> frozenset[str]:
        """Which witnesses have cosigned a checkpoint. Raises ValueError where the policy does not take it."""
        signed_by = {key.name for key in signers(note, self.logs)}
        if parse_checkpoint(note.text).origin not in signed_by:
            raise ValueError("no log of the policy has signed the checkpoint")
        cosigned = signers(note, [each.key for each in self.witnesses.values()])
        seen = frozenset(name for name, each in self.witnesses.items() if each.key in cosigned)
        if not self._is_reached(self.quorum, seen):
            raise ValueError(
                f"too few witnesses have seen the checkpoint: {', '.join(sorted(seen)) or 'none'}; "
                f"the policy asks for {self.quorum}"
            )
        return seen

    def _is_reached(self, name: str, seen: frozenset[str]) -> bool:
        if name == NONE:
            return True
        if name in self.witnesses:
            return name in seen
        least, members = self.groups[name]
        return sum(self._is_reached(each, seen) for each in members) >= least


@dataclass
class _Reading:
    """What has been read of a policy."""

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, tuple[int, Members]] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    quorum: str | None = None

    def take(self, words: Sequence[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self.logs.append(self._new(key, SIGNER, "log"))
            case ["witness", name, key]:
                self.witnesses[self._free(name)] = Witness(self._new(key, COSIGNER, "witness"), None)
            case ["witness", name, key, url]:
                self.witnesses[self._free(name)] = Witness(self._new(key, COSIGNER, "witness"), url)
            case ["group", name, least, *members] if members:
                self.groups[self._free(name)] = self._group(least, members)
            case ["quorum", name]:
                self._choose(name)
            case _:
                raise ValueError(f"{words[0]} is no line of a policy, or has too few or too many words")

    def _new(self, text: str, kind: int, what: str) -> VerifierKey:
        key = parse_key(text)
        if key.kind != kind:
            raise ValueError(f"the key {key.name} is not one of a {what}")
        others = [*self.logs] if kind == SIGNER else [each.key for each in self.witnesses.values()]
        if key.public in {each.public for each in others}:
            raise ValueError(f"the key of {key.name} stands there twice")
        return key

    def _free(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name {name} is taken")
        return name

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"no line above says who {name} is")
        return name

    def _group(self, least: str, members: Members) -> tuple[int, Members]:
        for each in members:
            if self._known(each) in self.members:
                raise ValueError(f"{each} is a member twice")
            self.members.add(each)
        if least in ("all", "any"):
            return (len(members) if least == "all" else 1), members
        if not NUMBER.fullmatch(least) or not 1 <= int(least) <= len(members):
            raise ValueError(f"a group of {len(members)} cannot ask for {least}")
        return int(least), members

    def _choose(self, name: str) -> None:
        if self.quorum is not None:
            raise ValueError("a policy has one quorum")
        self.quorum = name if name == NONE else self._known(name)


def parse_policy(content: bytes) -> Policy:
    """A policy. Raises ValueError with a sentence that names the line."""
    if len(content) > LONGEST_POLICY:
        raise ValueError("the policy is too long")
    # Bytes above ASCII are kept as they are and mean nothing here.
    text = content.decode("utf-8", "surrogateescape")
    if any((each < " " and each not in "\t\n") or each == "\x7f" for each in text):
        raise ValueError("the policy has control characters")
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.take(words)
        except ValueError as fault:
            raise ValueError(f"line {number} of the policy: {fault}") from None
    if reading.quorum is None:
        raise ValueError("the policy says nothing of a quorum")
    return Policy(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)
