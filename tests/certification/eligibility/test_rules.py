"""What a certificate asks for and what counts towards it: the table of cases is the specification."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.document import Kind
from lms.attendance.days import Day, Elsewhere
from lms.attendance.models import Presence
from lms.certification.eligibility.models import CourseRule, ExamOutcome, Excused, FundingProgramme, RunRule
from lms.certification.eligibility.rules import (
    Asked,
    Lack,
    Rules,
    Source,
    kind_for,
    standing,
    whole_units,
)
from tests.making import MOMENT

P, L, E, A, N = Presence.PRESENT, Presence.LATE, Presence.EXCUSED, Presence.ABSENT, None
BOTH_KINDS = frozenset({Kind.ATTENDANCE, Kind.EXAMINED})
ONLY_EXAM = frozenset({Kind.EXAMINED})


def day(
    presence: Presence | None,
    minutes: int = 90,
    late: int = 0,
    made_up: Elsewhere | None = None,
    number: int = 0,
) -> Day:
    begin = MOMENT + timedelta(weeks=number)
    return Day(uuid4(), begin, begin + timedelta(minutes=minutes), presence, late, made_up)


def elsewhere(
    presence: Presence | None, minutes: int = 90, late: int = 0, *, is_cancelled: bool = False
) -> Elsewhere:
    begin = MOMENT + timedelta(days=1)
    end = begin + timedelta(minutes=minutes)
    return Elsewhere(uuid4(), UUID(int=1), "2042", begin, end, presence, late, is_cancelled)


@pytest.mark.parametrize(
    ("days", "percent", "attended", "needed", "lack"),
    [
        pytest.param([P, P, P, P, P], 80, 450, 360, Lack.NOTHING, id="at every session"),
        pytest.param([P, P, P, P, A], 80, 360, 360, Lack.NOTHING, id="exactly the asked share is enough"),
        pytest.param([P, P, P, A, A], 80, 270, 360, Lack.UNITS, id="one session too few"),
        pytest.param([P, P, P, P, E], 80, 360, 360, Lack.NOTHING, id="excused counts as missed"),
        pytest.param([P, P, P, E, E], 80, 270, 360, Lack.UNITS, id="excused never counts as attended"),
        pytest.param([P, P, P, P, N], 80, 360, 360, Lack.MARKS, id="without a mark nothing is decided"),
        pytest.param([A, A, A, A, A], 1, 0, 5, Lack.UNITS, id="who never came"),
        pytest.param([], 80, 0, 0, Lack.UNITS, id="no session took place"),
        pytest.param([P], 100, 90, 90, Lack.NOTHING, id="a single session"),
    ],
)
def test_what_is_attended_is_compared_with_what_is_asked(
    days: list[Presence | None], percent: int, attended: int, needed: int, lack: Lack
) -> None:
    found = standing([day(one) for one in days], Asked(percent))

    assert (found.attended_minutes, found.needed_minutes, found.lack) == (attended, needed, lack)


def test_lateness_takes_off_its_minutes_and_units_are_counted_down() -> None:
    found = standing([day(P), day(L, late=20), day(L, late=200)], Asked(60))

    assert (found.attended_minutes, found.attended_units, found.minutes_late) == (160, 3, 110)
    assert [whole_units(minutes) for minutes in (0, 44, 45, 89, 90)] == [0, 0, 1, 1, 2]


def test_excused_sessions_are_left_out_of_what_is_asked_where_the_rule_says_so() -> None:
    days = [day(P), day(P), day(P), day(E), day(A)]

    missed = standing(days, Asked(75))
    left_out = standing(days, Asked(75, excused=Excused.LEFT_OUT))

    assert (missed.needed_minutes, missed.lack) == (338, Lack.UNITS)
    assert (left_out.needed_minutes, left_out.lack) == (270, Lack.NOTHING)
    assert left_out.attended_minutes == missed.attended_minutes == 270


def test_who_was_excused_from_everything_has_earned_nothing() -> None:
    found = standing([day(E), day(E)], Asked(80, excused=Excused.LEFT_OUT))

    assert (found.needed_minutes, found.lack) == (0, Lack.UNITS)


@pytest.mark.parametrize(
    ("own", "late", "made_up", "counted"),
    [
        pytest.param(A, 0, elsewhere(P), 90, id="missed and made up"),
        pytest.param(E, 0, elsewhere(P), 90, id="excused and made up"),
        pytest.param(A, 0, elsewhere(P, 180), 90, id="never more than the missed session's length"),
        pytest.param(A, 0, elsewhere(P, 45), 45, id="a shorter one counts what it lasted"),
        pytest.param(A, 0, elsewhere(L, late=30), 60, id="late to the make-up"),
        pytest.param(A, 0, elsewhere(A), 0, id="missed the make-up as well"),
        pytest.param(A, 0, elsewhere(E), 0, id="excused from the make-up"),
        pytest.param(A, 0, elsewhere(None), 0, id="not marked there yet"),
        pytest.param(A, 0, elsewhere(P, is_cancelled=True), 0, id="the make-up was cancelled"),
        pytest.param(P, 0, elsewhere(P), 90, id="came after all: not both"),
        pytest.param(L, 60, elsewhere(L, late=45), 45, id="the better of the two, not their sum"),
    ],
)
def test_a_make_up_counts_for_the_missed_session(
    own: Presence, late: int, made_up: Elsewhere, counted: int
) -> None:
    assert day(own, late=late, made_up=made_up).counted_minutes == counted


def test_a_make_up_that_is_still_to_come_is_waited_for_only_where_it_matters() -> None:
    short = standing([day(P), day(A, made_up=elsewhere(None))], Asked(80))
    enough = standing([*[day(P)] * 4, day(A, made_up=elsewhere(None))], Asked(80))

    assert (short.lack, enough.lack) == (Lack.MAKE_UP, Lack.NOTHING)


@pytest.mark.parametrize(
    ("kinds", "outcome", "lacks", "kind"),
    [
        (frozenset({Kind.ATTENDANCE}), None, (), Kind.ATTENDANCE),
        (BOTH_KINDS, None, (Lack.EXAM,), Kind.ATTENDANCE),
        (BOTH_KINDS, ExamOutcome.PASSED, (), Kind.EXAMINED),
        (BOTH_KINDS, ExamOutcome.FAILED, (), Kind.ATTENDANCE),
        (BOTH_KINDS, ExamOutcome.ABSENT, (), Kind.ATTENDANCE),
        (ONLY_EXAM, None, (Lack.EXAM,), Kind.EXAMINED),
        (ONLY_EXAM, ExamOutcome.PASSED, (), Kind.EXAMINED),
        (ONLY_EXAM, ExamOutcome.FAILED, (Lack.FAILED,), Kind.EXAMINED),
        (ONLY_EXAM, ExamOutcome.ABSENT, (Lack.FAILED,), Kind.EXAMINED),
    ],
)
def test_where_there_is_an_exam_it_decides_about_the_paper(
    kinds: frozenset[Kind], outcome: ExamOutcome | None, lacks: tuple[Lack, ...], kind: Kind
) -> None:
    wanted = Asked(80, kinds=kinds)

    assert tuple(standing([day(P)], wanted, outcome).lacks) == lacks
    assert kind_for(wanted, outcome) is kind


def test_everything_that_is_missing_is_said_at_once() -> None:
    found = standing([day(A), day(P)], Asked(80, kinds=ONLY_EXAM))

    assert list(found.lacks) == [Lack.UNITS, Lack.EXAM]


@pytest.mark.parametrize(
    ("programme", "run", "expected"),
    [
        (None, None, (80, Source.COURSE)),
        (None, 70, (70, Source.RUN)),
        (75, None, (75, Source.PROGRAMME)),
        (75, 70, (75, Source.PROGRAMME)),
    ],
)
def test_the_programme_comes_before_the_run_before_the_course(
    programme: int | None, run: int | None, expected: tuple[int, Source]
) -> None:
    paying = FundingProgramme(name="Digital im Alter", threshold_percent=programme)

    asked = Rules(80, None, RunRule(run_id=uuid4(), threshold_percent=run), paying).asked()

    assert (asked.threshold_percent, asked.source) == expected


def test_the_programmes_word_on_excused_sessions_comes_before_the_courses() -> None:
    course = CourseRule(course_id=uuid4(), excused=Excused.LEFT_OUT)
    strict = FundingProgramme(name="Streng", excused=Excused.MISSED)

    assert Rules(80, course).asked().excused is Excused.LEFT_OUT
    assert Rules(80, course, None, strict).asked().excused is Excused.MISSED
    assert Rules(80, course, None, FundingProgramme(name="Egal")).asked().excused is Excused.LEFT_OUT


PRESENCES = st.sampled_from([P, L, E, A, N])
ELSEWHERE = st.none() | st.builds(
    elsewhere,
    PRESENCES,
    st.integers(1, 300),
    st.integers(0, 300),
    is_cancelled=st.booleans(),
)
DAYS = st.lists(st.builds(day, PRESENCES, st.integers(1, 300), st.integers(0, 300), ELSEWHERE), max_size=8)
WANTED = st.builds(Asked, st.integers(1, 100), excused=st.sampled_from(Excused))


@given(DAYS, WANTED)
def test_nobody_has_attended_more_than_was_planned_nor_is_more_asked(days: list[Day], wanted: Asked) -> None:
    found = standing(days, wanted)

    assert 0 <= found.attended_minutes <= found.planned_minutes
    assert found.needed_minutes <= found.planned_minutes
    assert all(0 <= one.counted_minutes <= one.minutes for one in days)


@given(DAYS, WANTED)
def test_whoever_has_earned_it_attended_a_full_unit_and_the_asked_share(
    days: list[Day], wanted: Asked
) -> None:
    found = standing(days, wanted)

    if found.has_earned:
        assert found.attended_units >= 1
        assert found.attended_minutes >= found.needed_minutes
        assert not found.unmarked


def _better(one: Day) -> Day:
    return Day(one.session_id, one.starts_at, one.ends_at, P, 0, one.made_up)


def _made_up_whole(one: Day) -> Day:
    made_up = elsewhere(P, one.minutes)
    return Day(one.session_id, one.starts_at, one.ends_at, one.presence, one.minutes_late, made_up)


@given(DAYS, WANTED, st.integers(0, 7), st.sampled_from([_better, _made_up_whole]))
def test_being_there_or_making_it_up_never_harms(
    days: list[Day], wanted: Asked, which: int, change: object
) -> None:
    if not days:
        return
    before = standing(days, wanted)
    place = which % len(days)
    after = standing([*days[:place], change(days[place]), *days[place + 1 :]], wanted)  # type: ignore[operator]

    assert after.attended_minutes >= before.attended_minutes
    assert after.has_earned or not before.has_earned


@given(st.builds(day, st.sampled_from([L, E, A]), st.integers(1, 300), st.integers(0, 300)), ELSEWHERE)
def test_a_make_up_never_counts_beside_the_session_itself(own: Day, made_up: Elsewhere | None) -> None:
    both = Day(own.session_id, own.starts_at, own.ends_at, own.presence, own.minutes_late, made_up)
    alone = made_up.taken if made_up else None

    assert both.counted_minutes == max(
        own.counted_minutes,
        min(
            0 if alone is None else Day(
                own.session_id, own.starts_at, own.starts_at + timedelta(minutes=alone.minutes),
                alone.presence, alone.minutes_late,
            ).counted_minutes,
            own.minutes,
        ),
    )  # fmt: skip


@given(DAYS, st.integers(1, 100))
def test_leaving_excused_sessions_out_never_asks_for_more(days: list[Day], percent: int) -> None:
    strict = standing(days, Asked(percent))
    mild = standing(days, Asked(percent, excused=Excused.LEFT_OUT))

    assert mild.needed_minutes <= strict.needed_minutes
    assert mild.has_earned or not strict.has_earned
