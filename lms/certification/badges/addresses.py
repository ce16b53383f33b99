"""Where what a credential refers to is published. They stand in signed documents: an address once given stays."""

from uuid import NAMESPACE_URL, UUID, uuid5

from certificates.credential import IssuerProfile
from certificates.document import Certificate
from lms.settings import Settings

PUBLISHED = "/nachweise"
ISSUER = "/aussteller"
ACHIEVEMENT = "/leistung"
STATUS = "/status"


def site(settings: Settings) -> str:
    """The beginning of every address."""
    return settings.public_url.rstrip("/")


def issuer_of(settings: Settings, name: str) -> IssuerProfile:
    """The centre as the issuer of credentials; its id is the address of the document with the keys."""
    return IssuerProfile(id=issuer_id(settings), name=name, url=f"{site(settings)}/")


def issuer_id(settings: Settings) -> str:
    """The address of the document with the keys."""
    return f"{site(settings)}{PUBLISHED}{ISSUER}"


def status_base(settings: Settings) -> str:
    """What stands before the number of a status list."""
    return f"{site(settings)}{PUBLISHED}{STATUS}"


def check_address(settings: Settings, code: str) -> str:
    """The page that says whether the paper with this code is genuine: the id of its credential."""
    return f"{settings.public_url}/pruefen/{code}"


def achievement_address(settings: Settings, topic: UUID, kind: str, language: str) -> str:
    """What everybody has achieved who holds this kind of paper about this topic."""
    return f"{site(settings)}{PUBLISHED}{ACHIEVEMENT}/{topic}/{kind}/{language}"


def achievement_of(settings: Settings, document: Certificate, *, subject: str, run_id: UUID | None) -> str:
    """The address of what this paper is about."""
    spoken = "-".join(language.value for language in document.languages)
    return achievement_address(settings, topic_of(subject, run_id), document.kind.value, spoken)


def topic_of(subject: str, run_id: UUID | None) -> UUID:
    """The path, what a volunteer did, or else the run (see `lms.certification.subjects`)."""
    what, _, rest = subject.partition("/")
    if what in {"path", "volunteering"}:
        return UUID(hex=rest.partition("/")[0])
    return run_id or uuid5(NAMESPACE_URL, subject)
