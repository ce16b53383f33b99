"""What the programme looks like as JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from lms.catalogue.models import Course, RunState
from lms.enrolment.pricing.offers import offered_prices
from lms.kernel.clock import local
from lms.portal.course_reading import CourseRun
from lms.portal.listing import RunLine


class Place(Struct, frozen=True, kw_only=True):
    """Where a run takes place."""

    name: str
    district: str


class RunEntry(Struct, frozen=True, kw_only=True):
    """A run in a list. Money is in cents, moments are ISO 8601 at the venue; without `times_known` only days count."""

    id: UUID
    number: str
    course: str
    title: str
    title_en: str
    summary: str
    state: str
    situation: str
    is_certain: bool
    starts_at: datetime
    ends_at: datetime
    times_known: bool
    sessions: int
    minutes: int
    place: Place | None
    is_online: bool
    step_free: bool
    price_cents: int
    concession_cents: int | None
    currency: str
    capacity: int
    minimum: int
    places_left: int
    waiting: int
    enrolment_opens_at: datetime | None
    enrolment_closes_at: datetime | None
    language: str
    level: str
    url: str


class Page(Struct, frozen=True, kw_only=True):
    """One page of a list; `next` is the address of the page after, when there is one."""

    items: Sequence[Any]
    page: int
    size: int
    total: int
    next: str | None


class OutcomeEntry(Struct, frozen=True, kw_only=True):
    """What somebody can do afterwards, by DigComp 2.2."""

    sentence: str
    sentence_en: str
    competence: str
    proficiency: int


class SessionEntry(Struct, frozen=True, kw_only=True):
    """One dated meeting."""

    starts_at: datetime
    ends_at: datetime
    room: str
    is_cancelled: bool
    id: UUID
    drop_in_places_left: int | None
    """For people who come to this session alone; null where that is not possible."""


class CourseEntry(Struct, frozen=True, kw_only=True):
    """A course in a list."""

    slug: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    level: str
    language: str
    source: str
    url: str


class PriceEntry(Struct, frozen=True, kw_only=True):
    """One price with its condition in words; `concession_id` is what an order names to claim it; `price_cents` is null for what comes on top of another reduction."""

    kind: str
    concession_id: UUID | None
    condition: str
    price_cents: int | None
    words: str
    note: str


class RunDetail(Struct, frozen=True, kw_only=True):
    """A run of one course, with its sessions."""

    id: UUID
    number: str
    situation: str
    starts_at: datetime | None
    ends_at: datetime | None
    times_known: bool
    place: Place | None
    is_online: bool
    price_cents: int
    concession_cents: int | None
    places_left: int
    waiting: int
    drop_in_price_cents: int
    prices: Sequence[PriceEntry]
    trainers: Sequence[str]
    sessions: Sequence[SessionEntry]


class CourseDetail(Struct, frozen=True, kw_only=True):
    """A course with everything its page tells. Texts are Markdown."""

    course: CourseEntry
    text: str
    text_en: str
    prior_knowledge: str
    bring: str
    audiences: Sequence[str]
    outcomes: Sequence[OutcomeEntry]
    runs: Sequence[RunDetail]


def run_entry(run: RunLine, now: datetime, public_url: str) -> RunEntry:
    """A run for a list."""
    return RunEntry(
        id=run.id,
        number=run.number,
        course=run.course_slug,
        title=run.title_de,
        title_en=run.title_en,
        summary=run.summary_de,
        state=run.state.value,
        situation=run.situation(now).value,
        is_certain=run.state == RunState.CONFIRMED,
        starts_at=local(run.starts_at),
        ends_at=local(run.ends_at),
        times_known=run.knows_times,
        sessions=run.session_count,
        minutes=run.total_minutes,
        place=Place(name=run.venue, district=run.district or "") if run.venue and not run.is_online else None,
        is_online=run.is_online,
        step_free=run.step_free,
        price_cents=run.price_cents,
        concession_cents=run.concession_cents,
        currency="EUR",
        capacity=run.capacity,
        minimum=run.minimum,
        places_left=run.free,
        waiting=run.waiting,
        enrolment_opens_at=_local(run.enrolment_opens_at),
        enrolment_closes_at=_local(run.enrolment_closes_at),
        language=run.language,
        level=run.level.value,
        url=f"{public_url.rstrip('/')}/kurse/{run.course_slug}?durchfuehrung={run.number}",
    )


def course_entry(course: Course, public_url: str) -> CourseEntry:
    """A course for a list."""
    return CourseEntry(
        slug=course.slug,
        title=course.title_de,
        title_en=course.title_en,
        summary=course.summary_de,
        summary_en=course.summary_en,
        level=course.level.value,
        language=course.language,
        source=course.source,
        url=f"{public_url.rstrip('/')}/kurse/{course.slug}",
    )


def run_detail(run: CourseRun, now: datetime) -> RunDetail:
    """A run with its sessions."""
    return RunDetail(
        id=run.run.id,
        number=run.run.number,
        situation=run.situation(now).value,
        starts_at=_local(run.run.starts_at),
        ends_at=_local(run.run.ends_at),
        times_known=run.knows_times,
        place=Place(name=run.venue.name, district=run.venue.district)
        if run.venue and not run.run.is_online
        else None,
        is_online=run.run.is_online,
        price_cents=run.run.price_cents,
        concession_cents=run.run.concession_cents,
        places_left=run.free,
        waiting=run.run.waiting,
        drop_in_price_cents=run.run.drop_in_price_cents,
        prices=_prices(run),
        trainers=run.trainers,
        sessions=[
            SessionEntry(
                starts_at=local(meeting.starts_at),
                ends_at=local(meeting.ends_at),
                room=meeting.room,
                is_cancelled=meeting.is_cancelled,
                id=meeting.id,
                drop_in_places_left=run.room_left(meeting, now),
            )
            for meeting in run.meetings
        ],
    )


def _prices(run: CourseRun) -> Sequence[PriceEntry]:
    """Every price of a run; in the language of the request, as conditions are sentences."""
    return [
        PriceEntry(
            kind=one.kind,
            concession_id=one.concession_id,
            condition=one.condition,
            price_cents=one.cents,
            words=one.words,
            note=one.note,
        )
        for one in offered_prices(replace(run.prices, base_cents=run.run.price_cents), singly=True)
    ]


def _local(moment: datetime | None) -> datetime | None:
    return local(moment) if moment else None
