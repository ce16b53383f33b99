"""The electronic seal: who made the file, when, and that it is unchanged, for every reader of PDF to see."""

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import crl
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.errors import SealUnavailable, SealUnusable
from certificates.render import Renderer
from certificates.sealing import Sealer, SealingKey, inspect_seals
from certificates.sealing.identity import parsed
from lms.demo.sealing.answering import STAMPS
from lms.demo.sealing.authority import ISSUING_LIST, ROOT_LIST
from tests import verapdf
from tests.certificates.making import make_certificate
from tests.certificates.reading import read
from tests.certificates.sealing import PASSWORD, WORDS, House, now, open_house


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as house:
        yield house


@pytest.fixture(scope="session")
def paper(renderer: Renderer) -> bytes:
    return renderer.pdf(make_certificate())


async def test_a_sealed_paper_is_still_archive_and_accessible_and_begins_with_what_it_was(
    house: House, paper: bytes, tmp_path: Path
) -> None:
    plain, stamped = tmp_path / "B-B.pdf", tmp_path / "B-LT.pdf"

    plain.write_bytes(await house.sealer(stamps=False).seal(paper, at=now()))
    stamped.write_bytes(await house.sealer().seal(paper, at=now()))

    assert verapdf.check_all([plain, stamped]) == {plain: [], stamped: []}
    for file in (plain, stamped):
        sealed = file.read_bytes()
        assert sealed.startswith(paper)
        assert len(sealed) - len(paper) < 20_000
        before, after = read(paper), read(sealed)
        assert (before.text, before.tags, before.title) == (after.text, after.tags, after.title)


async def test_pyhanko_and_poppler_judge_it_valid_for_the_whole_file(
    house: House, paper: bytes, tmp_path: Path
) -> None:
    sealed = await house.sealer().seal(paper, at=now())

    verdict = await validated(house, sealed)
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    poppler = await asyncio.to_thread(pdfsig, tmp_path / "sealed.pdf")

    assert verdict.bottom_line
    assert verdict.docmdp_ok
    assert verdict.timestamp_validity is not None
    assert verdict.timestamp_validity.trusted
    assert "Signature is Valid" in poppler
    assert "Total document signed" in poppler
    assert "ETSI.CAdES.detached" in poppler
    assert "Testsiegel der Vorführung" in poppler


async def test_the_seal_says_who_why_where_and_when_and_allows_no_change(house: House, paper: bytes) -> None:
    at = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    sealer = house.sealer(house.authority.seal_for("x", now=at), stamps=False)

    sealed = await sealer.seal(paper, at=at)

    with pikepdf.open(BytesIO(sealed)) as file:
        field = file.Root.AcroForm.Fields[0]
        value = field.V
        assert str(value.Name) == WORDS.name
        assert str(value.Reason) == WORDS.reason
        assert str(value.Location) == WORDS.location
        assert str(value.M).startswith("D:20261127083000")
        assert str(field.TU) == WORDS.field
        assert [float(edge) for edge in field.Rect] == [-9999] * 4
        assert file.Root.Perms.DocMDP.objgen == value.objgen
        assert int(value.Reference[0].TransformParams.P) == 1


async def test_with_an_authority_the_file_itself_holds_all_that_a_later_reader_needs(
    house: House, paper: bytes
) -> None:
    sealed = await house.sealer().seal(paper, at=now())

    with pikepdf.open(BytesIO(sealed)) as file:
        lists = [crl.CertificateList.load(one.read_bytes()) for one in file.Root.DSS.CRLs]
        assert {one.issuer.dump() for one in lists} == {
            issued.certificate.subject.public_bytes()
            for issued in (house.authority.root, house.authority.issuing)
        }
        assert len(file.Root.DSS.Certs) == 3  # the seal, who issued it, and the time stamp
    house.counter.closed |= {ROOT_LIST, ISSUING_LIST, STAMPS}
    assert (await validated_offline(house, sealed)).bottom_line


