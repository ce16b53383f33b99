"""Who gets a certificate and who does not, for any choice of people, and letters that were lost."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from lms.catalogue.models import Run
from lms.certification.errors import AlreadyEnded, HolderUnknown
from lms.certification.handing.batches import batch_line, batch_lines, failures_of
from lms.certification.handing.choosing import Choice, Verdict, prospects
from lms.certification.handing.ordering import entitled, mark_of, orders_for
from lms.certification.handing.overview import ToDo, Wanted, runs_over, waiting_to_be_issued
from lms.certification.handing.register import Sought, register_page
from lms.certification.handing.sending import Resending
from lms.certification.issuing.refusals import Nameless, kept
from lms.certification.life.service import Certification
from lms.certification.models import BatchItem, BatchItemState, CertificateState
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.messaging.models import Channel, Enclosure, Letter
from lms.people.models import Person
from lms.web.module import Around
from tests.certification.conftest import Finished
from tests.certification.handing.conftest import Issue
from tests.making import BOTH, MOMENT, staff
from tests.office import counted

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)


async def verdicts(begin: Begin, choice: Choice) -> dict[str, Verdict]:
    async with begin.reading() as session:
        return {one.person.given_name: one.verdict for one in await prospects(session, choice, MOMENT)}


async def test_everybody_chosen_is_told_why_they_get_one_or_not(finished: Finished, begin: Begin) -> None:
    expected = {"Ada": Verdict.GETS, "Ben": Verdict.GETS, "Cem": Verdict.UNITS, "Dana": Verdict.MARKS}
    person = finished.enrolments[1].person_id

    assert await verdicts(begin, Choice(run_ids=(finished.run_id,))) == expected
    assert await verdicts(begin, Choice(is_everybody=True)) == expected
    assert await verdicts(begin, Choice(person_id=person)) == {"Ben": Verdict.GETS}
    assert await verdicts(begin, Choice(company_id=uuid4())) == {}
    assert await verdicts(begin, Choice(is_everybody=True, first=date(2027, 1, 1))) == {}
    assert await verdicts(begin, Choice(first=date(2020, 1, 1))) == {}


async def test_while_the_register_is_open_nobody_gets_one(finished: Finished, begin: Begin) -> None:
    async with begin() as session:
        await session.execute(update(Run).values(attendance_locked_at=None))

    assert set((await verdicts(begin, Choice(run_ids=(finished.run_id,)))).values()) == {Verdict.OPEN}


async def test_a_batch_is_for_those_chosen_but_for_who_was_left_out(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    choice, batch_id = Choice(run_ids=(finished.run_id,)), uuid4()
    async with begin.reading() as session:
        people = await prospects(session, choice, MOMENT)
    wanted = entitled(people, {finished.enrolments[1].id})
    for _ in range(2):  # sent twice is one batch
        await certification.start_batch(
            REGISTRAR, batch_id=batch_id, orders=orders_for(wanted, "de-en"), title="Auswahl"
        )
    await jobs.drain()

    async with begin.reading() as session:
        line = await batch_line(session, batch_id)
        lines, total = await batch_lines(session, limit=20, offset=0)
        after = await prospects(session, choice, MOMENT)
    assert (line.issued, line.failed, line.waiting, line.is_finished) == (1, 0, 0, True)
    assert (total, lines[0].batch.title) == (1, "Auswahl")
    assert {one.person.given_name: one.verdict for one in after}["Ada"] is Verdict.HOLDS
    assert mark_of(after) != mark_of(people)


async def test_runs_are_listed_by_what_is_to_be_done_with_as_many_statements_for_many(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    async def found(to_do: ToDo) -> list[tuple[int, int, int]]:
        async with begin.reading() as session:
            lines, _ = await runs_over(session, Wanted(to_do=to_do), MOMENT, limit=20, offset=0)
            return [(line.ready, line.lacking, line.issued) for line in lines]

    async with begin.reading() as session:
        assert (await waiting_to_be_issued(session, MOMENT))[0] == 2
    with counted() as seen:
        assert await found(ToDo.ISSUE) == [(2, 2, 0)]
    assert len(seen) <= 13
    assert await found(ToDo.DONE) == []

    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()

    assert await found(ToDo.ISSUE) == []
    assert await found(ToDo.DONE) == await found(ToDo.ALL) == [(0, 2, 2)]


async def test_what_failed_is_named_until_it_was_made_in_another_way(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    batch = await certification.start(REGISTRAR, run_id=finished.run_id)
    async with begin() as session:
        await session.execute(
            update(BatchItem)
            .where(BatchItem.enrolment_id == finished.enrolments[0].id)
            .values(state=BatchItemState.FAILED, reason=kept(Nameless()))
        )
    await jobs.drain()

    async with begin.reading() as session:
        failures = await failures_of(session, batch.id)
        _, failed = await batch_lines(session, limit=20, offset=0, only_failed=True)
    assert [(one.name, one.advice.where) for one in failures] == [("Ada Adasen", "person")]
    assert failed == 1

    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()

    async with begin.reading() as session:
        assert (await batch_lines(session, limit=20, offset=0, only_failed=True))[1] == 0


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"q": "schönfelder"}, [1, 4]),
        ({"q": "SCHÖNFELDER renate"}, [1, 4]),
        ({"q": "TB-2026-00003"}, [3]),
        ({"q": "26-0002"}, [4]),
        ({"q": "%"}, []),
        ({"stand": "revoked"}, [2]),
        ({"art": "path"}, []),
        ({"von": "2026-12-04", "bis": "2026-12-04"}, [1, 2, 3, 4]),
        ({"von": "2027-01-01"}, []),
        ({"von": "nonsense", "art": "<b>"}, [1, 2, 3, 4]),
    ],
)
async def test_the_register_is_searched_by_whatever_somebody_holds_in_their_hand(
    issue: Issue, people: list[Person], begin: Begin, asked: dict[str, str], numbers: list[int]
) -> None:
    await issue(people[0], counter=1)
    await issue(people[1], counter=2, state=CertificateState.REVOKED)
    await issue(people[2], counter=3)
    paper = await issue(people[0], counter=4, run="26-0002")

    async with begin.reading() as session:
        entries, total = await register_page(session, Sought.from_pairs(asked.items()), limit=20, offset=0)
        code = paper.code.lower().replace("-", " ")
        by_code, _ = await register_page(session, Sought(text=code), limit=20, offset=0)
    assert sorted(int(one.number[-5:]) for one in entries) == numbers
    assert total == len(numbers)
    assert [one.number for one in by_code] == [paper.number]


async def test_a_lost_letter_is_written_again_once_for_each_form_by_the_way_of_the_person(
    issue: Issue, people: list[Person], begin: Begin, house: Around
) -> None:
    resending, form_id = Resending(house), uuid4()
    paper = await issue(people[0], counter=1)

    assert await resending.send_again(REGISTRAR, certificate_id=paper.id, form_id=form_id)
    assert not await resending.send_again(REGISTRAR, certificate_id=paper.id, form_id=form_id)

    async with begin.reading() as session:
        letter = (await session.scalars(select(Letter))).one()
        enclosed = (await session.scalars(select(Enclosure))).one()
    assert (
        letter.channel is Channel.POST
    )  # no e-mail: it waits for the next print run, the certificate with it
    assert (enclosed.letter_id, enclosed.content) == (letter.id, paper.document)


async def test_nothing_is_sent_that_no_longer_counts_or_to_nobody_or_by_anybody_else(
    issue: Issue, people: list[Person], house: Around
) -> None:
    resending = Resending(house)
    ended = await issue(people[0], counter=1, state=CertificateState.REVOKED)
    orphan = await issue(people[0], counter=2, person_id=uuid4())

    with pytest.raises(AlreadyEnded):
        await resending.send_again(REGISTRAR, certificate_id=ended.id, form_id=uuid4())
    with pytest.raises(HolderUnknown):
        await resending.send_again(REGISTRAR, certificate_id=orphan.id, form_id=uuid4())
    with pytest.raises(Forbidden):
        await resending.send_again(staff(Identity.ENROLMENT), certificate_id=ended.id, form_id=uuid4())
