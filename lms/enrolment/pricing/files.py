"""Making a proof of ours out of a file that somebody sends (S-60, S-61)."""

from pathlib import PurePath

from lms.enrolment.pricing.errors import ProofNotReadable, ProofTooLarge
from lms.resources.errors import NotAPicture, PictureTooLarge
from lms.resources.pictures import MEDIA_TYPE, as_our_picture

LARGEST_PROOF = 10_000_000
SIDE = 2_000
"""Pixels of the longer side: small print on a card stays readable."""
PDF = "application/pdf"


def as_proof(name: str, content: bytes) -> tuple[str, bytes]:
    """The media type and the bytes to keep. Slow: call it in a thread. Raises ProofNotReadable, ProofTooLarge.

    Pictures are made anew without metadata. A PDF is kept as it came: staff get it as a download and never opened by us.
    """
    if len(content) > LARGEST_PROOF:
        raise ProofTooLarge
    if PurePath(name).suffix.lower() == ".pdf":
        if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1_024:]:
            raise ProofNotReadable
        return PDF, content
    try:
        return MEDIA_TYPE, as_our_picture(name, content, largest=LARGEST_PROOF, side=SIDE)
    except PictureTooLarge as error:
        raise ProofTooLarge from error
    except NotAPicture as error:
        raise ProofNotReadable from error