async def test_a_day_full_of_papers_asks_for_the_lists_once_an_hour_and_for_a_stamp_each_time(
    house: House, paper: bytes
) -> None:
    sealer, moment = house.sealer(), now()

    await asyncio.gather(*(sealer.seal(paper, at=moment) for _ in range(4)))
    asked = sorted(set(house.counter.asked)), house.counter.asked.count(ISSUING_LIST)
    await sealer.seal(paper, at=moment + timedelta(minutes=59))
    unchanged = house.counter.asked.count(ISSUING_LIST)
    await sealer.seal(paper, at=moment + timedelta(minutes=61))

    assert asked == ([ISSUING_LIST, ROOT_LIST, STAMPS], 1)
    assert unchanged == 1
    assert house.counter.asked.count(ISSUING_LIST) == 2
    assert (
        house.counter.asked.count(STAMPS) == 4 + 1 + 1 + 2
    )  # and one each time to see what an answer looks like


@pytest.mark.parametrize("away", [STAMPS, ROOT_LIST, ISSUING_LIST])
async def test_when_an_authority_is_away_nothing_weaker_is_made_and_later_it_goes_on(
    house: House, paper: bytes, away: str
) -> None:
    sealer = house.sealer()
    house.counter.closed.add(away)

    with pytest.raises(SealUnavailable):
        await sealer.seal(paper, at=now())
    house.counter.closed.clear()

    assert (await validated(house, await sealer.seal(paper, at=now()))).bottom_line


async def test_an_authority_that_nobody_reaches_is_away(house: House, paper: bytes) -> None:
    sealer = house.sealer()
    house.counter.closed.add(STAMPS)

    with open_house() as other:
        gone = other.sealer()

    for one in (sealer, gone):
        with pytest.raises(SealUnavailable):
            await one.seal(paper, at=now())


async def test_an_answer_that_is_no_time_stamp_or_that_of_a_stranger_is_not_taken(
    house: House, paper: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer = house.sealer()
    answered = house.counter.stamped

    for answer in (b"", b"<html>", b"0" * 200_000):
        monkeypatch.setattr(house.counter, "stamped", lambda _question, said=answer: said)
        with pytest.raises(SealUnavailable):
            await sealer.seal(paper, at=now())
    monkeypatch.setattr(house.counter, "stamped", answered)
    with open_house() as stranger:
        monkeypatch.setattr(house.counter, "stamped", stranger.counter.stamped)
        with pytest.raises(SealUnavailable):
            await sealer.seal(paper, at=now())


async def test_a_stamp_about_something_else_is_not_taken(
    house: House, paper: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bytes] = []
    answered = house.counter.stamped

    def first_answer_again(question: bytes) -> bytes:
        answers.append(answered(question))
        return answers[0]

    monkeypatch.setattr(house.counter, "stamped", first_answer_again)

    with pytest.raises(SealUnavailable):
        await house.sealer().seal(paper, at=now())


async def test_when_the_authority_stamps_with_a_new_certificate_its_proof_goes_in_as_well(
    house: House, paper: bytes
) -> None:
    sealer = house.sealer()
    await sealer.seal(paper, at=now())

    house.counter.use(house.authority.time_stamps(now=now()))
    sealed = await sealer.seal(paper, at=now())

    assert (await validated_offline(house, sealed)).bottom_line


async def test_a_revoked_certificate_seals_nothing(house: House, paper: bytes) -> None:
    house.counter.revoked.add(house.issued.certificate.serial_number)

    with pytest.raises(SealUnusable, match="revoked"):
        await house.sealer().seal(paper, at=now())
    with pytest.raises(SealUnusable, match="revoked"):
        await house.sealer(stamps=False).check(at=now())


async def test_an_expired_certificate_and_one_of_next_year_seal_nothing(house: House, paper: bytes) -> None:
    sealer = house.sealer(stamps=False)

    with pytest.raises(SealUnusable, match="expired on"):
        await sealer.seal(paper, at=now() + timedelta(days=731))
    with pytest.raises(SealUnusable, match="not valid before"):
        await sealer.seal(paper, at=now() - timedelta(days=2))


async def test_a_seal_from_elsewhere_does_not_lead_to_the_given_root(house: House, paper: bytes) -> None:
    key = house.key()
    lonely = SealingKey(key.certificate, key.key)

    with open_house() as other, pytest.raises(SealUnusable, match="trusted root"):
        await Sealer(lonely, WORDS, authority=other.stamps, roots=(other.root,)).seal(paper, at=now())


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)]
)
async def test_both_kinds_of_keys_seal_out_of_both_kinds_of_files(
    house: House, paper: bytes, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    issued = house.authority.seal_for("Verein", now=now(), key=key)
    secrecy = BestAvailableEncryption(PASSWORD.encode())
    text = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secrecy) + b"".join(
        one.public_bytes(Encoding.PEM)
        for one in (issued.certificate, house.authority.issuing.certificate, house.root)
    )

    for read_key in (house.key(issued), SealingKey.read(text, PASSWORD)):
        sealed = await Sealer(read_key, WORDS).seal(paper, at=now())
        assert inspect_seals(sealed, [issued.certificate]).is_ours_and_unchanged


