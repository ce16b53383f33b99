"""What becomes of certificates: replaced under a corrected name, kept when all around them is deleted, at last forgotten."""

import asyncio
from io import BytesIO
from uuid import uuid4

import pypdf
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from certificates.document import Kind
from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Course, Run
from lms.certification.eligibility.models import CourseRule
from lms.certification.errors import AlreadyEnded, NobodyQualifies, ReasonMissing
from lms.certification.handing.models import HandOut, HandOutKind
from lms.certification.issuing.orders import Order
from lms.certification.issuing.refusals import advice_for
from lms.certification.life.forgetting import forget_expired
from lms.certification.life.service import Certification
from lms.certification.models import (
    Batch,
    BatchItem,
    BatchItemState,
    Certificate,
    CertificateState,
    ExpiredRecord,
)
from lms.certification.queries import certificate_by_code, certificate_of, progress_of
from lms.certification.subjects import taking_part
from lms.certification.wishes.models import ProofWish
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.clock import today
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.language import use_locale
from tests.certification.conftest import Finished
from tests.making import BOTH, MOMENT, FixedClock, staff

pytestmark = BOTH
REGISTRAR = staff(Identity.CERTIFICATES)


@pytest.fixture
async def adas(certification: Certification, finished: Finished, begin: Begin, jobs: Worker) -> Certificate:
    """The certificate of Ada, who was always there."""
    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()
    return (await all_of(begin))[0]


async def all_of(begin: Begin) -> list[Certificate]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Certificate).order_by(Certificate.counter)))


async def rename(begin: Begin, name: str) -> None:
    async with begin() as session:
        await session.execute(update(Person).where(Person.given_name == "Ada").values(family_name=name))


async def test_what_was_revoked_is_issued_anew_only_to_whom_somebody_chooses(
    certification: Certification, adas: Certificate, begin: Begin, jobs: Worker
) -> None:
    await certification.revoke(REGISTRAR, certificate_id=adas.id, reason="Die Prüfung wurde aberkannt.")
    assert adas.run_id is not None
    assert adas.enrolment_id is not None
    assert adas.person_id is not None
    with pytest.raises(NobodyQualifies):
        await certification.start(REGISTRAR, run_id=adas.run_id)

    order = Order(
        kind=Kind.ATTENDANCE,
        subject=taking_part(adas.enrolment_id),
        person_id=adas.person_id,
        enrolment_id=adas.enrolment_id,
        run_id=adas.run_id,
    )
    await certification.start_batch(REGISTRAR, batch_id=uuid4(), orders=[order], title="Ada")
    await jobs.drain()
    standing = [one for one in await all_of(begin) if one.state == CertificateState.ISSUED]
    assert adas.enrolment_id in {one.enrolment_id for one in standing}


async def test_under_a_corrected_name_a_new_one_takes_the_place_of_the_old(
    certification: Certification, adas: Certificate, begin: Begin, jobs: Worker
) -> None:
    await rename(begin, "Müller-Lüdenscheidt")
    with pytest.raises(ReasonMissing):
        await certification.reissue(REGISTRAR, certificate_id=adas.id, batch_id=uuid4(), reason=" ")

    batch_id = uuid4()
    for _ in range(2):
        await certification.reissue(
            REGISTRAR, certificate_id=adas.id, batch_id=batch_id, reason="Name berichtigt"
        )
        await jobs.drain()

    async with begin.reading() as session:
        old = await certificate_of(session, adas.id, with_document=True)
        assert old.replaced_by is not None
        new = await certificate_of(session, old.replaced_by, with_document=True)
    assert (old.state, old.ended_reason) == (CertificateState.REPLACED, "Name berichtigt")
    assert (new.state, new.facts["holder"]["name"]) == (CertificateState.ISSUED, "Ada Müller-Lüdenscheidt")
    assert new.facts["replaces"] == old.number
    assert "Müller-Lüdenscheidt" in pypdf.PdfReader(BytesIO(new.document)).pages[0].extract_text()
    assert len(await all_of(begin)) == 3
    with pytest.raises(AlreadyEnded):
        await certification.reissue(REGISTRAR, certificate_id=adas.id, batch_id=uuid4(), reason="Noch einmal")


