"""The page with the calendars for everybody: the programme, and its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseTopic, Run, RunState, Topic
from lms.feeds.service import AUDIENCES
from lms.kernel.marking import N_
from lms.resources.models import Venue
from lms.web.access import PUBLIC
from lms.web.language import current_language, gettext, translated
from lms.web.module import Around
from lms.web.templating import url

OFFERED = (RunState.PUBLISHED, RunState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Offered:
    """One calendar that everybody may subscribe to."""

    name: str
    path: str
    webcal: str


class PublicCalendars(Controller):
    """For whoever wants the whole programme, or what there is nearby, in their own calendar."""

    path = "/kalender/oeffentlich"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(self, around: NamedDependency[Around]) -> Template:
        """The programme, for whom it is, what it is about, where it is; four statements."""
        server = urlsplit(around.settings.public_url).netloc

        def offered(name: str, path: str) -> Offered:
            address = url(quote(f"/kalender/{path}.ics"))
            return Offered(name, address, f"webcal://{server}{address}")

        async with around.begin.reading() as session:
            topics = await _topics(session)
            places = (
                await session.execute(
                    select(Venue.slug, Venue.name, Venue.district)
                    .where(Venue.id.in_(select(Run.venue_id).where(Run.state.in_(OFFERED))))
                    .order_by(Venue.name)
                )
            ).all()
        groups = [
            (N_("Everything"), [offered(gettext("All courses"), "programm")]),
            (
                N_("For whom"),
                [
                    offered(translated(AUDIENCES[one]), f"zielgruppe/{one.value}")
                    for one in Audience
                    if one is not Audience.EVERYONE
                ],
            ),
            (N_("What it is about"), [offered(name, f"thema/{slug}") for slug, name in topics]),
            (
                N_("In which district"),
                [
                    offered(one, f"stadtteil/{one}")
                    for one in sorted({place.district for place in places if place.district})
                ],
            ),
            (N_("In which house"), [offered(place.name, f"ort/{place.slug}") for place in places]),
        ]
        return Template("feeds/offered.html", context={"groups": [group for group in groups if group[1]]})


async def _topics(session: AsyncSession) -> Sequence[tuple[str, str]]:
    """Topics on which there are courses, as slug and name in the current language."""
    name = Topic.name_en if current_language() == "en" else Topic.name_de
    rows = await session.execute(
        select(Topic.slug, name)
        .where(
            Topic.id.in_(
                select(CourseTopic.topic_id)
                .join(Course, Course.id == CourseTopic.course_id)
                .join(Run, Run.course_id == Course.id)
                .where(Run.state.in_(OFFERED))
            )
        )
        .order_by(name)
    )
    return [(slug, words) for slug, words in rows]
