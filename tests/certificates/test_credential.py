"""What a credential says, whom it names, and what programs nobody here wrote think of it."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3.did import did_key_from_pem
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3Verifier

from certificates.credential import instant, is_about
from certificates.credential_words import COMPETENCES
from certificates.document import Holder, Kind
from certificates.keys import multikey
from certificates.proof import as_jwt, signed, verify_credential
from certificates.status_list import status_credential
from tests.certificates.badges import (
    ACHIEVEMENT,
    AT,
    ISSUER,
    KEYS,
    LIST,
    OLD_KEYS,
    SITE,
    issuer_document,
    judged,
    make_badge,
    make_credential,
    of_every_kind,
)
from tests.certificates.making import make_certificate

PLACE = 94_567


def published(revoked: set[int], keys: Any = KEYS) -> dict[str, Any]:
    """The issuer's document and the status list, as they are served."""
    unsigned = status_credential(
        revoked, url=LIST, issuer=ISSUER, changed_at=AT, valid_until=AT + timedelta(days=2)
    )
    return {
        ISSUER.id: issuer_document(keys),
        LIST: json.loads(signed(unsigned, keys, issuer_id=ISSUER.id, created=AT)),
    }


def test_verifiers_that_nobody_here_wrote_accept_every_kind_and_refuse_what_was_changed() -> None:
    papers = of_every_kind()
    badges = {f"{name}.json": make_badge(paper) for name, paper in papers.items()}
    badges |= {
        f"{name}.jwt": as_jwt(make_credential(paper), KEYS, issuer_id=ISSUER.id)
        for name, paper in papers.items()
    }
    former = {"former.json": make_badge(keys=OLD_KEYS)}
    genuine, jwt = badges["attendance.json"], badges["attendance.jwt"]
    head, payload, signature = jwt.split(".")
    forged = {
        "course": genuine.replace("Alltag", "Beruf"),
        "date": genuine.replace("2026-11-22T09:30:00Z", "2026-11-21T09:30:00Z", 1),
        "place": genuine.replace("94567", "94568"),
        "name": genuine.replace("sha256$", "sha256$0"),
        "unknown term": genuine.replace('{"@context"', '{"grade":"1","@context"', 1),
        "foreign key": make_badge(keys=OLD_KEYS).replace("aussteller#2025", "aussteller#2026"),
        "jwt": f"{head}.{payload[:-2]}AA.{signature}",
    }

    said = judged(badges | former | forged, published(set()))

    accepted = {"verified": True, "error": "", "revoked": False}
    assert {name: said[name] for name in badges | former if said[name] != accepted} == {}
    assert {name: said[name] for name in forged if said[name]["verified"]} == {}
    assert said.keys() == {*badges, *former, *forged}


def test_once_its_place_in_the_list_is_set_verifiers_call_it_revoked() -> None:
    badge = {"badge": make_badge()}

    others = judged(badge, published({PLACE - 1, PLACE + 1}))
    itself = judged(badge, published({PLACE}))

    assert (others["badge"]["revoked"], itself["badge"]["revoked"]) == (False, True)


def test_openbadgeslib_reads_what_the_paper_says() -> None:
    paper = make_certificate(kind=Kind.EXAMINED)
    past = make_credential(paper, issued_at=datetime(2025, 1, 1, tzinfo=UTC))  # it looks at the real clock
    key = KEYS.secret.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    read = [
        OB3LdpVerifier(key).verify(signed(past, KEYS, issuer_id=ISSUER.id, created=AT)),
        OB3Verifier(key).verify(as_jwt(past, KEYS, issuer_id=ISSUER.id)),
    ]

    assert [
        (one.achievement.name, one.issuer.id, [a.target_code for a in one.achievement.alignments])
        for one in read
    ] == [("Zertifikat: Smartphone für den Alltag", ISSUER.id, ["2.1", "4.2"])] * 2