async def test_another_name_is_no_new_training_it_counts_as_long_as_the_first_one(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    async with begin() as session:
        run = await session.get_one(Run, finished.run_id)
        session.add(CourseRule(course_id=run.course_id, valid_months=24))
    await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()
    for name in ("Neumann", "Altmann"):
        clock.forward(days=200)
        await rename(begin, name)
        [standing] = [
            one
            for one in await all_of(begin)
            if one.state == "issued" and "Ada" in one.facts["holder"]["name"]
        ]
        await certification.reissue(REGISTRAR, certificate_id=standing.id, batch_id=uuid4(), reason="Heirat")
        await jobs.drain()

    ada = [one for one in await all_of(begin) if "Ada" in one.facts["holder"]["name"]]
    assert [one.state.value for one in ada] == ["replaced", "replaced", "issued"]
    assert ada[2].facts["holder"]["name"] == "Ada Altmann"
    assert {one.valid_until for one in ada} == {today(lambda: MOMENT).replace(year=2028)}


async def test_what_is_revoked_while_it_is_made_anew_stays_revoked(
    certification: Certification, adas: Certificate, begin: Begin, jobs: Worker
) -> None:
    batch = await certification.reissue(
        REGISTRAR, certificate_id=adas.id, batch_id=uuid4(), reason="Name berichtigt"
    )
    await certification.revoke(REGISTRAR, certificate_id=adas.id, reason="Verwechslung")
    await jobs.drain()

    async with begin.reading() as session:
        progress = await progress_of(session, batch.id)
    with use_locale("en"):
        assert "revoked meanwhile" in advice_for(progress.failures[0].reason).sentence
    assert [one.state for one in await all_of(begin)] == [CertificateState.REVOKED, CertificateState.ISSUED]


@pytest.mark.parametrize("attends_less", [False, True], ids=["a rule was raised", "a mark was corrected"])
async def test_a_corrected_paper_needs_what_the_old_one_states_and_not_what_is_asked_today(
    certification: Certification,
    finished: Finished,
    adas: Certificate,
    begin: Begin,
    jobs: Worker,
    *,
    attends_less: bool,
) -> None:
    bens = (await all_of(begin))[1]
    async with begin() as session:
        await session.execute(update(Course).values(certificate_threshold_percent=100))
        if attends_less:
            await session.execute(
                update(Attendance)
                .where(Attendance.enrolment_id == finished.enrolments[1].id)
                .values(presence=Presence.ABSENT)
            )
    batch = await certification.reissue(
        REGISTRAR, certificate_id=bens.id, batch_id=uuid4(), reason="Name berichtigt"
    )
    await jobs.drain()

    async with begin.reading() as session:
        progress = await progress_of(session, batch.id)
    assert (progress.issued, len(progress.failures)) == ((0, 1) if attends_less else (1, 0))


async def test_it_stands_when_course_person_and_enrolment_are_deleted_and_can_be_made_anew_as_long_as_the_person_is_there(
    certification: Certification, adas: Certificate, begin: Begin, jobs: Worker
) -> None:
    async with begin() as session:
        for table in (
            "attendance",
            "session",
            "enrolment",
            "party",
            "run_trainer",
            "run",
            "outcome",
            "course",
        ):
            await session.execute(text(f"DELETE FROM {table}"))
    await rename(begin, "Neumann")
    await certification.reissue(REGISTRAR, certificate_id=adas.id, batch_id=uuid4(), reason="Heirat")
    await jobs.drain()
    async with begin() as session:
        for table in ("letter_attachment", "letter", "audit_person", "person"):
            if await session.scalar(text(exists_table(session.get_bind().dialect.name, table))):
                await session.execute(text(f"DELETE FROM {table}"))

    async with begin.reading() as session:
        found = await certificate_by_code(session, adas.code)
        assert found is not None
        assert found.replaced_by is not None
        new = await certificate_of(session, found.replaced_by, with_document=True)
    assert (found.state, found.facts["course"]) == (CertificateState.REPLACED, "Das Tablet kennenlernen")
    assert (new.facts["holder"]["name"], new.facts["units_attended"]) == ("Ada Neumann", 10)


def exists_table(dialect: str, table: str) -> str:
    where = (
        "sqlite_master WHERE name" if dialect == "sqlite" else "information_schema.tables WHERE table_name"
    )
    return f"SELECT count(*) FROM {where} = '{table}'"


async def test_the_same_people_twice_at_once_get_one_each(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    orders = [
        Order(
            kind=Kind.ATTENDANCE,
            subject=taking_part(enrolment.id),
            person_id=enrolment.person_id or uuid4(),
            enrolment_id=enrolment.id,
            run_id=finished.run_id,
        )
        for enrolment in finished.enrolments[:2]
    ]

    begun = await asyncio.gather(
        *(
            certification.start_batch(REGISTRAR, batch_id=uuid4(), orders=orders, title="Alle offenen")
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    await jobs.drain()

    assert sum(isinstance(one, NobodyQualifies) for one in begun) == 3
    assert [one.number for one in await all_of(begin)] == ["TB-2026-00001", "TB-2026-00002"]


async def test_whoever_has_not_earned_it_when_the_paper_is_drawn_gets_none_and_reads_why(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    batch = await certification.start(REGISTRAR, run_id=finished.run_id)
    async with begin() as session:
        ada = finished.enrolments[0].id
        await session.execute(
            update(Attendance).where(Attendance.enrolment_id == ada).values(presence=Presence.ABSENT)
        )
    await jobs.drain()

    async with begin.reading() as session:
        progress = await progress_of(session, batch.id)
    assert (progress.issued, [one.name for one in progress.failures]) == (1, ["Ada Adasen"])
    with use_locale("en"):
        assert "no longer" in advice_for(progress.failures[0].reason).sentence

    async with begin() as session:
        await session.execute(update(Attendance).values(presence=Presence.PRESENT))
    await certification.repeat_failed(REGISTRAR, batch_id=batch.id)
    await jobs.drain()

    assert [one.facts["holder"]["name"] for one in await all_of(begin)] == ["Ada Adasen", "Ben Bensen"]


async def test_a_name_that_no_font_of_ours_can_write_fails_alone_and_says_what_to_do(
    certification: Certification, finished: Finished, begin: Begin, jobs: Worker
) -> None:
    await rename(begin, "Tanaka 😀")
    batch = await certification.start(REGISTRAR, run_id=finished.run_id)
    await jobs.drain()

    async with begin.reading() as session:
        progress = await progress_of(session, batch.id)
    assert progress.issued == 1
    assert "😀" in advice_for(progress.failures[0].reason).sentence


async def test_after_the_registers_time_nothing_is_left_but_that_there_was_one(
    adas: Certificate, begin: Begin, clock: FixedClock
) -> None:
    assert await forget_expired(begin, clock) == 0
    clock.forward(days=3_654)

    assert await forget_expired(begin, clock) == 2
    assert await forget_expired(begin, clock) == 0

    async with begin.reading() as session:
        left = (await session.scalars(select(ExpiredRecord).where(ExpiredRecord.code == adas.code))).one()
        assert await certificate_by_code(session, adas.code) is None
        assert (await session.scalars(select(BatchItem).where(BatchItem.state == "issued"))).all() == []
    assert left.expired_on < today(clock)


async def test_with_the_certificates_goes_what_hangs_on_them_and_nothing_younger(
    adas: Certificate, begin: Begin, clock: FixedClock
) -> None:
    assert adas.person_id is not None
    person_id = adas.person_id

    def wish(subject: str) -> ProofWish:
        return ProofWish(
            kind="education_leave", subject=subject, person_id=person_id, asked_at=clock(), asked_by=None
        )  # fmt: skip

    def hand_out() -> HandOut:
        return HandOut(
            kind=HandOutKind.PRINT, title="Alle", source={}, made_at=clock(), file_name="druck.pdf"
        )

    def failed(batch: Batch) -> BatchItem:
        return BatchItem(
            batch_id=batch.id, kind="attendance", subject=uuid4().hex, person_id=adas.person_id,
            state=BatchItemState.FAILED,
        )  # fmt: skip

    batches = [Batch(id=uuid4(), run_id=None, started_at=clock(), started_by=None)]
    async with begin() as session:
        session.add_all([wish(adas.subject), hand_out(), *batches])
        await session.flush()
        session.add(failed(batches[0]))
    clock.forward(days=3_654)
    async with begin() as session:
        younger = Batch(id=uuid4(), run_id=None, started_at=clock(), started_by=None)
        session.add_all([wish("enrolment/1/education-leave"), hand_out(), younger])
        await session.flush()
        session.add(failed(younger))

    await forget_expired(begin, clock)

    async with begin.reading() as session:
        assert list(await session.scalars(select(Batch.id))) == [younger.id]
        assert list(await session.scalars(select(BatchItem.batch_id))) == [younger.id]
        assert list(await session.scalars(select(ProofWish.subject))) == ["enrolment/1/education-leave"]
        assert len(list(await session.scalars(select(HandOut.id)))) == 1


async def test_nobody_deletes_one_before_its_time(adas: Certificate, begin: Begin) -> None:
    with pytest.raises(IntegrityError):
        async with begin() as session:
            await session.execute(delete(Certificate).where(Certificate.id == adas.id))


async def test_only_those_who_may_replace_do(certification: Certification, adas: Certificate) -> None:
    with pytest.raises(Forbidden):
        await certification.reissue(
            staff(Identity.ENROLMENT), certificate_id=adas.id, batch_id=uuid4(), reason="Name"
        )
