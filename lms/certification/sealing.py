"""The centre's electronic seal, out of the settings: the key lies in a file and never in the database (S-83, L-81).

A centre may do without: its certificates then carry no seal, no page promises one, and the register is the proof (S-21).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509

from certificates.document import Language
from certificates.errors import SealUnusable
from certificates.sealing import (
    SealCertificate,
    Sealer,
    SealingKey,
    SealWords,
    TimestampAuthority,
    read_certificates,
)
from lms.certification.kinds.draft import NOTHING, Words
from lms.settings import Settings
from lms.web.centre import the_centre

ENDS_SOON = timedelta(days=60)
"""So long before a sealing certificate ends the team is told: an authority takes weeks to make a new one."""
OTHERS = 0o077
CERTIFICATE_FILES = frozenset({".pem", ".crt", ".cer", ".der"})

NOTES = {
    Language.GERMAN: "Die PDF-Datei trägt ein elektronisches Siegel von: {subject}.",
    Language.ENGLISH: "The PDF file carries an electronic seal of: {subject}.",
}
REASONS = {
    Language.GERMAN: "Nachweis, ausgestellt und versiegelt",
    Language.ENGLISH: "Certificate, issued and sealed",
}
FIELDS = {
    Language.GERMAN: "Elektronisches Siegel: {name}",
    Language.ENGLISH: "Electronic seal: {name}",
}


_Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the seal is read from, and which version of it.

    Equal ones share a sealer, which keeps its key and what authorities have said; a new file is read without a restart.
    """

    file: Path
    password: str = field(repr=False)
    password_file: Path | None
    roots: Path | None
    stamps: str
    username: str
    stamps_password: str = field(repr=False)
    stamps_roots: Path | None
    versions: tuple[_Version, ...]


@dataclass(frozen=True, slots=True)
class Seals:
    """Every certificate with which papers of this centre were sealed: the one in use and the former ones, newest first."""

    current: SealCertificate | None
    former: tuple[SealCertificate, ...]

    @property
    def all(self) -> tuple[SealCertificate, ...]:
        """Both."""
        return (*([self.current] if self.current else []), *self.former)

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """For `inspect_seals`."""
        return tuple(one.certificate for one in self.all)


def sealer(given: Settings) -> Sealer | None:
    """What seals papers; None where the centre has no seal. The same one for equal settings.

    Raises SealUnusable when the file cannot be used. Whether the certificate is valid today, `Sealer.seal` says.
    """
    source = _source(given)
    return _sealer(source) if source else None


def seal_note(given: Settings) -> Words:
    """What the paper says about its seal, for `certificate_of`; nothing where there is none. Raises SealUnusable."""
    seal = sealer(given)
    if seal is None:
        return NOTHING
    subject = seal.key.public.subject
    return Words(
        *(NOTES[language].format(subject=subject) for language in (Language.GERMAN, Language.ENGLISH))
    )


async def sealed(given: Settings, pdf: bytes, *, at: datetime, language: Language) -> tuple[bytes, str]:
    """The paper under the centre's seal, and the seal's fingerprint for the register; as it is, and none, without a seal.

    With no transaction open: an authority may be asked. Raises SealUnusable (somebody has to act) and SealUnavailable (try
    later: `TryLater`).
    """
    seal = sealer(given)
    if seal is None:
        return pdf, ""
    return await seal.seal(pdf, at=at, words=seal_words(language)), seal.key.public.fingerprint


def seal_words(language: Language) -> SealWords:
    """What readers of PDF show beside the seal of a paper in this language, for `Sealer.seal(…, words=…)`."""
    centre = the_centre()
    return SealWords(
        name=centre.name,
        reason=REASONS[language],
        location=centre.town,
        contact=centre.email,
        field=FIELDS[language].format(name=centre.name),
    )


def seals(given: Settings) -> Seals:
    """Every sealing certificate that may be shown. What cannot be read is left out: a page must not fail for it."""
    try:
        in_use = sealer(given)
    except SealUnusable:
        in_use = None
    current = in_use.key.public if in_use else None
    former = _former(given.former_seals, _version(given.former_seals)) if given.former_seals else ()
    return Seals(current, tuple(one for one in former if one != current))


def seal_end(given: Settings, now: datetime) -> datetime | None:
    """When the seal ends, if the team must be told of it by now; None as long as there is time, or no seal."""
    current = seals(given).current
    return current.valid_until if current and now >= current.valid_until - ENDS_SOON else None


async def ensure_seal(given: Settings, now: datetime) -> None:
    """Before the service starts: whether the seal can be used today. Without one there is nothing to check.

    Raises SealUnusable with a sentence for whoever starts it, SealUnavailable when nobody says whether it is revoked.
    """
    seal = sealer(given)
    if seal is not None:
        await seal.check(at=now)
    if given.former_seals is not None:
        list(_read_all(given.former_seals))


def _source(given: Settings) -> _Source | None:
    if given.seal_file is None:
        return None
    return _Source(
        file=given.seal_file,
        password=given.seal_password.get_secret_value(),
        password_file=given.seal_password_file,
        roots=given.seal_roots,
        stamps=given.timestamp_url,
        username=given.timestamp_username,
        stamps_password=given.timestamp_password.get_secret_value(),
        stamps_roots=given.timestamp_roots,
        versions=tuple(
            _version(file)
            for file in (given.seal_file, given.seal_password_file, given.seal_roots, given.timestamp_roots)
        ),
    )


def _version(place: Path | None) -> _Version:
    """What changes whenever a file, its mode or a folder's list of files does."""
    try:
        facts = place.stat() if place else None
    except OSError:
        return ()
    return (facts.st_ino, facts.st_ctime_ns, facts.st_size) if facts else ()


@lru_cache(maxsize=4)
def _sealer(source: _Source) -> Sealer:
    password = _secret(source.password_file).decode().strip() if source.password_file else source.password
    authority = None
    if source.stamps:
        authority = TimestampAuthority(
            url=source.stamps,
            username=source.username,
            password=source.stamps_password,
            roots=_certificates(source.stamps_roots),
        )
    return Sealer(
        SealingKey.read(_secret(source.file), password),
        seal_words(Language.GERMAN),
        authority=authority,
        roots=_certificates(source.roots),
    )


def _secret(file: Path) -> bytes:
    """What a file holds that nobody else on this machine may read (S-83)."""
    content = _content(file)
    if file.stat().st_mode & OTHERS:
        raise SealUnusable(f"Others on this machine may read {file}: chmod 600 {file}")
    return content


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SealUnusable(f"{file} cannot be read: {error.strerror}.") from None


def _certificates(file: Path | None) -> tuple[x509.Certificate, ...]:
    return read_certificates(_content(file)) if file else ()


@lru_cache(maxsize=4)
def _former(place: Path, _as_of: _Version) -> tuple[SealCertificate, ...]:
    try:
        found = dict.fromkeys(_read_all(place))
    except SealUnusable:
        return ()
    return tuple(sorted(found, key=lambda one: one.valid_until, reverse=True))


def _read_all(place: Path) -> Iterator[SealCertificate]:
    files = (
        sorted(one for one in place.iterdir() if one.suffix in CERTIFICATE_FILES)
        if place.is_dir()
        else [place]
    )
    for file in files:
        yield from map(SealCertificate, read_certificates(_content(file)))
