"""Certificates as Open Badges: made with the paper, published addresses, downloads, and reading one back."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from certificates.baking import extract
from certificates.code import new_code
from certificates.document import Certificate as Paper
from certificates.document import Holder, Issuer, Kind, Module, Outcome
from certificates.signing import Keyring
from certificates.status_list import SIZE, decoded
from certificates.verify import fingerprint
from lms.certification import subjects
from lms.certification.badges.addresses import check_address, issuer_id
from lms.certification.badges.issuing import badge_of
from lms.certification.badges.reading import Standing, code_in_badge, is_the_issued
from lms.certification.keys import keyring
from lms.certification.models import Certificate, CertificateState, ExpiredRecord
from lms.certification.rules import kept_until
from lms.db import Begin
from lms.people.models import Person
from lms.settings import Settings
from lms.web.module import Around
from tests.certificates.badges import judged
from tests.making import BOTH, MOMENT, FixedClock, make_person
from tests.visiting import assert_same_as_missing, sign_in

Client = AsyncTestClient[Litestar]
RUN = uuid4()
PATH = uuid4()
AT = MOMENT - timedelta(days=7)


def make_paper(settings: Settings, **changes: Any) -> Paper:
    code = new_code()
    facts: dict[str, Any] = {
        "number": "TB-2026-00001",
        "code": code,
        "verification_url": check_address(settings, code),
        "issued_on": AT.date(),
        "issuer": Issuer(name="Zentrum für digitale Bildung"),
        "holder": Holder(name="Ada Lehmann", born=date(1950, 1, 2)),
        "course": "Das Tablet kennenlernen",
        "run": "26-014",
        "first_day": date(2026, 10, 6),
        "last_day": date(2026, 11, 10),
        "units_attended": 8,
        "units_planned": 10,
    }
    return Paper(**facts | changes)


@dataclass
class Register:
    """Puts certificates into the register as issuing will."""

    begin: Begin
    settings: Settings
    counter: int = 0

    async def enter(
        self,
        *,
        paper: Paper | None = None,
        person: Person | None = None,
        run_id: UUID | None = RUN,
        subject: str = "",
        status_index: int | None = None,
        badge: bool = True,
    ) -> Certificate:
        self.counter += 1
        paper = paper or make_paper(self.settings, number=f"TB-2026-{self.counter:05}")
        place = self.counter - 1 if status_index is None else status_index
        subject = subject or subjects.taking_part(uuid4())
        text = badge_of(
            paper,
            self.settings,
            subject=subject,
            run_id=run_id,
            status_index=place,
            issued_at=AT,
            threshold_percent=80,
        )
        row = Certificate(
            year=2026,
            counter=self.counter,
            number=paper.number,
            code=paper.code,
            kind=paper.kind.value,
            subject=subject,
            facts=paper.facts(),
            language=paper.language.value,
            document=b"%PDF",
            sha256=fingerprint(b"%PDF"),
            signature="demo:AA==",
            key_id="demo",
            issued_at=AT,
            issued_by=None,
            kept_until=kept_until(AT),
            person_id=person.id if person else None,
            run_id=run_id,
            credential=text if badge else "",
            status_index=place if badge else None,
        )
        async with self.begin() as session:
            if person is not None:
                session.add(person)
                await session.flush()
            session.add(row)
        return row

    async def end(self, row: Certificate, state: CertificateState = CertificateState.REVOKED) -> None:
        async with self.begin() as session:
            found = await session.get_one(Certificate, row.id)
            found.state, found.ended_at, found.ended_reason = state, MOMENT, "Verwechslung"


@pytest.fixture
async def register(begin: Begin, house: Around) -> Register:
    return Register(begin, house.settings)


async def revoked(client: Client, block: int = 0) -> set[int]:
    answer = await client.get(f"/nachweise/status/{block}")
    assert answer.status_code == 200
    return set(decoded(answer.json()["credentialSubject"]["encodedList"]))


@BOTH
async def test_the_request_after_a_revocation_or_replacement_shows_it(
    client: Client, register: Register
) -> None:
    first, _, third = [await register.enter() for _ in range(3)]
    assert await revoked(client) == set()

    await register.end(first)
    after_one = await revoked(client)
    await register.end(third, CertificateState.REPLACED)

    assert (after_one, await revoked(client)) == ({0}, {0, 2})


async def test_a_list_is_the_same_until_something_ends_and_says_so(
    client: Client, register: Register, clock: FixedClock
) -> None:
    row = await register.enter()
    answer = await client.get("/nachweise/status/0")
    known = {"if-none-match": answer.headers["etag"]}

    unchanged = await client.get("/nachweise/status/0", headers=known)
    await register.end(row)
    changed = await client.get("/nachweise/status/0", headers=known)

    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "application/vc",
        "public, no-cache",
    )
    assert (unchanged.status_code, unchanged.content, changed.status_code) == (304, b"", 200)
    assert {"access-control-allow-origin", "set-cookie"} & set(answer.headers) == set()


async def test_a_list_is_signed_anew_each_day_so_that_an_old_one_cannot_be_passed_off(
    client: Client, register: Register, clock: FixedClock
) -> None:
    await register.enter()
    today = (await client.get("/nachweise/status/0")).json()

    clock.forward(days=1)
    tomorrow = (await client.get("/nachweise/status/0")).json()

    assert (today["validUntil"], tomorrow["validUntil"]) == ("2026-12-06T00:00:00Z", "2026-12-07T00:00:00Z")
    assert today["validFrom"] == tomorrow["validFrom"]


@BOTH
async def test_what_was_deleted_after_the_registers_time_counts_as_revoked(
    client: Client, register: Register, begin: Begin, clock: FixedClock
) -> None:
    await register.enter()
    async with begin() as session:
        session.add(ExpiredRecord(code=new_code(), expired_on=MOMENT.date(), status_index=7))
    before = await revoked(client)

    clock.moment = MOMENT.replace(year=2037)

    assert (before, await revoked(client)) == ({7}, {0, 7})


@BOTH
async def test_lists_follow_one_another_and_one_that_holds_nobody_is_not_there(
    client: Client, register: Register
) -> None:
    row = await register.enter(status_index=SIZE + 3)
    await register.end(row)

    assert (await revoked(client), await revoked(client, 1)) == (set(), {3})
    assert [(await client.get(f"/nachweise/status/{n}")).status_code for n in (2, -1, 10**20)] == [
        404,
        404,
        404,
    ]


async def test_programs_that_nobody_here_wrote_verify_what_is_served(
    client: Client, register: Register
) -> None:
    standing, taken_back = await register.enter(), await register.enter()
    await register.end(taken_back)
    settings = register.settings
    documents = {
        issuer_id(settings): (await client.get("/nachweise/aussteller")).json(),
        f"{issuer_id(settings).removesuffix('aussteller')}status/0": (
            await client.get("/nachweise/status/0")
        ).json(),
    }

    said = judged({"standing": standing.credential, "taken back": taken_back.credential}, documents, MOMENT)

    assert said == {
        "standing": {"verified": True, "error": "", "revoked": False},
        "taken back": {"verified": True, "error": "", "revoked": True},
    }


async def test_former_keys_stay_published(client: Client, house: Around) -> None:
    answer = await client.get("/nachweise/aussteller", headers={"accept": "application/did+json"})

    ring = keyring(house.settings)
    names = [ring.current, *ring.former]
    assert answer.headers["content-type"] == "application/ld+json"
    assert [
        m["id"].rpartition("#")[2] for m in answer.json()["verificationMethod"] if m["type"] == "Multikey"
    ] == names
    assert answer.json()["assertionMethod"] == [m["id"] for m in answer.json()["verificationMethod"]]


@BOTH
async def test_an_achievement_is_a_page_for_people_and_data_for_programs(
    client: Client, register: Register
) -> None:
    outcomes = (Outcome(sentence="Sie können ein Foto verschicken.", competence="2.2", level=2),)
    row = await register.enter(paper=make_paper(register.settings, outcomes=outcomes))
    achieved = json.loads(row.credential)["credentialSubject"]["achievement"]
    path = "/" + achieved["id"].partition("://")[2].partition("/")[2]

    data = await client.get(path)
    page = await client.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (data.headers["content-type"], page.headers["content-type"]) == (
        "application/ld+json",
        "text/html; charset=utf-8",
    )
    assert {name: data.json()[name] for name in achieved} == achieved
    assert "Besucht werden mussten mindestens 80 Prozent" in page.text
    assert "Sie können ein Foto verschicken. (Stufe 2 von 8)" in page.text
    assert "Lehmann" not in page.text + data.text


async def test_an_achievement_without_competences_has_a_page_as_well(
    client: Client, register: Register
) -> None:
    await register.enter()

    page = await client.get(f"/en/nachweise/leistung/{RUN}/attendance/de", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert '<div lang="de">' in page.text


@BOTH
async def test_the_achievements_of_a_path_and_of_a_volunteer_have_addresses_too(
    client: Client, register: Register
) -> None:
    settings, person = register.settings, uuid4()
    deed = uuid4()
    rows = [
        await register.enter(
            run_id=None,
            subject=subjects.along_path(PATH, person),
            paper=make_paper(settings, number="P-1", kind=Kind.PATH, modules=(Module(course="Tablet"),)),
        ),
        await register.enter(
            run_id=None,
            subject=subjects.volunteering(deed),
            paper=make_paper(
                settings, number="V-1", kind=Kind.VOLUNTEER, hours=12, units_attended=None, units_planned=None
            ),
        ),
    ]

    for row, topic in zip(rows, (PATH, deed), strict=True):
        achieved = json.loads(row.credential)["credentialSubject"]["achievement"]["id"]
        assert f"/{topic}/{row.kind}/de" in achieved
        assert (await client.get("/" + achieved.partition("://")[2].partition("/")[2])).status_code == 200


@BOTH
@pytest.mark.parametrize("end", ["attendance/fr", "%25/de", "attendance/%22", "examined/de"])
async def test_an_achievement_nobody_holds_is_not_found(client: Client, register: Register, end: str) -> None:
    await register.enter()

    assert (await client.get(f"/nachweise/leistung/{RUN}/{end}")).status_code == 404


async def test_holders_take_their_badge_in_four_forms_and_each_says_the_same(
    client: Client, register: Register, begin: Begin
) -> None:
    person = make_person("Ada", "Lehmann")
    row = await register.enter(person=person)
    await sign_in(client, begin, person=person)

    files = {
        suffix: await client.get(f"/meine-nachweise/{row.id}/nachweis.{suffix}")
        for suffix in ("json", "jwt", "svg", "png")
    }

    assert {suffix: file.headers["content-type"].partition(";")[0] for suffix, file in files.items()} == {
        "json": "application/vc",
        "jwt": "application/vc+jwt",
        "svg": "image/svg+xml",
        "png": "image/png",
    }
    assert files["json"].text == row.credential == extract(files["png"].content)
    for suffix, file in files.items():
        read = code_in_badge(file.content, register.settings)
        assert (suffix, read.standing, read.code) == (suffix, Standing.INTACT, row.code)
        assert is_the_issued(read, row.credential)
        assert file.headers["content-disposition"] == f'attachment; filename="{row.number}.{suffix}"'
        assert (file.headers["cache-control"], file.headers["content-security-policy"]) == (
            "no-store",
            "sandbox",
        )


async def test_somebody_elses_badge_answers_like_one_that_does_not_exist(
    client: Client, register: Register, begin: Begin
) -> None:
    row = await register.enter(person=make_person("Ada", "Lehmann"))
    await sign_in(client, begin)

    await assert_same_as_missing(
        client, f"/meine-nachweise/{row.id}/nachweis.json", f"/meine-nachweise/{uuid4()}/nachweis.json"
    )


async def test_papers_of_the_time_before_have_none_and_the_page_says_so(
    client: Client, register: Register, begin: Begin
) -> None:
    person = make_person("Ada", "Lehmann")
    row = await register.enter(person=person, badge=False)
    await sign_in(client, begin, person=person)

    page = await client.get(f"/meine-nachweise/{row.id}/nachweis.png", headers={"accept": "text/html"})

    assert page.status_code == 404
    assert "bevor es bei uns digitale Nachweise gab" in page.text


async def test_a_badge_that_was_changed_or_is_anothers_is_told_apart(register: Register) -> None:
    row, settings = await register.enter(), register.settings
    foreign = Keyring.from_seed("demo", b"\x09" * 32)
    assert keyring(settings).public != foreign.public

    def read(text: str) -> Standing:
        return code_in_badge(text.encode(), settings).standing

    assert read(row.credential) is Standing.INTACT
    assert read(row.credential.replace("Tablet", "Studium")) is Standing.CHANGED
    assert read(row.credential.replace(row.code, new_code())) is Standing.CHANGED
    assert read(row.credential.replace(settings.public_url, "https://example.org")) is Standing.FOREIGN
    assert read("{}") is Standing.NO_BADGE


async def test_a_genuine_badge_names_its_holder_only_to_who_knows_the_name(register: Register) -> None:
    row = await register.enter()

    badge = code_in_badge(row.credential.encode(), register.settings)

    assert (badge.is_about("Ada Lehmann"), badge.is_about("Ben Ode")) == (True, False)
    assert "Lehmann" not in row.credential


async def test_one_badge_under_the_code_of_another_is_not_the_issued_one(register: Register) -> None:
    one, two = await register.enter(), await register.enter()

    badge = code_in_badge(one.credential.encode(), register.settings)

    assert (is_the_issued(badge, one.credential), is_the_issued(badge, two.credential)) == (True, False)
    assert is_the_issued(badge, "") is False


async def test_a_paper_that_grows_old_says_until_when_at_the_venue(register: Register) -> None:
    paper = make_paper(register.settings, valid_until=date(2027, 7, 1))

    row = await register.enter(paper=paper)

    assert json.loads(row.credential)["validUntil"] == "2027-07-01T21:59:59Z"


async def test_equal_arguments_give_equal_text(register: Register) -> None:
    paper = make_paper(register.settings)
    given: dict[str, Any] = {"subject": "enrolment/x", "run_id": RUN, "status_index": 5, "issued_at": AT}

    assert badge_of(paper, register.settings, **given) == badge_of(paper, register.settings, **given)


async def test_after_the_key_was_changed_earlier_badges_are_still_ours(register: Register) -> None:
    row, settings = await register.enter(), register.settings
    ring = keyring(settings)
    rotated = settings.model_copy(
        update={
            "certificate_key": SecretStr("2027:" + "07" * 32),
            "former_certificate_keys": {ring.current: ring.public.hex()},
        }
    )
    forgotten = rotated.model_copy(update={"former_certificate_keys": {}})
    newer = badge_of(
        make_paper(settings), rotated, subject="enrolment/x", run_id=RUN, status_index=9, issued_at=AT
    )

    def read(text: str, at: Settings) -> Standing:
        return code_in_badge(text.encode(), at).standing

    assert (read(row.credential, rotated), read(newer, rotated)) == (Standing.INTACT, Standing.INTACT)
    assert (read(row.credential, forgotten), read(newer, settings)) == (Standing.FOREIGN, Standing.FOREIGN)
