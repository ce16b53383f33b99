"""What is taken as a proof (S-60)."""

import pytest

from lms.enrolment.pricing.errors import ProofNotReadable, ProofTooLarge
from lms.enrolment.pricing.files import LARGEST_PROOF, as_proof

PDF = b"%PDF-1.4\nproof\n%%EOF\n"


def test_only_what_is_a_picture_or_a_pdf_is_taken() -> None:
    assert as_proof("ausweis.PDF", PDF) == ("application/pdf", PDF)
    for name, content in (("a.pdf", b"<html>"), ("a.html", PDF), ("a.jpg", PDF), ("a.svg", b"<svg/>")):
        with pytest.raises(ProofNotReadable):
            as_proof(name, content)
    with pytest.raises(ProofTooLarge):
        as_proof("a.pdf", b"%PDF-" + b"0" * LARGEST_PROOF)
