"""What became of the wishes of the demo: two courses were held, two are planned, one of them opens for its supporters first."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.demo.filling.ground import Ground
from lms.enrolment.early.rights import grant
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import at_venue, local
from lms.participation.models import Vote, VoteState, Wish, WishRun, WishState

DAY = timedelta(days=1)
MADE_OF = {
    "Smartphone-Sprechstunde in Süplingen": "Smartphone: die ersten Schritte",
    "Elektronische Patientenakte verstehen": "Elektronische Patientenakte und E-Rezept",
    "Fahrkarten mit dem Handy kaufen": "Mit Bus und Bahn unterwegs: Fahrplan und Fahrkarte im Telefon",
    "Familienfotos ordnen und sichern": "Fotos vom Handy ordnen und sichern",
    "Handy-Kurs auf Ukrainisch": "Ankommen: Apps und Ämter, auf Ukrainisch",
    "WLAN, das in jedem Zimmer reicht": "WLAN und Heimnetz: stabil und sicher",
}
"""Which course a wish became, so that both say the same."""
OPEN_FOR_ALL = 5
TOLD = 3


async def fill_outcome(ground: Ground) -> None:
    """Bind the wishes that are planned or done to runs of the programme."""
    wishes = await ground.session.scalars(
        select(Wish)
        .where(Wish.state.in_([WishState.PLANNED, WishState.DONE]))
        .order_by(Wish.supporters.desc(), Wish.title)
    )
    taken: set[UUID] = set()
    is_first = True
    for wish in wishes.all():
        answered = wish.answered_at or ground.now - 20 * DAY
        if wish.published_at is not None:
            record(
                ground.session, SYSTEM, "wish.published", at=wish.published_at, kind="wish", object_id=wish.id
            )
        record(
            ground.session, SYSTEM, "wish.answered", at=answered, kind="wish", object_id=wish.id,
            after={"state": wish.state.value},
        )  # fmt: skip
        await ground.session.flush()
        run = await _run_for(ground, wish, taken)
        if run is None:
            continue
        taken.add(run.id)
        ground.session.add(WishRun(wish_id=wish.id, run_id=run.id, created_at=answered))
        if wish.state is WishState.PLANNED and is_first and not run.occupied:
            is_first = False
            await _supporters_first(ground, wish, run)
    await ground.session.flush()


async def _run_for(ground: Ground, wish: Wish, taken: set[UUID]) -> Run | None:
    wanted = (
        select(Run)
        .join(Course, Course.id == Run.course_id)
        .where(Run.id.not_in(taken), Run.company_id.is_(None), Run.is_open_ended.is_(False))
        .where(Course.title_de == MADE_OF.get(wish.title, ""))
    )
    if wish.state is WishState.DONE:
        wanted = wanted.where(
            Run.ends_at < ground.now, Run.occupied > 0, Run.state != RunState.CANCELLED
        ).order_by(Run.ends_at.desc(), Run.id)
    else:
        wanted = wanted.where(
            Run.state == RunState.PUBLISHED, Run.starts_at > ground.now + 14 * DAY, Run.follows_run_id.is_(None),
        ).order_by(Run.occupied, Run.starts_at, Run.id)  # fmt: skip
    return (await ground.session.scalars(wanted.limit(1))).first()


async def _supporters_first(ground: Ground, wish: Wish, run: Run) -> None:
    run.early_days, run.follow_opens_at = 7, ground.now - 2 * DAY
    run.enrolment_opens_at = at_venue(
        local(ground.now).date() + timedelta(days=OPEN_FOR_ALL), local(ground.now).time().min
    )
    votes = await ground.session.scalars(
        select(Vote)
        .where(Vote.wish_id == wish.id, Vote.state == VoteState.COUNTED)
        .order_by(Vote.counted_at, Vote.id)
        .limit(TOLD)
    )
    for vote in votes:
        await grant(
            ground.session, run_id=run.id, source_id=vote.id, at=ground.now - 2 * DAY, places=2,
            person_id=vote.person_id, name=vote.name, email=vote.email,
        )  # fmt: skip
