"""Granting and using rights to book early, in somebody else's transaction.

A right holds no place and overtakes nobody: whoever uses it enrols as usual, before the public may. It belongs to whoever was
written to and cannot be handed on: the person, or else the name or the e-mail address they gave, has to be among those who
are enrolled, or be the one who enrols them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.db import links_of
from lms.enrolment.early.models import EarlyBooking
from lms.enrolment.errors import EarlyRightNotTheirs, EarlyRightUsed, TooManyForEarlyRight
from lms.enrolment.lists.following import is_early
from lms.enrolment.models import LIVE, Enrolment
from lms.enrolment.rules import folded_email
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.people.rules import matching

if TYPE_CHECKING:  # the service of places itself asks here
    from lms.enrolment.service.locked import LockedRun
    from lms.enrolment.service.order import Order

EARLY = "early"
"""Among the answers of a form: the right whose link let it be opened early, and for how many."""
FORGOTTEN_AFTER = timedelta(days=30)
MOST_PLACES = 12


def purpose(run_id: UUID) -> str:
    """Of the token in the letter: `signer.token(purpose(run.id), right.id)`."""
    return f"early:{run_id}"


def link_path(session: AsyncSession, right: EarlyBooking) -> str:
    """The page that the letter leads to."""
    token = links_of(session).signer.token(purpose(right.run_id), right.id)
    return f"/vorab/{right.run_id}/{right.id}/{token}"


async def grant(
    session: AsyncSession,
    *,
    run_id: UUID,
    source_id: UUID,
    at: datetime,
    places: int = 1,
    person_id: UUID | None = None,
    name: str = "",
    email: str = "",
) -> EarlyBooking:
    """Let somebody enrol in a run before everybody else; granted again for the same thing it is the same right.

    From when on says the run (`early_days`): that is whoever's business who planned it.
    """
    known = await session.scalar(
        select(EarlyBooking).where(EarlyBooking.run_id == run_id, EarlyBooking.source_id == source_id)
    )
    if known is not None:
        return known
    right = EarlyBooking(
        run_id=run_id, source_id=source_id, granted_at=at, places=min(max(places, 1), MOST_PLACES),
        person_id=person_id, name=name, email=folded_email(email) or "",
    )  # fmt: skip
    session.add(right)
    await session.flush()
    return right


async def right_of(session: AsyncSession, run_id: UUID, right_id: UUID) -> EarlyBooking:
    """The right behind a link. Raises NotFound."""
    right = await session.get(EarlyBooking, right_id, populate_existing=True)
    if right is None or right.run_id != run_id:
        raise NotFound
    return right


async def is_used(session: AsyncSession, right: EarlyBooking) -> bool:
    """Whether somebody came with it and still has a place or waits for one; given back it can be used again."""
    if right.order_id is None:
        return False
    live = select(exists().where(Enrolment.order_id == right.order_id, Enrolment.state.in_(LIVE)))
    return bool(await session.scalar(live))


async def about(session: AsyncSession, right: EarlyBooking) -> dict[str, Any]:
    """What a form that the right opens knows already: for how many it is, and what the person told us, by page."""
    person = await session.get(Person, right.person_id) if right.person_id else None
    given, _, family = right.name.rpartition(" ")
    named = {"given_name": given, "family_name": family}
    email = right.email
    if person is not None:
        named = {"given_name": person.given_name, "family_name": person.family_name}
        email = person.email or email
    known: dict[str, Any] = {EARLY: {"right": str(right.id), "places": right.places}}
    if named["given_name"]:
        known["person"] = named
    if email:
        known["kontakt"] = {"email": email}
    return known


def opens_early(run: Run, answers: dict[str, Any], at: datetime) -> bool:
    """Whether a form with these answers may go on although the public may not yet."""
    return EARLY in answers and is_early(run, at)


def places_of(answers: dict[str, Any]) -> int:
    """For how many persons the right behind a form is."""
    return int(answers[EARLY]["places"])


async def use(locked: "LockedRun", order: "Order", answers: dict[str, Any]) -> None:
    """Let this order be the one party of the right behind the form.

    Of two that come at once with one link the second is refused. Raises EarlyRightNotTheirs, EarlyRightUsed,
    TooManyForEarlyRight.
    """
    right = await right_of(locked.session, locked.run.id, UUID(answers[EARLY]["right"]))
    if not is_theirs(right, order.contact, [one.person for one in order.entrants]):
        raise EarlyRightNotTheirs
    if len(order.entrants) > right.places:
        raise TooManyForEarlyRight
    nobody = ~exists().where(Enrolment.order_id == EarlyBooking.order_id, Enrolment.state.in_(LIVE))
    taken = await locked.session.execute(
        update(EarlyBooking)
        .where(EarlyBooking.id == right.id, or_(EarlyBooking.order_id.is_(None), nobody))
        .values(order_id=order.id, used_at=locked.at)
        .returning(EarlyBooking.id)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is None:
        raise EarlyRightUsed


def is_theirs(right: EarlyBooking, contact: Person, persons: Collection[Person]) -> bool:
    """Whether whoever the right was given to is among those who are enrolled, or enrols them."""
    everybody = [contact, *persons]
    if right.person_id is not None and any(one.id == right.person_id for one in everybody):
        return True
    if right.email and any(folded_email(one.email) == right.email for one in everybody):
        return True
    return bool(right.name) and any(one.matching == matching(right.name, "") for one in everybody)


async def forget(session: AsyncSession, at: datetime) -> int:
    """Remove names and addresses from rights in runs that have long been open to all; says of how many."""
    over = select(Run.id).where(Run.enrolment_opens_at < at - FORGOTTEN_AFTER)
    gone = await session.execute(
        update(EarlyBooking)
        .where(
            EarlyBooking.run_id.in_(over),
            or_(EarlyBooking.name != "", EarlyBooking.email != "", EarlyBooking.person_id.is_not(None)),
        )
        .values(name="", email="", person_id=None)
        .returning(EarlyBooking.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
