"""Rules that are set, results that are entered, and what the papers rest on."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from certificates.document import Kind, Result
from lms.attendance.errors import NotInThisRun
from lms.attendance.make_up import MakeUps
from lms.attendance.models import Presence
from lms.attendance.service import Mark, Register
from lms.audit.models import AuditEntry
from lms.certification.eligibility import Lack, Source, candidates, evidence_of
from lms.certification.eligibility.affected import effect_of
from lms.certification.eligibility.errors import (
    CertificateStands,
    NameTaken,
    NoExam,
    NotCovered,
    TooManyPoints,
)
from lms.certification.eligibility.exams import Exams, NewResult
from lms.certification.eligibility.models import ExamOutcome, ExamResult, Excused, RunRule
from lms.certification.eligibility.rule_setting import CertificateRules, CourseTerms, ProgrammeTerms
from lms.certification.eligibility.rules import Asked
from lms.certification.models import Batch, BatchItem, Certificate
from lms.certification.subjects import taking_part
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.certification.eligibility.parallel import TEAM, A, P, Parallel, enrol, parallel_runs
from tests.making import BOTH, MOMENT, make_person, staff
from tests.office import counted

pytestmark = BOTH
BOTH_PAPERS = CourseTerms(
    kinds=("attendance", "examined"), exam_de="Abschlusstest", exam_en="Final test", valid_months=24
)
HELD = date(2026, 11, 20)


@pytest.fixture
async def two(begin: Begin) -> Parallel:
    return await parallel_runs(begin)


@pytest.fixture
def rules(house: Around) -> CertificateRules:
    return CertificateRules(house)


@pytest.fixture
async def exams(house: Around, two: Parallel, rules: CertificateRules) -> Exams:
    """The course has an exam."""
    await rules.set_course(TEAM, course_id=two.course.id, terms=BOTH_PAPERS, version=0)
    return Exams(house)


def passed(one: Enrolment, points: int | None = 17, version: int = 0) -> NewResult:
    out_of = None if points is None else 20
    return NewResult(one.id, ExamOutcome.PASSED, HELD, points, out_of, version)


async def issue(begin: Begin, one: Enrolment) -> None:
    """The certificate of this enrolment stands."""
    async with begin() as session:
        session.add(
            Certificate(
                year=2026, counter=1, number="TB-2026-00001", code=uuid4().hex, kind="attendance",
                subject=taking_part(one.id), kept_until=MOMENT.date() + timedelta(days=3_000), enrolment_id=one.id,
                person_id=one.person_id, run_id=one.run_id, facts={}, language="de", document=b"%PDF", sha256="0",
                signature="demo:AA==", key_id="demo", issued_at=MOMENT, issued_by=None,
            )
        )  # fmt: skip


async def test_thirty_people_or_many_runs_take_the_same_few_statements(two: Parallel, begin: Begin) -> None:
    async with begin.reading() as session:
        with counted() as few:
            one = await candidates(session, two.first.id)
    for number in range(28):
        await enrol(begin, two.first, make_person(f"P{number}", "Zahl"), [P, P, P, P, A])
    async with begin.reading() as session:
        with counted() as many:
            all_of_them = await candidates(session, two.first.id, two.second.id)
        with counted() as of_papers:
            papers = await evidence_of(session, [one.enrolment_id for one in all_of_them])

    assert (len(one), len(all_of_them), len(papers)) == (2, 31, 31)
    assert (len(few), len(many), len(of_papers)) == (3, 3, 4)


async def test_a_run_that_does_not_exist_is_not_found(begin: Begin, two: Parallel) -> None:
    async with begin.reading() as session:
        with pytest.raises(NotFound):
            await candidates(session, two.first.id, uuid4())


async def test_the_papers_rest_on_marks_make_ups_exam_and_programme(
    two: Parallel, begin: Begin, house: Around, exams: Exams, rules: CertificateRules
) -> None:
    programme = await rules.add_programme(
        TEAM,
        programme_id=uuid4(),
        terms=ProgrammeTerms(name="Digital im Alter", threshold_percent=75, text_de="Gefördert vom Land."),
    )
    await rules.set_run(TEAM, run_id=two.first.id, threshold_percent=60, programme_id=programme.id, version=0)
    await MakeUps(house).agree(
        TEAM,
        enrolment_id=two.ada.id,
        missed_session_id=two.first.meetings[1].id,
        session_id=two.second.meetings[1].id,
    )
    await Register(house).mark(
        two.second.trainer,
        session_id=two.second.meetings[1].id,
        marks=[Mark(two.ada.id, Presence.LATE, 10)],
    )
    await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada)])

    async with begin.reading() as session:
        papers = await evidence_of(session, [two.ada.id, two.ben.id])
        ada, ben = await candidates(session, two.first.id)

    paper = papers[two.ada.id]
    assert (paper.attended_minutes, paper.planned_minutes, paper.kind) == (350, 450, Kind.EXAMINED)
    assert paper.result == Result(exam="Abschlusstest", held_on=HELD, points=17, out_of=20)
    assert paper.exam_en == "Final test"
    assert paper.programme_note == "Gefördert vom Land."
    assert paper.days_attended == tuple(
        sorted(
            meeting.starts_at.date()
            for meeting in (
                two.first.meetings[0], two.second.meetings[1], two.first.meetings[2], two.first.meetings[3],
            )
        )
    )  # fmt: skip
    assert (ada.asked.threshold_percent, ada.asked.source, ada.standing.has_earned) == (
        75,
        Source.PROGRAMME,
        True,
    )
    assert (ben.standing.lacks, papers[two.ben.id].result, papers[two.ben.id].kind) == (
        (Lack.UNITS, Lack.EXAM),
        None,
        Kind.ATTENDANCE,
    )


async def test_trainers_enter_results_for_their_own_run_and_for_no_other(
    two: Parallel, exams: Exams, begin: Begin
) -> None:
    await exams.enter(two.first.trainer, run_id=two.first.id, results=[passed(two.ada)])

    with pytest.raises(NotFound):
        await exams.enter(two.second.trainer, run_id=two.first.id, results=[passed(two.ben)])
    with pytest.raises(NotFound):
        await exams.enter(staff(Identity.ENROLMENT), run_id=two.first.id, results=[passed(two.ben)])
    with pytest.raises(NotInThisRun):
        await exams.enter(two.first.trainer, run_id=two.first.id, results=[passed(two.cem)])
    async with begin.reading() as session:
        kept = (await session.scalars(select(ExamResult))).all()
    assert [(one.enrolment_id, one.entered_by) for one in kept] == [
        (two.ada.id, two.first.trainer.account_id)
    ]


async def test_a_result_is_corrected_with_a_trace_and_sent_twice_it_is_entered_once(
    two: Parallel, exams: Exams, begin: Begin
) -> None:
    await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada)])
    await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada)])
    await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada, points=12, version=1)])

    async with begin.reading() as session:
        trail = (
            await session.execute(
                select(AuditEntry.action, AuditEntry.before, AuditEntry.after).where(
                    AuditEntry.action.startswith("exam_result")
                )
            )
        ).all()
    assert sorted((action, before.get("points"), after["points"]) for action, before, after in trail) == [
        ("exam_result.corrected", 17, 12),
        ("exam_result.entered", None, 17),
    ]


async def test_of_two_who_enter_different_results_at_once_one_reads_the_others(
    two: Parallel, exams: Exams, begin: Begin
) -> None:
    outcomes = await asyncio.gather(
        *(exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada, points)]) for points in (11, 12)),
        return_exceptions=True,
    )

    async with begin.reading() as session:
        kept = (await session.scalars(select(ExamResult))).one()
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "Stale"]
    assert (kept.version, kept.points in {11, 12}) == (1, True)


async def test_once_the_certificate_is_issued_or_about_to_be_its_result_stands(
    two: Parallel, exams: Exams, begin: Begin
) -> None:
    await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada), passed(two.ben)])
    await issue(begin, two.ada)
    async with begin() as session:
        batch = Batch(run_id=two.first.id, started_at=MOMENT, started_by=None)
        session.add(batch)
        await session.flush()
        session.add(
            BatchItem(
                batch_id=batch.id, kind="examined", subject=taking_part(two.ben.id), enrolment_id=two.ben.id
            )
        )

    for one in (two.ada, two.ben):
        with pytest.raises(CertificateStands):
            await exams.enter(TEAM, run_id=two.first.id, results=[passed(one, points=1, version=1)])


async def test_results_that_make_no_sense_are_refused(
    two: Parallel, exams: Exams, rules: CertificateRules
) -> None:
    with pytest.raises(TooManyPoints):
        await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada, points=21)])
    await rules.set_course(TEAM, course_id=two.course.id, terms=CourseTerms(), version=1)
    with pytest.raises(NoExam):
        await exams.enter(TEAM, run_id=two.first.id, results=[passed(two.ada)])


async def test_rules_are_set_by_who_issues_and_by_one_at_a_time(
    two: Parallel, rules: CertificateRules
) -> None:
    with pytest.raises(Forbidden):
        await rules.set_course(
            staff(Identity.PROGRAMME), course_id=two.course.id, terms=BOTH_PAPERS, version=0
        )
    outcomes = await asyncio.gather(
        *(
            rules.set_run(TEAM, run_id=two.first.id, threshold_percent=percent, programme_id=None, version=0)
            for percent in (60, 70)
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == sorted([RunRule.__name__, Stale.__name__])


async def test_a_programme_is_chosen_only_in_its_time_and_kept_when_it_ends(
    two: Parallel, rules: CertificateRules, begin: Begin
) -> None:
    async def choose(programme_id: object, version: int = 0) -> RunRule:
        return await rules.set_run(
            TEAM,
            run_id=two.first.id,
            threshold_percent=None,
            programme_id=programme_id,  # type: ignore[arg-type]
            version=version,
        )

    later = await rules.add_programme(
        TEAM, programme_id=uuid4(), terms=ProgrammeTerms(name="Später", valid_from=date(2027, 1, 1))
    )
    lasting = await rules.add_programme(
        TEAM, programme_id=uuid4(), terms=ProgrammeTerms(name="Jetzt", excused=Excused.LEFT_OUT)
    )
    same = await rules.add_programme(TEAM, programme_id=lasting.id, terms=ProgrammeTerms(name="Jetzt"))

    with pytest.raises(NameTaken):
        await rules.add_programme(TEAM, programme_id=uuid4(), terms=ProgrammeTerms(name="Jetzt"))
    with pytest.raises(NotCovered):
        await choose(later.id)
    await choose(lasting.id)
    await rules.retire_programme(TEAM, programme_id=lasting.id)
    await choose(lasting.id, version=1)
    with pytest.raises(NotCovered):
        await rules.set_run(
            TEAM, run_id=two.second.id, threshold_percent=None, programme_id=lasting.id, version=0
        )
    async with begin.reading() as session:
        [ada, _] = await candidates(session, two.first.id)
    assert same.id == lasting.id
    assert (ada.asked.excused, ada.standing.needed_minutes, ada.standing.has_earned) == (
        Excused.LEFT_OUT,
        288,
        False,
    )


async def test_a_new_rule_says_whom_it_would_affect_and_changes_nothing_issued(
    two: Parallel, begin: Begin, rules: CertificateRules
) -> None:
    await issue(begin, two.cem)
    async with begin.reading() as session:
        milder = await effect_of(session, {two.first.id: Asked(60), two.second.id: Asked(60)})
        the_same = await effect_of(session, {two.first.id: Asked(80)})
    await rules.set_course(
        TEAM, course_id=two.course.id, terms=CourseTerms(kinds=("examined",), exam_de="Test"), version=0
    )
    async with begin.reading() as session:
        paper = (await session.scalars(select(Certificate))).one()

    assert [(one.person.name, one.loses) for one in milder.people] == [("Ada Arndt", False)]
    assert (milder.issued, milder.is_any, the_same.is_any) == (1, True, False)
    assert (paper.kind, paper.state.value) == ("attendance", "issued")
