"""Why a document failed is read by people, with what helps and where: no word of a library reaches them."""

import pytest

from certificates.errors import (
    AssetRefused,
    CertificateError,
    DrawingFailed,
    InvalidCertificate,
    SealUnusable,
    TookTooLong,
    TookTooMuchMemory,
    Unprintable,
    WorkerLost,
)
from lms.certification.issuing.refusals import advice_for, kept, unfit
from lms.certification.kinds import refusals
from lms.certification.kinds.draft import Unfit
from lms.web.language import use_locale

NAME = "Ada 🎓"


@pytest.mark.parametrize(
    ("error", "words", "where"),
    [
        (Unprintable("🎓"), "🎓", "person"),
        (Unprintable("🚀"), "Texten des Kurses", "run"),
        (InvalidCertificate(("no course", "born after the first day")), "Geburtsdatum", "person"),
        (InvalidCertificate(("attended 0 of 10 units",)), "Unterrichtseinheit", "run"),
        (InvalidCertificate(("attended 12 of 10 units",)), "widersprechen sich", "run"),
        (TookTooLong("a document took too long"), "zu lange", "run"),
        (TookTooMuchMemory("a document took more"), "zu groß", "run"),
        (WorkerLost("ended twice"), "zweimal unterbrochen", ""),
        (DrawingFailed("KeyError"), "Bitte versuchen Sie es noch einmal", ""),
        (SealUnusable("revoked in 2026"), "Siegel", ""),
        (AssetRefused("file:///etc/passwd"), "Gestaltung", ""),
    ],
)
def test_it_says_in_german_what_is_wrong_and_where_to_put_it_right(
    error: CertificateError, words: str, where: str
) -> None:
    with use_locale("de"):
        advice = advice_for(kept(unfit(error, name=NAME)))

    assert words in advice.sentence
    assert advice.where == where
    assert str(error) not in advice.sentence


@pytest.mark.parametrize(
    "reason", ["no font for: 🎓 (U+1F393)", "Traceback: KeyError", '{"message": 7}', "[1]", ""]
)
def test_what_former_versions_kept_is_not_shown_but_leads_on(reason: str) -> None:
    with use_locale("de"):
        advice = advice_for(reason)

    assert advice.sentence.startswith("Der Nachweis konnte nicht gezeichnet werden")
    assert advice.where == ""


@pytest.mark.parametrize(
    "refusal", [refusals.MarksMissing(), refusals.NothingTaught(), refusals.NotRecognised()]
)
def test_what_is_missing_in_a_run_leads_to_the_run(refusal: Unfit) -> None:
    assert advice_for(kept(refusal)).where == "run"
