"""A page of a PDF as a picture, for looking at it in a browser. Needs poppler's `pdftoppm`; drawing papers does not."""

import shutil
import subprocess

from certificates.errors import CertificateError

PROGRAM = "pdftoppm"
LONGEST = 20  # seconds


class PictureUnavailable(CertificateError):
    """There is no program here that makes pictures of PDFs, or it failed."""


def can_draw() -> bool:
    """Whether the program is installed (Debian: poppler-utils)."""
    return shutil.which(PROGRAM) is not None


def png(pdf: bytes, *, page: int = 1, longest_side: int = 1200) -> bytes:
    """One page, counted from 1. Takes a second; raises `PictureUnavailable`."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise PictureUnavailable(f"not installed: {PROGRAM}")
    asked = ["-png", "-f", str(page), "-l", str(page), "-scale-to", str(longest_side), "-"]
    try:
        made = subprocess.run(  # noqa: S603 - fixed words and numbers; the PDF goes in as bytes
            [program, *asked], input=pdf, capture_output=True, timeout=LONGEST, check=True
        )
    except (OSError, subprocess.SubprocessError) as problem:
        raise PictureUnavailable(str(problem)) from problem
    if not made.stdout:
        raise PictureUnavailable(f"no page {page}")
    return made.stdout
