"""Fee contracts (F-H11): drafted, offered, accepted with evidence, and never changed afterwards."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from lms.honoraria.contracts.errors import (
    AnotherName,
    BeingDrawn,
    ContractThere,
    NotAScan,
    NothingHasChanged,
    NothingToAgree,
    NotOffered,
    NotRead,
    Outdated,
)
from lms.honoraria.contracts.models import (
    AcceptanceWay,
    ContractPaper,
    ContractState,
    FeeContract,
    PaperKind,
)
from lms.honoraria.contracts.reading import acceptance_of, contract_of, paper_bytes, papers_of
from lms.honoraria.contracts.service import Contracts
from lms.honoraria.rates.queries import Source, terms_of
from lms.honoraria.rates.service import FeeRates, RunFeeFacts
from lms.honoraria.standing.consents import consents_of
from lms.jobs.worker import Worker
from lms.kernel.errors import DomainError, Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.messaging.models import Enclosure, Letter
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.honoraria.agreeing import SHEET, accept, as_trainer, draft, offer, offered, open_with_rate, seen_of
from tests.making import BOTH, FixedClock, make_person, staff
from tests.office import TEAM

pytestmark = BOTH
"""Two sessions of 90 minutes (4 units) at 28 euros, and two days' travel at 10 euros: 132 euros."""
TOTAL = 4 * 2800 + 2 * 1000


async def letters(house: Around) -> Sequence[str]:
    async with house.begin.reading() as session:
        rows = await session.scalars(select(Letter.kind).where(Letter.kind.startswith("contract")))
        return sorted(rows)


async def state_of(house: Around, contract: FeeContract) -> ContractState:
    async with house.begin.reading() as session:
        return (await contract_of(session, contract.id)).state


async def agree(house: Around, run_id: object, person_id: object, cents: int, seen: str = "") -> None:
    await FeeRates(house).agree(
        TEAM, run_id=run_id, person_id=person_id, facts=RunFeeFacts(cents, 0), seen=seen  # type: ignore[arg-type]
    )  # fmt: skip


