"""Distance learning (L-20): a paid course that is mostly not live and in which success is checked needs an approval."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from certificates.document import Kind
from lms.audit.models import AuditEntry
from lms.catalogue.distance import ApprovalNeeded, ReasonMissing, Shares, Verdict, verdict
from lms.catalogue.distance_models import DistanceFact, DistanceWord, FactSource
from lms.catalogue.distance_reading import approval_number_of, known_of, note_fact, runs_lacking_approval
from lms.catalogue.distance_service import DistanceLearning, Saying
from lms.catalogue.models import Course, Run, RunState
from lms.certification.eligibility.rule_setting import CertificateRules, CourseTerms
from lms.db import Begin
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.learning.distance import note_edition
from lms.learning.events import EditionPublished
from lms.learning.models import LessonKind
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.learning.published import an_edition
from tests.making import MOMENT, make_course, make_run, staff

TEAM, PLANNER = staff(), staff(Identity.PROGRAMME)
SINCE = date(2025, 6, 12)
HOSTILE = "Zeile\r\nzwei; =SUM(A1) <script>alert(1)</script> \u202e٣ 🦊 " + "x" * 10_000


@pytest.mark.parametrize(
    ("shares", "given", "expected"),
    [
        pytest.param(Shares(360, 0, 361), {}, Verdict.NEEDS_APPROVAL, id="one minute more than half apart"),
        pytest.param(Shares(360, 0, 360), {}, Verdict.MOSTLY_LIVE, id="exactly half is not more"),
        pytest.param(Shares(90, 300, 0), {}, Verdict.NEEDS_APPROVAL, id="recordings are not live"),
        pytest.param(Shares(0, 0, 0), {}, Verdict.MOSTLY_LIVE, id="nothing planned at all"),
        pytest.param(Shares(90, 0, 300), {"is_paid": False}, Verdict.FREE, id="free of charge"),
        pytest.param(Shares(90, 0, 300), {"is_checked": False}, Verdict.NOT_CHECKED, id="nobody checks"),
        pytest.param(Shares(90, 0, 300), {"approval_number": "7412345"}, Verdict.APPROVED, id="approved"),
        pytest.param(Shares(90, 0, 300), {"approval_number": " "}, Verdict.NEEDS_APPROVAL, id="a blank is no number"),
        pytest.param(Shares(90, 0, 300), {"decision": "Gemeinsam im Raum"}, Verdict.DECIDED, id="decided"),
        pytest.param(Shares(90, 0, 300), {"since": None}, Verdict.NO_RULE, id="switched off"),
        pytest.param(Shares(90, 0, 300), {"on": date(2025, 6, 11)}, Verdict.NO_RULE, id="the day before"),
        pytest.param(Shares(90, 0, 300), {"on": SINCE}, Verdict.NEEDS_APPROVAL, id="on its first day"),
    ],
)  # fmt: skip
def test_the_rule(shares: Shares, given: dict[str, Any], expected: Verdict) -> None:
    usual: dict[str, Any] = {"is_paid": True, "is_checked": True, "since": SINCE, "on": date(2026, 12, 4)}

    assert verdict(shares, **usual | given) is expected


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_percentage_that_is_read_agrees_with_the_verdict(live: int, recorded: int, alone: int) -> None:
    shares = Shares(live, recorded, alone)

    assert (shares.percent_apart > 50) is shares.is_mostly_apart
    assert 0 <= shares.percent_apart <= 100


@pytest.fixture
async def course(begin: Begin) -> Course:
    made = make_course(default_price_cents=9_000)
    async with begin() as session:
        session.add(made)
    return made


async def a_draft(begin: Begin, course: Course, **given: Any) -> Run:
    """Four sessions of ninety minutes for 90 euros."""
    run = make_run(course, **{"state": RunState.DRAFT, "price_cents": 9_000} | given)
    async with begin() as session:
        session.add(run)
    return run


async def taught_apart(begin: Begin, course: Course, minutes: int = 90, **given: Any) -> None:
    """Six lessons, with a quiz at the end, of which the catalogue has heard."""
    kinds = [("Lektion", LessonKind.TEXT)] * 5 + [("Quiz", LessonKind.QUIZ)]
    edition, _ = await an_edition(begin, course.id, *kinds, minutes=minutes, **given)
    async with begin() as session:
        await note_edition(session, EditionPublished(edition_id=edition.id))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
class TestPublishing:
    async def test_it_is_refused_until_there_is_a_number(
        self, house: Around, begin: Begin, course: Course
    ) -> None:
        run = await a_draft(begin, course)
        await taught_apart(begin, course)

        with pytest.raises(ApprovalNeeded) as refused:
            await Scheduling(house).publish(TEAM, run_id=run.id)
        saying = Saying(approval_number=" 7412345 ")
        await DistanceLearning(house).say(PLANNER, course_id=course.id, saying=saying, version=0)
        published = await Scheduling(house).publish(TEAM, run_id=run.id)

        assert refused.value.params == {"percent": 60}  # 540 of 900 minutes
        assert published.state is RunState.PUBLISHED
        async with begin.reading() as session:
            assert await approval_number_of(session, course.id) == "7412345"

    async def test_a_decision_needs_a_reason_and_stands_in_the_audit_trail(
        self, house: Around, begin: Begin, course: Course
    ) -> None:
        run = await a_draft(begin, course)
        await taught_apart(begin, course)
        learning = DistanceLearning(house)

        with pytest.raises(ReasonMissing):
            await learning.say(PLANNER, course_id=course.id, saying=Saying(is_decided=True, decision=" \n"), version=0)  # fmt: skip
        with pytest.raises(Forbidden):
            await learning.say(staff(Identity.ENROLMENT), course_id=course.id, saying=Saying(), version=0)
        await learning.say(PLANNER, course_id=course.id, saying=Saying(is_decided=True, decision=HOSTILE), version=0)  # fmt: skip
        with pytest.raises(Stale):
            await learning.say(PLANNER, course_id=course.id, saying=Saying(), version=0)
        await Scheduling(house).publish(TEAM, run_id=run.id)

        async with begin.reading() as session:
            entry = await session.scalar(
                select(AuditEntry).where(AuditEntry.action == "course.distance_learning")
            )
            word = await session.get_one(DistanceWord, course.id)
        assert entry is not None
        assert (entry.object_id, entry.reason) == (course.id, HOSTILE.strip())
        assert word.decision == HOSTILE.strip()

    async def test_a_free_run_and_one_without_a_check_are_published(
        self, house: Around, begin: Begin, course: Course
    ) -> None:
        free = await a_draft(begin, course, price_cents=0)
        await taught_apart(begin, course)
        other = make_course(slug="ohne-quiz")
        async with begin() as session:
            session.add(other)
            await session.flush()
            await note_fact(
                session, course_id=other.id, source=FactSource.LESSONS, is_checked=False, self_study_minutes=9_000
            )  # fmt: skip
        unchecked = await a_draft(begin, other)

        found = [await Scheduling(house).publish(TEAM, run_id=one.id) for one in (free, unchecked)]

        assert [one.state for one in found] == [RunState.PUBLISHED] * 2

    async def test_what_the_certificate_asks_for_checks_success_as_well(
        self, house: Around, begin: Begin, course: Course
    ) -> None:
        run = await a_draft(begin, course)
        await an_edition(begin, course.id, ("Allein", LessonKind.TEXT))
        async with begin() as session:
            await note_fact(
                session, course_id=course.id, source=FactSource.LESSONS, is_checked=False, self_study_minutes=900
            )  # fmt: skip
        rules = CertificateRules(house)
        terms = CourseTerms(kinds=(Kind.ATTENDANCE.value,), lessons_percent=100)
        await rules.set_course(TEAM, course_id=course.id, terms=terms, version=0)

        with pytest.raises(ApprovalNeeded):
            await Scheduling(house).publish(TEAM, run_id=run.id)
        await rules.set_course(TEAM, course_id=course.id, terms=CourseTerms(), version=1)
        await Scheduling(house).publish(TEAM, run_id=run.id)

    async def test_what_was_published_before_becomes_a_task_when_the_balance_tips(
        self, house: Around, begin: Begin, course: Course
    ) -> None:
        run = await a_draft(begin, course)
        over = await a_draft(begin, course, state=RunState.PUBLISHED, starts_at=MOMENT - timedelta(days=9), ends_at=MOMENT - timedelta(days=2))  # fmt: skip
        await Scheduling(house).publish(TEAM, run_id=run.id)
        async with begin.reading() as session:
            before = await runs_lacking_approval(session, MOMENT)

        await taught_apart(begin, course)
        async with begin.reading() as session:
            after = await runs_lacking_approval(session, MOMENT)
        saying = Saying(is_decided=True, decision="Die Lektionen werden im Raum bearbeitet.")
        await DistanceLearning(house).say(PLANNER, course_id=course.id, saying=saying, version=0)
        async with begin.reading() as session:
            settled = await runs_lacking_approval(session, MOMENT)

        assert [[one.id for one, _ in found] for found in (before, after, settled)] == [[], [run.id], []]
        assert over.id not in {one.id for one, _ in after}

    async def test_the_newest_edition_counts_and_an_old_one_that_comes_late_changes_nothing(
        self, begin: Begin, course: Course
    ) -> None:
        old, _ = await an_edition(begin, course.id, ("Alt", LessonKind.QUIZ), minutes=45)
        new, _ = await an_edition(
            begin, course.id, ("Film", LessonKind.TEXT), number=2, minutes=20, text="Schau:\n\n::: video film.mp4\nTitel: X\n:::\n"
        )  # fmt: skip
        for edition in (new, old, new):
            async with begin() as session:
                await note_edition(session, EditionPublished(edition_id=edition.id))

        async with begin.reading() as session:
            [fact] = (await known_of(session, [course.id]))[course.id].facts
        assert (fact.recorded_minutes, fact.self_study_minutes, fact.unknown, fact.is_checked) == (20, 0, 0, False)  # fmt: skip

    async def test_two_planners_at_once_do_not_overwrite_each_other(
        self, house: Around, begin: Begin, course: Course
    ) -> None:
        learning = DistanceLearning(house)

        done = await asyncio.gather(
            *(
                learning.say(PLANNER, course_id=course.id, saying=Saying(approval_number=number), version=0)
                for number in ("1", "2")
            ),
            return_exceptions=True,
        )

        assert sorted(type(one).__name__ for one in done) == ["DistanceWord", "Stale"]
        async with begin.reading() as session:
            assert len((await session.scalars(select(DistanceFact))).all()) == 0
