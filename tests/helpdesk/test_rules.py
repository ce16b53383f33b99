"""When somebody can be helped: laws that hold for every plan, and the few cases that everybody asks about."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.helpdesk.rules import Extra, Plan, Weekly, chosen, is_covered, offer_until, slots
from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period

ADA, BEN = uuid4(), uuid4()
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TUESDAY = date(2026, 12, 8)
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any hours on any weekdays, around both changes of clocks."""
    weekly = []
    for _ in range(draw(st.integers(1, 4))):
        opens, closes = sorted([draw(quarters), draw(quarters)])
        if opens < closes:
            who = draw(st.sets(st.sampled_from([ADA, BEN]), min_size=1))
            weekly.append(
                Weekly(draw(st.integers(0, 6)), opens, closes, date(2026, 1, 1), None, frozenset(who))
            )
    return Plan(
        weekly=weekly,
        slot=timedelta(minutes=draw(st.sampled_from([15, 20, 30, 45, 60]))),
        buffer=timedelta(minutes=draw(st.sampled_from([0, 5, 10, 30]))),
    )


@settings(max_examples=60, deadline=None)
@given(
    plan=plans(),
    first=st.dates(date(2026, 10, 20), date(2026, 10, 30)) | st.dates(date(2027, 3, 22), date(2027, 3, 30)),
    taken=st.lists(st.integers(0, 24 * 8), max_size=6),
    hours_ahead=st.integers(0, 100),
)
def test_every_time_lies_in_hours_is_free_and_keeps_the_notice(
    plan: Plan, first: date, taken: list[int], hours_ahead: int
) -> None:
    start = at_venue(first, time())
    busy = [Period(start + timedelta(hours=one), start + timedelta(hours=one + 1)) for one in taken]
    earliest = start + timedelta(hours=hours_ahead)

    found = slots(
        plan, first, first + timedelta(days=7), able={ADA, BEN}, busy={ADA: busy}, earliest=earliest
    )

    assert found == sorted(found)
    for slot in found:
        assert slot.ends_at - slot.starts_at == plan.slot
        assert slot.starts_at >= earliest
        assert all(is_covered(plan, who, Period(slot.starts_at, slot.ends_at)) for who in slot.advisers)
        wanted = Period(slot.starts_at, slot.ends_at + plan.buffer)
        assert ADA not in slot.advisers or not any(wanted.overlaps(one) for one in busy)


def test_ten_o_clock_stays_ten_o_clock_when_the_clocks_change() -> None:
    plan = Plan(weekly=[Weekly(1, time(10), time(11), date(2026, 1, 1), None, frozenset({ADA}))])

    found = slots(plan, date(2026, 10, 20), date(2026, 10, 27), able={ADA}, busy={}, earliest=LONG_AGO)

    assert [local(one.starts_at).time() for one in found] == [time(10), time(10, 30)] * 2
    assert [one.starts_at.hour for one in found] == [8, 8, 9, 9]


def test_a_holiday_closes_an_absence_takes_one_away_and_an_extra_opening_counts_all_the_same() -> None:
    weekly = [Weekly(1, time(10), time(11), date(2026, 1, 1), None, frozenset({ADA, BEN}))]
    next_week = TUESDAY + timedelta(days=7)
    plan = Plan(
        weekly=weekly, closed={TUESDAY}, away={(next_week, ADA)},
        extra=[Extra(TUESDAY, time(15), time(15, 30), BEN)],
    )  # fmt: skip

    found = slots(plan, TUESDAY, next_week, able={ADA, BEN}, busy={}, earliest=LONG_AGO)

    assert [(one.day, local(one.starts_at).time(), one.advisers) for one in found] == [
        (TUESDAY, time(15), (BEN,)),
        (next_week, time(10), (BEN,)),
        (next_week, time(10, 30), (BEN,)),
    ]


def test_the_buffer_stands_between_two_people() -> None:
    weekly = [Weekly(1, time(10), time(12), date(2026, 1, 1), None, frozenset({ADA}))]
    plan = Plan(weekly=weekly, slot=timedelta(minutes=45), buffer=timedelta(minutes=30))

    found = slots(plan, TUESDAY, TUESDAY, able={ADA}, busy={}, earliest=LONG_AGO)

    assert [local(one.starts_at).time() for one in found] == [time(10), time(11, 15)]


def test_whoever_has_fewest_is_chosen_and_then_whoever_can_do_less_else() -> None:
    both: list[UUID] = [ADA, BEN]

    assert chosen(both, load={ADA: 3, BEN: 2}, breadth={}) == BEN
    assert chosen(both, load={ADA: 2, BEN: 2}, breadth={ADA: 1, BEN: 5}) == ADA
    assert chosen(both, load={ADA: 9, BEN: 0}, breadth={}, speaks={ADA}) == ADA


def test_an_offer_holds_a_day_but_ends_two_hours_before() -> None:
    now = datetime(2026, 12, 4, 8, tzinfo=UTC)

    assert offer_until(now, now + timedelta(days=5)) == now + timedelta(hours=24)
    assert offer_until(now, now + timedelta(hours=10)) == now + timedelta(hours=8)
    assert offer_until(now, now + timedelta(hours=2, minutes=30)) is None
