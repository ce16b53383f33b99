"""Completion by attendance, lessons and quizzes in a mix set per course (F-I04)."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from certificates.document import Kind
from lms.attendance.models import Presence
from lms.certification.eligibility import Lack, candidates, evidence_of
from lms.certification.eligibility.affected import effect_of_course
from lms.certification.eligibility.completion import Learnt, Lesson, Mix, learnt
from lms.certification.eligibility.models import ExamOutcome
from lms.certification.eligibility.rule_setting import CertificateRules, CourseTerms
from lms.certification.eligibility.rules import Asked, standing
from lms.certification.eligibility.words import lessons_note, own_words, reasons
from lms.db import Begin
from lms.learning.models import LessonKind
from lms.web.language import use_locale
from lms.web.module import Around
from tests.certification.eligibility.parallel import TEAM, Parallel, parallel_runs
from tests.certification.eligibility.test_rules import A, N, P, day
from tests.learning.published import an_edition, did
from tests.making import MOMENT
from tests.office import counted

FIRST, SECOND, THIRD, QUIZ, EXTRA = (UUID(int=number) for number in range(1, 6))
LESSONS = [
    Lesson(FIRST, "Einschalten"),
    Lesson(SECOND, "Fotos"),
    Lesson(THIRD, "E-Mail"),
    Lesson(QUIZ, "Passwörter"),
    Lesson(EXTRA, "Für Neugierige", needed=False),
]


@pytest.mark.parametrize(
    ("done", "percent", "quizzes", "missing", "open_quizzes"),
    [
        pytest.param([], 100, [], 4, [], id="all that count, and what is extra does not"),
        pytest.param([EXTRA], 100, [], 4, [], id="what is extra never helps"),
        pytest.param([FIRST, SECOND, THIRD, QUIZ], 100, [QUIZ], 0, [], id="everything"),
        pytest.param([FIRST, SECOND, THIRD], 75, [QUIZ], 0, ["Passwörter"], id="enough lessons, the quiz open"),
        pytest.param([FIRST, SECOND], 51, [], 1, [], id="a share is rounded up"),
        pytest.param([FIRST], None, [QUIZ], 0, ["Passwörter"], id="only the quiz is asked for"),
        pytest.param([], None, [uuid4()], 0, [], id="a quiz that the edition does not have"),
    ],
)  # fmt: skip
def test_what_counts(
    done: Sequence[UUID], percent: int | None, quizzes: Sequence[UUID], missing: int, open_quizzes: list[str]
) -> None:
    found = learnt(LESSONS, done, lessons_percent=percent, quizzes=quizzes)

    assert (found.missing, list(found.quizzes)) == (missing, open_quizzes)


def of(done: int, needed: int, *quizzes: str) -> Learnt:
    return Learnt(done=done, needed=needed, total=4, quizzes=quizzes, asks_lessons=True)


@pytest.mark.parametrize(
    ("presences", "learnt_so_far", "mix", "lacks"),
    [
        pytest.param([P, P, P, P, P], of(4, 4), Mix.ALL, (), id="both done"),
        pytest.param([P, P, P, P, P], of(2, 4, "Q"), Mix.ALL, (Lack.LESSONS, Lack.QUIZ), id="lessons and a quiz missing"),
        pytest.param([P, P, A, A, A], of(4, 4), Mix.ALL, (Lack.UNITS,), id="lessons do not help where both are needed"),
        pytest.param([P, P, A, A, A], of(4, 4), Mix.EITHER, (), id="lessons stand for sessions"),
        pytest.param([P, P, P, P, P], of(0, 4), Mix.EITHER, (), id="who came needs no lesson"),
        pytest.param([P, P, A, A, A], of(3, 4), Mix.EITHER, (Lack.UNITS, Lack.LESSONS), id="neither is enough"),
        pytest.param([P, N, N, N, N], of(4, 4), Mix.EITHER, (), id="missing marks could only add to it"),
        pytest.param([A, A, A, A, A], of(4, 4), Mix.EITHER, (Lack.UNITS,), id="without one unit nothing can be stated"),
        pytest.param([P, P, P, P, P], of(4, 4, "Q"), Mix.EITHER, (Lack.QUIZ,), id="a quiz is needed either way"),
        pytest.param([P, P, P, P, P], Learnt(asks_lessons=True), Mix.ALL, (Lack.LESSONS,), id="nothing is published yet"),
    ],
)  # fmt: skip
def test_the_mix(
    presences: list[Presence | None], learnt_so_far: Learnt, mix: Mix, lacks: tuple[Lack, ...]
) -> None:
    days = [day(one) for one in presences]
    wanted = Asked(80, lessons_percent=100, quizzes=frozenset({QUIZ}), mix=mix)

    assert tuple(standing(days, wanted, None, learnt_so_far).lacks) == lacks


def test_the_exam_is_needed_beside_every_mix() -> None:
    wanted = Asked(80, kinds=frozenset({Kind.EXAMINED}), lessons_percent=100, mix=Mix.EITHER)
    days = [day(P), day(A)]

    assert standing(days, wanted, None, of(4, 4)).lacks == (Lack.EXAM,)
    assert standing(days, wanted, ExamOutcome.PASSED, of(4, 4)).has_earned


@pytest.mark.parametrize(
    ("learnt_so_far", "said"),
    [
        (of(2, 4, "Passwörter"), "Für den Nachweis fehlen Ihnen noch 2 Lektionen und das Quiz „Passwörter“."),
        (of(3, 4), "Für den Nachweis fehlt Ihnen noch 1 Lektion."),
        (of(4, 4, "A", "B"), "Für den Nachweis fehlen Ihnen noch das Quiz „A“ und das Quiz „B“."),
        (of(4, 4), "Alles Nötige an Lektionen und Quiz ist erledigt."),
    ],
)  # fmt: skip
def test_learners_read_what_is_missing(learnt_so_far: Learnt, said: str) -> None:
    wanted = Asked(80, lessons_percent=100, quizzes=frozenset({QUIZ}))
    now = standing([day(P), day(N)], wanted, None, learnt_so_far)

    with use_locale("de"):
        words = own_words(now, wanted, None, is_over=False, to_person=True)

    assert words[-1] == said


def test_the_team_and_the_paper_read_it_too() -> None:
    wanted = Asked(80, lessons_percent=75)
    now = standing([day(P)], wanted, None, of(2, 3))
    either = standing([day(P), day(A)], Asked(80, lessons_percent=75, mix=Mix.EITHER), None, of(3, 3))

    with use_locale("de"):
        assert reasons(now, wanted) == ["Noch offen: 1 Lektion."]
        assert reasons(either, wanted) == ["Lektionen ersetzen die versäumten Termine."]
    assert lessons_note(of(3, 3)) == ("Bearbeitete Lektionen: 3 von 4.", "Lessons done: 3 of 4.")
    assert lessons_note(Learnt()) == ("", "")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
class TestInTheDatabase:
    @pytest.fixture
    async def two(self, begin: Begin) -> Parallel:
        return await parallel_runs(begin)

    async def test_what_was_done_decides_about_the_certificate(
        self, house: Around, begin: Begin, two: Parallel
    ) -> None:
        _, [first, second, quiz] = await an_edition(
            begin, two.course.id, ("Eins", LessonKind.TEXT), ("Zwei", LessonKind.PRACTICE), ("Test", LessonKind.QUIZ)
        )  # fmt: skip
        async with begin.reading() as session:
            with counted() as before_the_rule:
                everybody = await candidates(session, two.first.id)
        ada = everybody[0]
        terms = CourseTerms(lessons_percent=60, quizzes=(str(quiz.lesson_id),))
        async with begin.reading() as session:
            effect = await effect_of_course(session, two.course.id, terms)
        await CertificateRules(house).set_course(TEAM, course_id=two.course.id, terms=terms, version=0)

        await did(begin, ada.enrolment_id, first)
        async with begin.reading() as session:
            one = {each.enrolment_id: each for each in await candidates(session, two.first.id)}[
                ada.enrolment_id
            ]
        await did(begin, ada.enrolment_id, second, quiz)
        async with begin.reading() as session:
            with counted() as with_the_rule:
                all_of_it = await candidates(session, two.first.id)
            proof = (await evidence_of(session, [ada.enrolment_id]))[ada.enrolment_id]
        done = {each.enrolment_id: each for each in all_of_it}[ada.enrolment_id]

        assert {Lack.LESSONS, Lack.QUIZ} <= set(one.standing.lacks)
        assert {Lack.LESSONS, Lack.QUIZ}.isdisjoint(done.standing.lacks)
        assert (proof.learnt.done, proof.learnt.total) == (3, 3)
        assert all(each.loses for each in effect.people)
        assert len(with_the_rule) - len(before_the_rule) == 5

    async def test_a_run_keeps_the_lessons_of_its_start(
        self, house: Around, begin: Begin, two: Parallel
    ) -> None:
        _, [first] = await an_edition(begin, two.course.id, ("Eins", LessonKind.TEXT))
        await CertificateRules(house).set_course(
            TEAM, course_id=two.course.id, terms=CourseTerms(lessons_percent=100), version=0
        )
        async with begin.reading() as session:
            ada = (await candidates(session, two.first.id))[0]
        await did(begin, ada.enrolment_id, first)
        await an_edition(
            begin, two.course.id, ("Eins", LessonKind.TEXT), ("Neu", LessonKind.TEXT), number=2,
            published_at=MOMENT, ids=[first.lesson_id],
        )  # fmt: skip

        async with begin.reading() as session:
            found = {one.enrolment_id: one for one in await candidates(session, two.first.id)}

        assert found[ada.enrolment_id].standing.learnt.total == 1
        assert Lack.LESSONS not in found[ada.enrolment_id].standing.lacks