def test_a_seal_file_that_cannot_be_used_says_why(house: House) -> None:
    issued = house.issued
    archive = issued.pkcs12([], PASSWORD)
    certificate = issued.certificate.public_bytes(Encoding.PEM)
    secret = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    foreign = house.authority.seal_for("x", now=now()).certificate.public_bytes(Encoding.PEM)
    weak = house.authority.seal_for("x", now=now(), key=rsa.generate_private_key(65537, 1024))

    for data, password, reason in (
        (archive, "falsch", "password is wrong"),
        (archive, "", "password is wrong"),
        (b"", PASSWORD, "not a PKCS#12 or PEM file"),
        (b"%PDF-1.7", PASSWORD, "not a PKCS#12 or PEM file"),
        (certificate, "", "no secret key"),
        (certificate + secret, PASSWORD, "no password"),
        (foreign + secret, "", "does not belong"),
        (weak.pkcs12([], PASSWORD), PASSWORD, "too weak"),
        (
            house.counter.authority.time_stamps(now=now()).pkcs12([], PASSWORD)[:-40],
            PASSWORD,
            "cannot be read",
        ),
        (house.authority.root.pkcs12([], PASSWORD), PASSWORD, "another purpose"),
    ):
        with pytest.raises(SealUnusable, match=reason):
            SealingKey.read(data, password)


def test_nothing_that_is_printed_or_logged_shows_key_or_password(house: House) -> None:
    assert PASSWORD not in repr(house.key())
    assert "PrivateKey" not in repr(house.key())


def pdfsig(file: Path) -> str:
    """What poppler says about the signatures of a file; it knows none of our roots."""
    return subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False
    ).stdout


async def validated(house: House, sealed: bytes) -> Any:
    """The verdict of pyHanko, which asks the authorities whether anything was revoked."""
    signature = PdfFileReader(BytesIO(sealed)).embedded_signatures[0]
    context = ValidationContext(
        trust_roots=[parsed(house.root)], allow_fetching=True, revocation_mode="hard-fail"
    )
    try:
        return await async_validate_pdf_signature(signature, context)
    finally:
        await context.aclose()


async def validated_offline(house: House, sealed: bytes) -> Any:
    """The verdict of pyHanko from what the file holds: everything must be proven by it."""
    reader = PdfFileReader(BytesIO(sealed))
    facts = {"trust_roots": [parsed(house.root)], "revocation_mode": "require", "allow_fetching": False}
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(facts)
    return await async_validate_pdf_signature(reader.embedded_signatures[0], context)