def test_it_says_what_was_required_what_was_done_and_where_it_lies_in_digcomp() -> None:
    said = make_credential(make_certificate(kind=Kind.EXAMINED))

    achieved = said["credentialSubject"]["achievement"]
    assert achieved["criteria"]["narrative"] == (
        "Teilnahme an den Terminen des Kurses und eine bestandene Prüfung. Besucht werden mussten mindestens"
        " 80 Prozent der Unterrichtseinheiten. Prüfung: Abschlusstest."
    )
    assert said["evidence"][0]["narrative"] == (
        "18 von 20 Unterrichtseinheiten zu je 45 Minuten besucht, vom 08.09.2026 bis 17.11.2026."
        " Prüfung: Abschlusstest. Bestanden am 17.11.2026."
    )
    assert achieved["alignment"][0] == {
        "type": ["Alignment"],
        "targetCode": "2.1",
        "targetDescription": "Nachrichten mit Bildern sicher verschicken (Stufe 2 von 8)",
        "targetFramework": "DigComp 2.2",
        "targetName": COMPETENCES["2.1"],
        "targetUrl": "https://publications.jrc.ec.europa.eu/repository/handle/JRC128415",
    }
    assert said["credentialSubject"]["result"] == [
        {"type": ["Result"], "resultDescription": f"{ACHIEVEMENT}#pruefung", "status": "Completed"}
    ]


def test_points_of_an_exam_stand_as_a_score_out_of_how_many() -> None:
    said = make_credential(of_every_kind()["examined-points"])["credentialSubject"]

    assert said["result"][0]["value"] == "17"
    assert said["achievement"]["resultDescription"][0]["valueMax"] == "20"


def test_it_names_neither_the_holder_nor_anybody_else() -> None:
    paper = make_certificate(
        kind=Kind.EDUCATION_LEAVE, employer="Stadtwerke Haldensleben", days=(date(2026, 9, 8),)
    )

    badge = make_badge(paper)

    for said in ("Renate", "Schönfelder", "1951", "Krüger", "Stadtwerke", "@haldensleben", "mailto"):
        assert said not in badge


def test_whoever_is_told_the_name_can_check_that_both_belong_together() -> None:
    said = make_credential()

    assert is_about(said, "Renate Schönfelder")
    assert not is_about(said, "Renate Schönfeld")


def test_two_badges_of_one_person_cannot_be_told_to_be_of_one_person() -> None:
    other = make_certificate(number="2026-00077", verification_url=f"{SITE}/pruefen/7K3M")

    one, two = make_credential()["credentialSubject"], make_credential(other)["credentialSubject"]

    assert one["id"] != two["id"]


def test_equal_facts_give_equal_bytes_in_every_zone() -> None:
    berlin = AT.astimezone(timezone(timedelta(hours=1)))

    assert make_badge() == make_badge(issued_at=berlin)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(AT.replace(tzinfo=None))


def test_a_paper_in_two_languages_says_everything_in_both() -> None:
    said = make_credential(of_every_kind()["bilingual"])

    assert (
        said["name"]
        == "Teilnahmebescheinigung: Smartphone für den Alltag / Certificate of Attendance: Smartphones"
    )
    assert "Sending pictures" in said["credentialSubject"]["achievement"]["description"]
    assert "18 of 20 units" in said["evidence"][0]["narrative"]


def test_everybody_with_one_kind_of_paper_about_one_course_has_the_same_achievement() -> None:
    one = make_credential()
    two = make_credential(
        make_certificate(holder=Holder(name="Ben Ode"), units_attended=20, number="2026-00043")
    )

    assert one["credentialSubject"]["achievement"] == two["credentialSubject"]["achievement"]


def test_a_multikey_is_written_as_openbadgeslib_writes_it() -> None:
    key = KEYS.secret.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    assert f"did:key:{multikey(key)}" == did_key_from_pem(pem)


def test_the_library_verifies_both_forms_itself() -> None:
    unsigned = make_credential()

    assert verify_credential(make_badge(), KEYS, issuer_id=ISSUER.id) == unsigned
    assert (
        verify_credential(as_jwt(unsigned, KEYS, issuer_id=ISSUER.id), KEYS, issuer_id=ISSUER.id) == unsigned
    )
