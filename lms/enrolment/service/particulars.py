"""What a guardian says about a child beside the enrolment itself: plain functions inside the caller's transaction."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.enrolment.models import Enrolment, PaperConsent
from lms.enrolment.values import ChildFacts
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.people.errors import PaperFromFuture
from lms.people.events import PhotoConsentAsked
from lms.people.models import Consent, Guardianship, Person, Purpose
from lms.people.rules import decides_alone


async def keep_child_facts(
    session: AsyncSession, actor: Actor, enrolment: Enrolment, child: ChildFacts, *, at: datetime
) -> None:
    """Keep the number for emergencies, the way home, and a consent to photos. The enrolment has its guardian.

    Nobody becomes the guardian of a child we knew before by consenting to one enrolment, save on paper before the team:
    whoever knows a child's name and birth date could otherwise read its records.
    """
    if enrolment.guardian_id is None or enrolment.person_id is None:
        return
    kept = (
        await session.scalars(
            select(Guardianship).where(
                Guardianship.guardian_id == enrolment.guardian_id,
                Guardianship.child_id == enrolment.person_id,
            )
        )
    ).first()
    if kept is None and not actor.may_for(enrolment.person_id, "U", "person"):
        return
    if kept is None:
        kept = Guardianship(guardian_id=enrolment.guardian_id, child_id=enrolment.person_id)
        session.add(kept)
    kept.joint_since = kept.joint_since or at  # the words of the consent say so (L-32)
    kept.emergency_phone = child.emergency_phone
    kept.may_go_home_alone = child.may_go_home_alone
    await keep_photo_consent(
        session, actor, enrolment.person_id, child.photo_wording, at=at, given_by=enrolment.guardian_id
    )


async def keep_photo_consent(
    session: AsyncSession,
    actor: Actor,
    person_id: UUID,
    wording: str,
    *,
    at: datetime,
    given_by: UUID | None = None,
) -> None:
    """Keep that photos of somebody are allowed, with the words that were shown (L-40); nothing without words.

    Who is 16 or older decides alone (L-33): then nothing is kept, and they are asked themselves.
    """
    if not wording:
        return
    person = await session.get(Person, person_id)
    if person and actor.person_id != person_id and decides_alone(person.birth_date, local(at).date()):
        announce(session, PhotoConsentAsked(person_id=person_id), at=at)
        return
    given = await session.scalars(
        select(Consent.id).where(
            Consent.person_id == person_id,
            Consent.purpose == Purpose.PHOTO,
            Consent.wording == wording,
            Consent.withdrawn_at.is_(None),
        )
    )
    if given.first() is not None:
        return
    consent = Consent(
        person_id=person_id,
        purpose=Purpose.PHOTO,
        wording=wording,
        given_at=at,
        given_by=given_by or actor.person_id,
    )
    session.add(consent)
    record(
        session, actor, "consent.given", at=at, kind="consent", object_id=consent.id, person_id=person_id,
        after={"purpose": Purpose.PHOTO},
    )  # fmt: skip


def keep_paper(
    session: AsyncSession, actor: Actor, enrolment_id: UUID, seen_on: date, *, at: datetime
) -> None:
    """Keep that somebody of the team saw the signed paper, and when. Raises PaperFromFuture."""
    if seen_on > local(at).date():
        raise PaperFromFuture
    session.add(
        PaperConsent(enrolment_id=enrolment_id, seen_on=seen_on, recorded_at=at, recorded_by=actor.account_id)
    )
