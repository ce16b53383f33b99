"""What the address of a page asks for: days and a choice. What cannot be read is taken for not said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Topic
from lms.kernel.marking import N_
from lms.people.ages import AgeBand, Gender
from lms.people.models import Person
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span, quarter_before, year
from lms.reports.funding.queries import lines
from lms.reports.words import AGES, AUDIENCES, GENDERS
from lms.resources.models import Venue
from lms.web.language import gettext
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form of choices: its name in the address, its label, and what can be chosen."""

    name: str
    label: str
    options: Options


def day_in(sent: str | None) -> date | None:
    """A day as browsers send it; None for anything else, and for years that no calendar of ours has."""
    try:
        found = date.fromisoformat(sent or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def span_in(request: AnyRequest, today: date) -> tuple[Span, bool]:
    """The days asked for, this year if none; and whether what was asked for could be read."""
    first, last = (day_in(request.query_params.get(name)) for name in ("von", "bis"))
    usual = year(today.year)
    if not any(request.query_params.get(name) for name in ("von", "bis")):
        return usual, True
    asked = Span(first or usual.first, last or usual.last)
    is_fine = bool(first and last) and asked.is_readable
    return (asked, True) if is_fine else (usual, False)


def usual_spans(today: date) -> list[tuple[str, Span]]:
    """Times that are often asked for, with their names."""
    return [
        (gettext("This year"), year(today.year)),
        (gettext("Last year"), year(today.year - 1)),
        (gettext("Last quarter"), quarter_before(today)),
    ]


def query_of(span: Span, request: AnyRequest | None = None) -> str:
    """The same question as an address."""
    kept = (
        [
            (key, value)
            for key, value in request.query_params.multi_items()
            if key not in {"von", "bis"} and value
        ]
        if request
        else []
    )
    return urlencode([("von", span.first.isoformat()), ("bis", span.last.isoformat()), *kept])


def selection_in(request: AnyRequest, *, sees_persons: bool) -> Selection:
    """The choice; by what persons are only for those who see all numbers."""
    query = request.query_params
    chosen = Selection(
        line_id=uuid_in(query.get("linie")),
        topic=query.get("thema") or None,
        audience=query.get("zielgruppe") or None,
        course_id=uuid_in(query.get("kurs")),
        venue_id=uuid_in(query.get("ort")),
    )
    if not sees_persons:
        return chosen
    return Selection(
        line_id=chosen.line_id, topic=chosen.topic, audience=chosen.audience, course_id=chosen.course_id,
        venue_id=chosen.venue_id, age=query.get("alter") or None,
        gender={"ohne": ""}.get(query.get("geschlecht", ""), query.get("geschlecht") or None),
        district=query.get("stadtteil") or None,
    )  # fmt: skip


async def questions(session: AsyncSession, *, sees_persons: bool) -> list[Question]:
    """What can be chosen; five statements."""
    topics = await session.execute(select(Topic.slug, Topic.name_de).order_by(Topic.name_de))
    courses = await session.execute(select(Course.id, Course.title_de).order_by(Course.title_de))
    venues = await session.execute(select(Venue.id, Venue.name).order_by(Venue.name))
    found = [
        Question("thema", gettext("Topic"), list(topics.all())),
        Question(
            "zielgruppe",
            gettext("Audience"),
            [(key, gettext(words)) for key, words in AUDIENCES.items() if key],
        ),
        Question("linie", gettext("Funding line"), [(str(one.id), one.name) for one in await lines(session)]),
        Question("kurs", gettext("Course"), [(str(one), title) for one, title in courses]),
        Question("ort", gettext("Place"), [(str(one), name) for one, name in venues]),
    ]
    if sees_persons:
        districts = await session.scalars(
            select(Person.district).where(Person.district != "").distinct().order_by(Person.district)
        )
        found += [
            Question("alter", gettext("Age"), [(one.value, gettext(AGES[one.value])) for one in AgeBand]),
            Question(
                "geschlecht", gettext("Gender"),
                [*((one.value, gettext(GENDERS[one.value])) for one in Gender), ("ohne", gettext(N_("not given")))],
            ),
            Question("stadtteil", gettext("District"), [(one, one) for one in districts]),
        ]  # fmt: skip
    return found
