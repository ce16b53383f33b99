"""The page for the young: what runs for them now, clubs, their wishes, helping, and what their parents get to know."""

from dataclasses import dataclass

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience
from lms.participation.models import Round, RoundAudience, Wish, WishState
from lms.portal.cards import cards
from lms.portal.catalogue_pages import AnyRequest
from lms.portal.filters import AUDIENCES, Filters
from lms.portal.fragments import fragments_of
from lms.portal.programme import Programme
from lms.web.access import PUBLIC
from lms.web.module import Around

YOUTH = next(value for value, audience in AUDIENCES.items() if audience is Audience.YOUTH)
HELPING = "/mithelfen/jung"
MOST_WISHES = 5
MOST_RUNS = 60
MOST_COURSES = 8
ANSWERED = (WishState.PUBLISHED, WishState.UNDER_REVIEW, WishState.PLANNED, WishState.DONE)


@dataclass(frozen=True, slots=True)
class YouthWishes:
    """The round in which the young vote now or did last, and the wishes that most of them want."""

    voting: Round | None
    wishes: list[Wish]


class YouthPages(Controller):
    """One page, in their own tone (F-N09); it is public and names nobody."""

    opt = PUBLIC
    include_in_schema = False

    @get("/jugend")
    async def show(
        self,
        request: AnyRequest,
        programme: NamedDependency[Programme],
        around: NamedDependency[Around],
    ) -> Template:
        """Everything on one page."""
        now = programme.clock()
        edition = await programme.edition(now)
        listing = await programme.find(edition, Filters(audience=YOUTH), now, number=1, size=MOST_RUNS)
        fragments = fragments_of(request)
        clubs = [run for run in listing.runs if run.is_open_ended]
        courses = [run for run in listing.runs if not run.is_open_ended]
        async with around.begin.reading() as session:
            wished = await wishes_of_the_young(session)
        return Template(
            "portal/youth.html",
            context={
                "clubs": cards(fragments, clubs, now, level=3),
                "courses": cards(fragments, courses[:MOST_COURSES], now, level=3),
                "all_courses": f"/kurse?zielgruppe={YOUTH}",
                "number": len(courses),
                "voting": wished.voting,
                "is_voting": wished.voting is not None
                and wished.voting.vote_from <= now < wished.voting.ends_at,
                "wishes": wished.wishes,
                "helping": HELPING if any(one.path == HELPING for one in request.app.routes) else "",
            },
        )


async def wishes_of_the_young(session: AsyncSession) -> YouthWishes:
    """The latest public round for the young, and the wishes with most support in it or for them; two statements."""
    voting = (
        await session.scalars(
            select(Round)
            .where(Round.audience == RoundAudience.YOUTH, Round.published_at.is_not(None))
            .order_by(Round.ends_at.desc())
            .limit(1)
        )
    ).first()
    theirs = Wish.for_whom == Audience.YOUTH
    if voting is not None:
        theirs = or_(theirs, Wish.round_id == voting.id)
    wishes = await session.scalars(
        select(Wish)
        .where(theirs, Wish.state.in_(ANSWERED))
        .order_by(Wish.supporters.desc(), Wish.created_at)
        .limit(MOST_WISHES)
    )
    return YouthWishes(voting, list(wishes))