async def test_a_contract_is_offered_as_paper_and_accepted_with_evidence(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    contract = await offer(house, await draft(house, run, office.trainer))
    await jobs.drain()
    assert (contract.number, contract.total_cents, contract.minutes) == (f"HV-{run.number}-1", TOTAL, 180)
    async with house.begin.reading() as session:
        kind, content = await paper_bytes(session, contract.id, PaperKind.CONTRACT)
        enclosed = (await session.scalars(select(Enclosure.content))).all()
        papers = await papers_of(session, contract.id)
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    assert kind == "application/pdf"
    assert enclosed == [content]
    assert papers[PaperKind.CONTRACT].sha256 == hashlib.sha256(content).hexdigest()
    for part in ("Jonas Krüger", "132,00 Euro", "4 Unterrichtseinheiten", "8. Dezember 2026", "§ 127 SGB IV"):
        assert part in words
    assert "Kinder oder Jugendliche" not in words

    await accept(house, contract, office.trainer, typed_name=" jonas  krüger ")
    await jobs.drain()

    async with house.begin.reading() as session:
        kept = await contract_of(session, contract.id)
        evidence = await acceptance_of(session, contract.id)
        consents = await consents_of(session, office.trainer.id)
        _, record = await paper_bytes(session, contract.id, PaperKind.EVIDENCE)
    assert kept.state is ContractState.ACCEPTED
    assert evidence is not None
    assert (evidence.way, evidence.typed_name, evidence.address, evidence.user_agent) == (
        AcceptanceWay.SCREEN, "jonas krüger", "203.0.113.0/24", "Firefox",
    )  # fmt: skip
    assert (evidence.accepted_at, evidence.document_sha256) == (
        house.clock(), papers[PaperKind.CONTRACT].sha256,
    )  # fmt: skip
    assert [one.contract_id for one in consents] == [contract.id]
    assert evidence.document_sha256[:20] in "".join(
        page.extract_text() for page in PdfReader(BytesIO(record)).pages
    ).replace("\n", "")
    assert await letters(house) == ["contract_accepted", "contract_offered"]


async def test_nothing_is_accepted_unread_under_another_name_by_somebody_else_or_before_it_is_drawn(
    house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    contract = await offer(house, await draft(house, run, office.trainer))
    with pytest.raises(BeingDrawn):
        await accept(house, contract, office.trainer)
    await jobs.drain()
    with pytest.raises(NotRead):
        await accept(house, contract, office.trainer, has_read=False)
    with pytest.raises(AnotherName):
        await accept(house, contract, office.trainer, typed_name="=HYPERLINK(1)\n" + "x" * 10_000)
    with pytest.raises(NotFound):
        await accept(house, contract, make_person("Jonas", "Krüger"))
    with pytest.raises(Forbidden):
        await Contracts(house).offer(staff(Identity.FINANCE), contract_id=contract.id, seen="")
    assert await state_of(house, contract) is ContractState.OFFERED


async def test_a_draft_needs_dates_and_a_fee_and_there_is_one_at_a_time(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    stranger = make_person("Eva", "Ohne")
    async with house.begin() as session:
        session.add(stranger)
    with pytest.raises(NotFound):
        await draft(house, run, stranger)
    contract = await draft(house, run, office.trainer)
    with pytest.raises(ContractThere):
        await draft(house, run, office.trainer)
    await Contracts(house).withdraw(TEAM, contract_id=contract.id)
    assert await letters(house) == []

    again = await offered(house, jobs, run, office.trainer)
    assert again.number == f"HV-{run.number}-2"
    await accept(house, again, office.trainer)
    with pytest.raises(NothingHasChanged):
        await draft(house, run, office.trainer)


async def test_without_a_rate_there_is_nothing_to_agree_on(house: Around) -> None:
    office, run = await open_with_rate(house)
    async with house.begin() as session:
        from lms.honoraria.rates.models import FeeRate

        rate = (await session.scalars(select(FeeRate))).one()
        await session.delete(rate)
    with pytest.raises(NothingToAgree):
        await draft(house, run, office.trainer)


async def test_an_offer_shows_what_it_offers(house: Around) -> None:
    office, run = await open_with_rate(house)
    contract = await draft(house, run, office.trainer)
    seen = await seen_of(house, run.id, office.trainer.id)
    await agree(house, run.id, office.trainer.id, 3500)
    with pytest.raises(Stale):
        await Contracts(house).offer(TEAM, contract_id=contract.id, seen=seen)
    assert (await offer(house, contract)).total_cents == 4 * 3500


async def test_a_fee_agreed_later_needs_a_new_version_and_the_old_one_stays(
    house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    first = await offered(house, jobs, run, office.trainer)
    await accept(house, first, office.trainer)
    await agree(house, run.id, office.trainer.id, 3500)
    pair = (run.id, office.trainer.id, date(2026, 12, 8))
    async with house.begin.reading() as session:
        marked = (await contract_of(session, first.id)).outdated_at
        before = (await terms_of(session, [pair]))[pair]
    second = await offered(house, jobs, run, office.trainer)
    assert marked == house.clock()
    assert before is not None
    assert (before.unit_cents, before.source) == (2800, Source.CONTRACT)

    await accept(house, second, office.trainer, consents=False)

    async with house.begin.reading() as session:
        states = [(await contract_of(session, one.id)).state for one in (first, second)]
        after = (await terms_of(session, [pair]))[pair]
        _, content = await paper_bytes(session, first.id, PaperKind.CONTRACT)
    assert states == [ContractState.SUPERSEDED, ContractState.ACCEPTED]
    assert after is not None
    assert (after.unit_cents, after.source) == (3500, Source.CONTRACT)
    assert content == SHEET


async def test_an_offer_whose_dates_have_changed_cannot_be_accepted(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    async with house.begin.reading() as session:
        meeting = (await sessions_of(session, [run.id]))[run.id][0]
    change = SessionChange(session_id=meeting.id, version=meeting.version, is_cancelled=True)
    await Scheduling(house).change_sessions(TEAM, ChangeSet(changes=[change]))
    await jobs.drain()
    async with house.begin.reading() as session:
        assert (await contract_of(session, contract.id)).outdated_at is not None
    with pytest.raises(Outdated):
        await accept(house, contract, office.trainer)


async def test_the_database_refuses_to_change_a_paper(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    await offered(house, jobs, run, office.trainer)
    with pytest.raises(DBAPIError, match="papers of contracts never change"):
        async with house.begin() as session:
            await session.execute(update(ContractPaper).values(content=b"%PDF-other"))


async def test_a_signed_sheet_is_recorded_with_its_scan(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    record = Contracts(house).record_paper
    day = date(2026, 12, 3)
    with pytest.raises(NotAScan):
        await record(TEAM, contract_id=contract.id, signed_on=day, consents=False, scan=b"<script>")
    await record(TEAM, contract_id=contract.id, signed_on=day, consents=False, scan=b"%PDF-1.7 signed")
    await record(TEAM, contract_id=contract.id, signed_on=day, consents=True, scan=b"%PDF-1.7 other")
    await jobs.drain()
    async with house.begin.reading() as session:
        evidence = await acceptance_of(session, contract.id)
        papers = await papers_of(session, contract.id)
        scan = await paper_bytes(session, contract.id, PaperKind.SCAN)
    assert evidence is not None
    assert (evidence.way, evidence.signed_on, evidence.consents) == (AcceptanceWay.PAPER, day, False)
    assert sorted(papers) == ["contract", "evidence", "scan"]
    assert scan == ("application/pdf", b"%PDF-1.7 signed")


async def test_whoever_does_not_answer_is_reminded_twice_and_no_more(
    house: Around, jobs: Worker, clock: FixedClock
) -> None:
    office, _ = await open_with_rate(house)
    run = await office.run(first_day=date(2027, 3, 2))
    await offered(house, jobs, run, office.trainer)
    contracts, written = Contracts(house), []
    for days in (1, 4, 1, 4, 1, 5, 5):
        clock.forward(days=days)
        written.append(await contracts.remind_unsigned())
    assert written == [0, 1, 0, 1, 0, 0, 0]


async def outcome(act: object) -> str:
    try:
        found = await act  # type: ignore[misc]
    except DomainError as refusal:
        return type(refusal).__name__
    return str(found.state.value)


async def test_two_of_the_team_offer_at_once_and_one_letter_goes_out(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    contract = await draft(house, run, office.trainer)
    seen = await seen_of(house, run.id, office.trainer.id)
    contracts = Contracts(house)
    offers = [contracts.offer(TEAM, contract_id=contract.id, seen=seen) for _ in range(2)]
    assert await asyncio.gather(*map(outcome, offers)) == ["offered", "offered"]
    await jobs.drain()
    assert await letters(house) == ["contract_offered"]


async def test_two_of_the_team_draft_at_once_and_one_draft_stays(house: Around) -> None:
    office, run = await open_with_rate(house)
    found = await asyncio.gather(*(outcome(draft(house, run, office.trainer)) for _ in range(2)))
    assert sorted(found) == ["ContractThere", "draft"]


async def test_the_trainer_accepts_while_the_team_withdraws_and_one_of_them_is_told(
    house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    withdrawing = Contracts(house).withdraw(TEAM, contract_id=contract.id, note="Kurs entfällt")
    acting = [outcome(accept(house, contract, office.trainer)), outcome(withdrawing)]
    found = list(await asyncio.gather(*acting))
    assert found in (["accepted", "NotOffered"], ["NotOffered", "withdrawn"])
    await jobs.drain()
    async with house.begin.reading() as session:
        has_evidence = await acceptance_of(session, contract.id) is not None
    assert has_evidence == (found[0] == "accepted")


async def test_declining_keeps_why_and_leaves_room_for_another_offer(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    hostile = "=cmd|' /C calc'!A0\n\u202eevil <script>" + "x" * 10_000
    contracts, trainer = Contracts(house), as_trainer(office.trainer)
    for _ in range(2):
        await contracts.decline(trainer, contract_id=contract.id, note=hostile)
    with pytest.raises(NotOffered):
        await accept(house, contract, office.trainer)
    assert (await draft(house, run, office.trainer)).number.endswith("-2")


async def test_killed_between_keeping_and_sending_nothing_is_drawn_or_sent_twice(
    house: Around, jobs: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after it has drawn: it begins again, and the same bytes come out."""
    from lms.honoraria.contracts import drawing

    office, run = await open_with_rate(house)
    contract = await offer(house, await draft(house, run, office.trainer))
    task = drawing.drawer(house)

    class Killed(BaseException):
        pass

    async def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(drawing, "_hand_out", dies)
        with pytest.raises(Killed):
            await task({"contract_id": str(contract.id)})
    assert await letters(house) == []
    await task({"contract_id": str(contract.id)})
    await jobs.drain()
    assert await letters(house) == ["contract_offered"]
