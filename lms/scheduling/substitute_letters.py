"""What we write to trainers who are asked to stand in. Who did say yes gets the letter about changed dates."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import links_of
from lms.people.models import Person
from lms.scheduling.entries import entries
from lms.scheduling.events import SubstitutesAsked, SubstitutesReleased
from lms.scheduling.models import (
    Session,
    SubstituteOffer,
    SubstituteOfferState,
    Substitution,
    SubstitutionState,
)
from lms.scheduling.stand_ins import PURPOSE
from lms.web.language import use_locale
from lms.web.letters import write_letter


async def ask_substitutes(session: AsyncSession, event: SubstitutesAsked) -> None:
    """Can you stand in? With when, where and a link that leads to the two buttons."""
    for row in await _offers(session, event.offer_ids):
        offer = row.SubstituteOffer
        if offer.state is SubstituteOfferState.OPEN:
            token = links_of(session).signer.token(PURPOSE, offer.id)
            await _write(
                session,
                row,
                "substitute_asked",
                at=offer.sent_at,
                answer_path=f"/vertretung/{offer.id}/{token}",
            )


async def release_substitutes(session: AsyncSession, event: SubstitutesReleased) -> None:
    """Somebody else was found, or nobody is needed: thank you all the same."""
    for row in await _offers(session, event.offer_ids):
        is_found = row.Substitution.state is SubstitutionState.SETTLED
        at = row.SubstituteOffer.answered_at or row.SubstituteOffer.sent_at
        await _write(session, row, "substitute_released", at=at, is_found=is_found)


async def _write(session: AsyncSession, row: Any, name: str, *, at: Any, **more: Any) -> None:
    offer, reader, course = row.SubstituteOffer, row.Person, row.Course
    with use_locale("en" if reader.language == "en" else "de"):
        [entry] = await entries(session, Session.id == row.Session.id)
    await write_letter(
        session,
        key=f"{name}:{offer.id}",
        kind=name,
        to=reader,
        template=f"scheduling/letters/{name}.md",
        context={
            "course": (course.title_en if reader.language == "en" else "") or course.title_de,
            "number": row.Run.number,
            "entry": entry,
            "people": row.Run.occupied,
            "minutes": row.Session.minutes,
            **more,
        },
        about=("session", row.Session.id),
        at=at,
    )


async def _offers(session: AsyncSession, offer_ids: Sequence[UUID]) -> Sequence[Any]:
    return (
        await session.execute(
            select(SubstituteOffer, Substitution, Session, Run, Course, Person)
            .join(Substitution, Substitution.id == SubstituteOffer.substitution_id)
            .join(Session, Session.id == Substitution.session_id)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .join(Person, Person.id == SubstituteOffer.person_id)
            .where(SubstituteOffer.id.in_(offer_ids))
            .order_by(Person.family_name, SubstituteOffer.id)
        )
    ).all()
