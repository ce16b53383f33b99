"""The facts: tidy, and free of contradictions."""

from datetime import date
from typing import Any

import pytest

from certificates.document import Holder, Issuer, Kind, Language, Outcome
from certificates.errors import InvalidCertificate
from tests.certificates.making import ADDRESS, CODE, make_certificate


def test_texts_are_brought_into_one_line_and_one_spelling_of_their_accents() -> None:
    holder = Holder(name="  Rene\u0301e\n\tMu\u0308ller ")
    certificate = make_certificate(holder=holder, trainers=("", " Jana  Krüger"))

    assert certificate.holder.name == "Renée Müller"
    assert certificate.trainers == ("Jana Krüger",)


def test_the_code_is_kept_as_it_is_printed() -> None:
    assert make_certificate(code=CODE.lower().replace("-", " ")).code == CODE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": " "}, "no number"),
        ({"course": ""}, "no course"),
        ({"holder": Holder(name="\n")}, "no name"),
        ({"issuer": Issuer(name="")}, "no issuer"),
        ({"code": "39MH-DHMV-97SZ-GY6V-9EQ6"}, "not a code: 39MH-DHMV-97SZ-GY6V-9EQ6"),
        ({"verification_url": "javascript:alert(1)"}, "not an address to verify at: javascript:alert(1)"),
        ({"last_day": date(2026, 9, 7)}, "ends before it begins"),
        ({"issued_on": date(2026, 11, 16)}, "issued before the last day"),
        ({"holder": Holder(name="Lena", born=date(2026, 9, 9))}, "born after the first day"),
        ({"units_attended": 21}, "attended 21 of 20 units"),
        ({"units_attended": 0}, "attended 0 of 20 units"),
        ({"outcomes": (Outcome(sentence=" "),)}, "an outcome without a sentence"),
        ({"outcomes": (Outcome(sentence="x", competence="3.5"),)}, "not a competence of DigComp 2.2: 3.5"),
        ({"outcomes": (Outcome(sentence="x", competence="6.1"),)}, "not a competence of DigComp 2.2: 6.1"),
        ({"outcomes": (Outcome(sentence="x", competence="1.1", level=9),)}, "not a level of DigComp 2.2: 9"),
        ({"outcomes": (Outcome(sentence="x", level=2),)}, "not a level of DigComp 2.2: 2"),
    ],
)
def test_a_contradiction_is_refused_and_named(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidCertificate) as refused:
        make_certificate(**changes)

    assert refused.value.reasons == (reason,)


def test_all_contradictions_are_named_together() -> None:
    with pytest.raises(InvalidCertificate) as refused:
        make_certificate(number="", units_attended=0)

    assert refused.value.reasons == ("no number", "attended 0 of 20 units")


def test_the_facts_are_plain_values_that_say_what_the_paper_says() -> None:
    certificate = make_certificate(
        kind=Kind.EXAMINED, language=Language.ENGLISH, outcomes=(Outcome(sentence="x"),)
    )

    assert certificate.facts() == {
        "version": 2,
        "kind": "examined",
        "number": "2026-00042",
        "code": CODE,
        "issued_on": "2026-11-22",
        "issuer": "Zentrum für digitale Bildung",
        "holder": {"name": "Renate Schönfelder", "born": "1951-03-12"},
        "course": "Smartphone für den Alltag",
        "course_en": "",
        "run": "2041",
        "first_day": "2026-09-08",
        "last_day": "2026-11-17",
        "units_attended": 18,
        "units_planned": 20,
        "hours": None,
        "days": [],
        "employer": "",
        "place": "Innovationszentrum, Raum 2",
        "trainers": ["Jana Krüger"],
        "contents": ["Bedienung und Apps", "Nachrichten und Fotos"],
        "outcomes": [{"sentence": "x", "competence": "", "level": None}],
        "modules": [],
        "result": {"exam": "Abschlusstest", "held_on": "2026-11-17", "points": None, "out_of": None},
        "valid_until": None,
        "replaces": "",
    }
    assert certificate.verification_url == ADDRESS
