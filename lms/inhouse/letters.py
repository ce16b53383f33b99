"""What we write about training for companies: to whoever asked, and to those of the team who plan."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account, RoleGrant
from lms.db import links_of
from lms.inhouse import events
from lms.inhouse.models import TrainingOffer, TrainingOfferState, TrainingRemark, TrainingRequest
from lms.inhouse.policy import LINK
from lms.inhouse.queries import Asked, asked_of, offer_of, paper_of
from lms.inhouse.rules import total_of
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.duplicates import living
from lms.people.models import Person
from lms.web.letters import Enclosed, write_letter

FOLDER = "inhouse/letters/"
DESK = "/verwaltung/firmenanfragen"


def request_path(request_id: UUID, token: str) -> str:
    """Where a request opens without an account."""
    return f"/firmenkurse/{request_id}/{token}"


async def confirm_request(session: AsyncSession, event: events.TrainingRequested) -> None:
    """To whoever asked: that it has arrived, with the link; to the team: that something is new."""
    asked = await _found(session, event.request_id)
    if asked is not None:
        await _send(session, asked, "training_received", at=event.at)
        await _tell_team(session, asked, "training_to_clarify", str(asked.request.id), at=event.at)


async def send_question(session: AsyncSession, event: events.TrainingQuestionAsked) -> None:
    """The team wants to know more."""
    row, asked = await _remark(session, event.remark_id)
    if row is not None and asked is not None:
        await _send(session, asked, "training_question", key=str(row.id), at=event.at, text=row.text)


async def pass_on_answer(session: AsyncSession, event: events.TrainingQuestionAnswered) -> None:
    """The company has written: the team reads it."""
    row, asked = await _remark(session, event.remark_id)
    if row is not None and asked is not None:
        await _tell_team(session, asked, "training_answered", str(row.id), at=event.at, text=row.text)


async def tell_that_we_cannot(session: AsyncSession, event: events.TrainingDeclined) -> None:
    """The centre cannot do it, and says why."""
    asked = await _found(session, event.request_id)
    if asked is not None:
        await _send(session, asked, "training_declined", at=event.at, reason=asked.request.reason)


async def send_offer(session: AsyncSession, event: events.TrainingOffered) -> None:
    """The offer as it is kept, with the link where it can be accepted."""
    offer, asked = await _offer(session, event.offer_id)
    if offer is None or asked is None:
        return
    replaced = [one.number for one in asked.offers if one.state is TrainingOfferState.REPLACED]
    await _send(
        session, asked, "training_offer", key=str(offer.id), at=event.at, offer=offer, replaced=", ".join(replaced),
        enclosures=[Enclosed(f"{offer.number}.pdf", "application/pdf", await paper_of(session, offer.id))],
    )  # fmt: skip


async def remind_of_offer(session: AsyncSession, event: events.TrainingOfferReminded) -> None:
    """Only some days are left."""
    offer, asked = await _offer(session, event.offer_id)
    if offer is not None and asked is not None and offer.state is TrainingOfferState.SENT:
        await _send(session, asked, "training_offer_ends", key=str(offer.id), at=event.at, offer=offer)


async def pass_on_decision(session: AsyncSession, event: events.TrainingOfferAnswered) -> None:
    """To whoever asked: what was ordered; to the team: yes or no."""
    offer, asked = await _offer(session, event.offer_id)
    if offer is None or asked is None:
        return
    is_yes = offer.state is TrainingOfferState.ACCEPTED
    if is_yes:
        await _send(
            session,
            asked,
            "training_ordered",
            key=str(offer.id),
            at=event.at,
            offer=offer,
            wording=offer.wording,
        )
    await _tell_team(
        session, asked, "training_offer_answered", str(offer.id), at=event.at, is_yes=is_yes, number=offer.number,
        answered_by=offer.answered_by, reason=offer.reason,
    )  # fmt: skip


async def tell_that_it_lapsed(session: AsyncSession, event: events.TrainingOfferLapsed) -> None:
    """Nobody has answered in time."""
    offer, asked = await _offer(session, event.offer_id)
    if offer is not None and asked is not None:
        await _send(session, asked, "training_offer_over", key=str(offer.id), at=event.at, offer=offer)


async def tell_of_run(session: AsyncSession, event: events.TrainingBecameRun) -> None:
    """The course is there: now people can be named."""
    asked = await _found(session, event.request_id)
    if asked is None or asked.run is None:
        return
    await _send(
        session, asked, "training_run", key=f"{asked.request.id}:{asked.run.id}", at=event.at, number=asked.run.number,
        starts_at=asked.run.starts_at,
    )  # fmt: skip


async def _found(session: AsyncSession, request_id: UUID) -> Asked | None:
    try:
        return await asked_of(session, request_id)
    except NotFound:
        return None


async def _remark(session: AsyncSession, remark_id: UUID) -> tuple[TrainingRemark | None, Asked | None]:
    row = await session.get(TrainingRemark, remark_id)
    return row, await _found(session, row.request_id) if row else None


async def _offer(session: AsyncSession, offer_id: UUID) -> tuple[TrainingOffer | None, Asked | None]:
    try:
        offer = await offer_of(session, offer_id)
    except NotFound:
        return None, None
    return offer, await _found(session, offer.request_id)


def _said(session: AsyncSession, asked: Asked, offer: TrainingOffer | None) -> dict[str, Any]:
    request = asked.request
    token = links_of(session).signer.token(LINK, request.id, request.link_version)
    said: dict[str, Any] = {
        "company": asked.name,
        "reference": request.reference,
        "topic": request.topic,
        "people": request.people,
        "wants_advice": request.wants_advice,
        "course": (asked.course.title_de if asked.course else ""),
        "manage_path": request_path(request.id, token),
        "desk_path": f"{DESK}/{request.id}",
    }
    if offer is not None:
        said |= {
            "title": offer.title,
            "number": offer.number,
            "total_cents": total_of(offer),
            "valid_until": offer.valid_until,
            "offer_path": f"{request_path(request.id, token)}/angebote/{offer.id}",
        }
    return said


async def _send(
    session: AsyncSession,
    asked: Asked,
    name: str,
    *,
    at: datetime,
    key: str = "",
    offer: TrainingOffer | None = None,
    enclosures: Sequence[Enclosed] = (),
    **more: Any,
) -> None:
    person = await living(session, asked.request.contact_id)
    if person is None:
        return
    await write_letter(
        session, key=f"{name}:{key or asked.request.id}", kind=name, to=person, template=f"{FOLDER}{name}.md", at=at,
        context=_said(session, asked, offer) | more, about=("training_request", asked.request.id), enclosures=enclosures,
    )  # fmt: skip


async def _tell_team(
    session: AsyncSession, asked: Asked, name: str, key: str, *, at: datetime, **more: Any
) -> None:
    for person in await _planners(session, asked.request):
        await write_letter(
            session, key=f"{name}:{key}:{person.id}", kind=name, to=person, template=f"{FOLDER}{name}.md", at=at,
            context=_said(session, asked, None) | more, about=("training_request", asked.request.id),
        )  # fmt: skip


async def _planners(session: AsyncSession, request: TrainingRequest) -> Sequence[Person]:
    """Those of the team who work on requests; never whoever asked themselves."""
    found = await session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role == Identity.PROGRAMME,
            Account.locked_at.is_(None),
            Person.email.is_not(None),
        )
        .order_by(Person.id)
    )
    return [one for one in found if one.id != request.contact_id]


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.TrainingRequested: [confirm_request],
    events.TrainingQuestionAsked: [send_question],
    events.TrainingQuestionAnswered: [pass_on_answer],
    events.TrainingDeclined: [tell_that_we_cannot],
    events.TrainingOffered: [send_offer],
    events.TrainingOfferReminded: [remind_of_offer],
    events.TrainingOfferAnswered: [pass_on_decision],
    events.TrainingOfferLapsed: [tell_that_it_lapsed],
    events.TrainingBecameRun: [tell_of_run],
}
