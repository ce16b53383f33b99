"""The credential of one paper, made before the paper is drawn: it is attached to the PDF and kept in the register."""

from datetime import datetime, time, timedelta
from uuid import UUID

from certificates.credential import credential
from certificates.document import Certificate
from certificates.proof import signed
from certificates.status_list import entry_of
from lms.certification.badges.addresses import achievement_of, issuer_of, status_base
from lms.certification.keys import keyring
from lms.kernel.clock import at_venue
from lms.settings import Settings

ATTACHMENT = "nachweis.json"
"""The name of the credential inside the PDF, and as a download."""


def badge_of(
    document: Certificate,
    settings: Settings,
    *,
    subject: str,
    run_id: UUID | None,
    status_index: int,
    issued_at: datetime,
    threshold_percent: int | None = None,
) -> str:
    """The signed Open Badge of this paper as JSON text, to be kept letter by letter. Equal arguments give equal text.

    `status_index` is the running number of the register, from 0, and never given twice; `threshold_percent` the part of
    the units that was demanded, where one was. Takes about ten milliseconds and touches neither database nor network.
    """
    issuer = issuer_of(settings, document.issuer.name)
    until = document.valid_until
    unsigned = credential(
        document,
        issuer=issuer,
        achievement_id=achievement_of(settings, document, subject=subject, run_id=run_id),
        status=entry_of(status_index, base=status_base(settings)),
        issued_at=issued_at,
        valid_until=at_venue(until + timedelta(days=1), time()) - timedelta(seconds=1) if until else None,
        threshold_percent=threshold_percent,
    )
    return signed(unsigned, keyring(settings), issuer_id=issuer.id, created=issued_at)
