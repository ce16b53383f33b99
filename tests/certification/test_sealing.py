"""The centre's seal, out of its settings: usable or refused with a sentence, shown to everybody, renewed in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr, ValidationError

from certificates.document import Language
from certificates.errors import SealUnavailable, SealUnusable
from certificates.sealing import inspect_seals
from lms.app import around, move_in
from lms.certification.issuing.refusals import CannotBeSealed, unfit
from lms.certification.kinds.draft import NOTHING
from lms.certification.sealing import ensure_seal, seal_note, sealed, sealer, seals
from lms.cli.serving import seal_refusal
from lms.demo.sealing.authority import ISSUING_LIST, Issued
from lms.kernel.rights import Identity
from lms.settings import Settings
from lms.web.module import Around
from tests.certificates.sealing import BLANK, PASSWORD, House, now, open_house, pem
from tests.making import MOMENT, FixedClock
from tests.office import words_of
from tests.visiting import sign_in

CENTRE = "Verein für digitale Bildung"
NAMED = f"Testsiegel der Vorführung – ohne Rechtskraft, {CENTRE}"
PAGE = "/nachweise/siegel"
Client = AsyncTestClient[Litestar]


@dataclass(frozen=True)
class Safe:
    """A folder with a seal, as whoever keeps the service would set it up; `house` is the authority it comes from."""

    folder: Path
    house: House
    settings: Settings

    def seal(self, *, days: int = 730, begun: int = 1) -> Issued:
        start = MOMENT - timedelta(days=begun)
        return self.house.authority.seal_for(CENTRE, now=start, days=days)

    def keep(self, name: str, content: bytes) -> Path:
        file = self.folder / name
        file.write_bytes(content)
        file.chmod(0o600)
        return file

    def set_up(self, issued: Issued, **given: Any) -> Settings:
        chain = [self.house.authority.issuing.certificate, self.house.root]
        file = self.keep("seal.p12", issued.pkcs12(chain, PASSWORD))
        facts = {"seal_file": file, "seal_password": SecretStr(PASSWORD), **given}
        return self.settings.model_copy(update=facts)

    def with_stamps(self, issued: Issued) -> Settings:
        roots = self.keep("roots.pem", pem(self.house.root).encode())
        return self.set_up(issued, timestamp_url=self.house.stamps.url, timestamp_roots=roots)


@pytest.fixture
def safe(tmp_path: Path, settings: Settings) -> Iterator[Safe]:
    with open_house() as house:
        yield Safe(tmp_path, house, settings)


async def test_without_a_seal_no_paper_is_sealed_and_none_speaks_of_it(settings: Settings) -> None:
    assert sealer(settings) is None
    assert seal_note(settings) == NOTHING
    assert await sealed(settings, BLANK, at=MOMENT, language=Language.GERMAN) == (BLANK, "")
    assert seals(settings).all == ()


async def test_the_seal_of_the_settings_seals_in_the_papers_language_and_is_found_again(safe: Safe) -> None:
    issued = safe.seal()
    given = safe.set_up(issued)

    paper, fingerprint = await sealed(given, BLANK, at=MOMENT, language=Language.ENGLISH)

    assert inspect_seals(paper, seals(given).certificates).is_ours_and_unchanged
    assert inspect_seals(paper).seals[0].fingerprint == fingerprint
    assert b"Electronic seal" in paper or "Electronic seal".encode("utf-16-be") in paper
    assert seal_note(given).de == f"Die PDF-Datei trägt ein elektronisches Siegel von: {NAMED}."
    assert seal_note(given).en == f"The PDF file carries an electronic seal of: {NAMED}."
    assert sealer(given.model_copy()) is sealer(given)


async def test_staff_read_what_to_do_when_the_seal_has_ended(safe: Safe) -> None:
    given = safe.set_up(safe.seal(days=30))

    with pytest.raises(SealUnusable) as refusal:
        await sealed(given, BLANK, at=MOMENT + timedelta(days=40), language=Language.GERMAN)

    assert isinstance(unfit(refusal.value), CannotBeSealed)


def test_a_password_may_lie_in_a_file_of_its_own(safe: Safe) -> None:
    password = safe.keep("password", f"{PASSWORD}\n".encode())

    given = safe.set_up(safe.seal(), seal_password=SecretStr(""), seal_password_file=password)

    assert seals(given).current is not None


def test_secrets_that_others_on_the_machine_may_read_are_refused(safe: Safe) -> None:
    given = safe.set_up(safe.seal())
    (safe.folder / "seal.p12").chmod(0o640)

    with pytest.raises(SealUnusable, match="chmod 600"):
        sealer(given)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seal_password": SecretStr("falsch")}, "the password is wrong"),
        ({"seal_file": Path("/nowhere/seal.p12")}, "cannot be read: No such file"),
        ({"former_seals": Path("/nowhere")}, "cannot be read: No such file"),
    ],
)
def test_the_service_does_not_start_with_a_seal_that_cannot_be_used(
    safe: Safe, changes: dict[str, Any], sentence: str
) -> None:
    refusal = seal_refusal(safe.set_up(safe.house.issued).model_copy(update=changes))

    assert sentence in refusal
    assert "LMS_SEAL_FILE" in refusal


def test_it_does_not_start_with_an_expired_a_future_or_a_revoked_certificate_either(safe: Safe) -> None:
    authority = safe.house.authority
    ended = authority.seal_for(CENTRE, now=now() - timedelta(days=10), days=5)
    future = authority.seal_for(CENTRE, now=now() + timedelta(days=10))

    assert "expired on" in seal_refusal(safe.set_up(ended))
    assert "not valid before" in seal_refusal(safe.set_up(future))
    assert seal_refusal(safe.set_up(safe.house.issued)) == ""
    safe.house.counter.revoked.add(safe.house.issued.certificate.serial_number)
    assert "revoked" in seal_refusal(safe.set_up(safe.house.issued))


def test_it_starts_when_nobody_says_whether_the_certificate_is_revoked(
    safe: Safe, capsys: pytest.CaptureFixture[str]
) -> None:
    safe.house.counter.closed.add(ISSUING_LIST)

    assert seal_refusal(safe.set_up(safe.house.issued)) == ""
    assert "wait until it answers" in capsys.readouterr().err


async def test_while_the_authority_is_away_nothing_is_sealed_weaker(safe: Safe) -> None:
    given = safe.with_stamps(safe.house.issued)
    seal = sealer(given)
    assert seal is not None
    safe.house.counter.closed.add("/tsa")

    with pytest.raises(SealUnavailable):
        await seal.seal(BLANK, at=now())
    safe.house.counter.closed.clear()
    paper = await seal.seal(BLANK, at=now())

    assert inspect_seals(paper).seals[0].stamped_at is not None
    await ensure_seal(given, now())


@pytest.mark.parametrize(
    "given",
    [
        {"timestamp_url": "https://stamps.example"},
        {"timestamp_url": "https://stamps.example", "seal_file": "seal.p12"},
        {"timestamp_url": "ftp://stamps.example", "seal_file": "seal.p12", "timestamp_roots": "roots.pem"},
        {"timestamp_url": "https://me:secret@stamps.example", "seal_file": "a", "timestamp_roots": "b"},
        {"seal_file": "seal.p12", "seal_password": "a", "seal_password_file": "b"},
    ],
)
def test_settings_that_contradict_each_other_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"LMS_|timestamp_url"):
        Settings(demo=True, **given)


async def test_the_page_shows_every_seal_with_its_fingerprint_and_gives_it_away(
    safe: Safe, app: Litestar, client: Client, clock: FixedClock, house: Around
) -> None:
    current, former = safe.seal(), safe.seal(days=700, begun=900)
    folder = safe.folder / "former"
    folder.mkdir()
    (folder / "2024.pem").write_text(pem(former.certificate))
    (folder / "readme.txt").write_text("not a certificate")
    given = safe.set_up(current, former_seals=folder)
    move_in(app, around(given, clock))

    page = await client.get(PAGE)

    shown = words_of(page.text)
    found = seals(given)
    assert page.status_code == 200
    assert [one.certificate for one in found.all] == [current.certificate, former.certificate]
    assert shown.count(f"Siegel von {NAMED}") == 2
    assert "Das Siegel, das wir verwenden" in shown
    assert "Siegel früherer Jahre" in shown
    assert "Zeitstempel" not in shown
    for one in found.all:
        print_ = one.fingerprint.upper()
        assert f"{print_[:4]} {print_[4:8]} {print_[8:12]}" in shown
        file = await client.get(f"{PAGE}/{one.fingerprint}.pem")
        assert file.text == one.pem
        assert file.headers["content-type"].startswith("application/x-pem-file")
    assert "PRIVATE KEY" not in page.text
    for unknown in ("0" * 64 + ".pem", found.all[0].fingerprint, "seal.p12", "..%2Fseal.p12"):
        assert (await client.get(f"{PAGE}/{unknown}")).status_code == 404


async def test_the_page_of_a_centre_without_a_seal_says_so_and_shows_the_way_to_the_register(
    client: Client,
) -> None:
    german, english = words_of((await client.get(PAGE)).text), words_of((await client.get(f"/en{PAGE}")).text)

    assert "Unsere Nachweise tragen kein elektronisches Siegel. Sie gelten auch ohne." in german
    assert "Nachweis prüfen" in german
    assert "Our certificates do not carry an electronic seal." in english


async def test_the_page_is_there_when_the_seal_cannot_be_read_and_after_it_has_ended(
    safe: Safe, app: Litestar, client: Client, clock: FixedClock
) -> None:
    ended = safe.set_up(safe.seal(days=30))
    clock.forward(days=40)
    move_in(app, around(ended, clock))
    assert "Dieses Siegel ist abgelaufen." in words_of((await client.get(PAGE)).text)

    move_in(app, around(ended.model_copy(update={"seal_password": SecretStr("falsch")}), clock))
    assert "kein elektronisches Siegel" in words_of((await client.get(PAGE)).text)


async def test_the_certificates_staff_are_told_in_time_to_see_to_a_new_seal(
    safe: Safe, app: Litestar, client: Client, clock: FixedClock
) -> None:
    given = safe.set_up(safe.seal(days=100))
    move_in(app, around(given, clock))
    begin = app.state.lodging.around.begin

    async def desk(*roles: Identity) -> str:
        await sign_in(client, begin, *roles, at=clock())
        return words_of((await client.get("/verwaltung")).text)

    assert "Siegel" not in await desk(Identity.CERTIFICATES)
    clock.forward(days=45)
    told = await desk(Identity.CERTIFICATES)
    assert "Das elektronische Siegel läuft am 13. März 2027 ab: Kümmern Sie sich um ein neues" in told
    assert "Siegel" not in await desk(Identity.FINANCE)
    clock.forward(days=60)
    told = await desk(Identity.CERTIFICATES)
    assert "abgelaufen: Bis es ein neues gibt, kann kein Nachweis ausgestellt werden" in told


async def test_after_rotation_files_of_the_former_seal_still_count(safe: Safe) -> None:
    first = safe.seal(days=400)
    before = sealer(safe.set_up(first))
    assert before is not None
    old = await before.seal(BLANK, at=MOMENT)

    former = safe.keep("former.pem", pem(first.certificate).encode())
    given = safe.set_up(safe.seal(), former_seals=former)
    after = sealer(given)
    assert after is not None
    new = await after.seal(BLANK, at=MOMENT)

    for file in (old, new):
        assert inspect_seals(file, seals(given).certificates).is_ours_and_unchanged
    assert not inspect_seals(old, seals(safe.set_up(safe.seal())).certificates).is_ours_and_unchanged
