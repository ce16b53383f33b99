"""The judge of PDF is awake: it praises what is right and objects to what is not."""

from pathlib import Path

import pytest
from weasyprint import HTML

from tests import verapdf

PAGE = "<html lang=de><head><title>Brief</title></head><body><h1>Guten Tag</h1><p>Bis bald.</p></body></html>"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("letters")
    plain, archivable = folder / "plain.pdf", folder / "archivable.pdf"
    HTML(string=PAGE).write_pdf(plain)
    HTML(string=PAGE).write_pdf(archivable, pdf_variant="pdf/a-3a")
    return {pdf.stem: found for pdf, found in verapdf.check_all([plain, archivable], ["3a"]).items()}


def test_an_archivable_letter_breaks_no_rule(verdicts: dict[str, list[str]]) -> None:
    assert verdicts["archivable"] == []


def test_a_plain_letter_is_told_which_rules_it_breaks(verdicts: dict[str, list[str]]) -> None:
    rules = [finding.split(" ")[1] for finding in verdicts["plain"]]

    assert "6.7.2.2-1" in rules  # no MarkInfo: nobody has tagged it


def test_a_file_that_is_no_pdf_gets_no_verdict_at_all(tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_text("Guten Tag")

    with pytest.raises(verapdf.VeraPdfUnavailable):
        verapdf.check(letter)
