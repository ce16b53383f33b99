"""Enrolments as the team looks at them: a list with saved views, and everything about one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Invoice, LedgerEntry
from lms.billing.overview import View, fits, standing
from lms.billing.queries import balance_of, documents_of
from lms.billing.rules import Balance
from lms.catalogue.models import Course, Run
from lms.debits.queries import UnderWay, collection_of
from lms.enrolment.conditions.answered import own_answers
from lms.enrolment.conditions.models import Admission
from lms.enrolment.conditions.queries import admission_of
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState, PaperConsent, SupportNeed
from lms.enrolment.pricing.reading import Claimed, claimed, reckoned
from lms.enrolment.pricing.words import words_of
from lms.enrolment.queries import Claim, claim_for, claims_of_party, history_of, position_of, sessions_of
from lms.enrolment.values import Happening
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.messaging.models import Letter
from lms.people.models import Company, Person
from lms.people.queries import have_conflict, person_fits
from lms.portal.desk.changes import Change, of_object
from lms.portal.desk.due import lacks_consent, waits_for_team

VIEWS: Mapping[str, str] = {
    "": N_("current"),
    "warteliste": N_("waiting"),
    "angebote": N_("place offered"),
    "einwilligung": N_("consent missing"),
    "freigabe": N_("waits for the team"),
    "offen": N_("payment open"),
    "ueberfaellig": N_("overdue"),
    "beendet": N_("ended"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One enrolment in the list."""

    enrolment: Enrolment
    person: Person
    run: Run
    course: Course
    balance: Balance


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """Everything the team sees of one enrolment."""

    claim: Claim
    together: Sequence[str]
    guardian: Person | None
    company: Company | None
    position: int | None
    balance: Balance
    documents: Sequence[Invoice]
    letters: Sequence[Letter]
    happenings: Sequence[Happening]
    history: Sequence[Change]
    support: SupportNeed | None
    has_conflict: bool = False
    """Those who decide for the child disagree (L-32)."""
    paper: PaperConsent | None = None
    answers: Sequence[tuple[str, str]] = ()
    admission: Admission | None = None
    alone: Sequence[datetime] = ()
    """When somebody comes who comes to single sessions."""
    former: Claim | None = None
    """The enrolment in whose stead this one came: of another run, or of another person."""
    follower: Claim | None = None
    """The one that came in its stead."""
    price_lines: Sequence[tuple[str, str]] = ()
    """How the price came about, in lines that add up to it (U21)."""
    concession: Claimed | None = None
    collected: UnderWay | None = None
    """What is collected by direct debit, where something is under way."""


async def enrolment_rows(
    session: AsyncSession, view: str, typed: str, now: datetime, *, limit: int, offset: int
) -> tuple[Sequence[Row], int]:
    """A page of the list, newest first, and how many there are; three statements."""
    wanted = [Enrolment.person_id.is_not(None), _condition(view, now)]
    if typed:
        sign = typed.replace(" ", "").replace("-", "").upper()
        wanted.append(
            or_(
                person_fits(typed),
                func.replace(Enrolment.reference, "-", "") == sign,
                func.lower(Run.number) == typed.lower(),
            )
        )
    joined = (
        select(Enrolment, Person, Run, Course)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(*wanted)
    )
    total = await session.scalar(
        select(func.count())
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .where(*wanted)
    )
    rows = (
        await session.execute(
            joined.order_by(Enrolment.created_at.desc(), Enrolment.id).limit(limit).offset(offset)
        )
    ).all()
    balances = await balance_of(session, [enrolment.id for enrolment, *_ in rows])
    return [
        Row(enrolment, person, run, course, balances[enrolment.id]) for enrolment, person, run, course in rows
    ], total or 0


def _condition(view: str, now: datetime) -> ColumnElement[bool]:
    table, today = standing(LedgerEntry.share_id.is_(None)), local(now).date()
    owing = select(table.c.enrolment_id)
    by_view: Mapping[str, ColumnElement[bool]] = {
        "": Enrolment.state.in_(LIVE),
        "warteliste": Enrolment.state == EnrolmentState.WAITING,
        "angebote": Enrolment.state == EnrolmentState.OFFERED,
        "einwilligung": lacks_consent(),
        "freigabe": waits_for_team(),
        "offen": Enrolment.id.in_(owing.where(fits(table, View.OPEN, today))),
        "ueberfaellig": Enrolment.id.in_(owing.where(fits(table, View.OVERDUE, today))),
        "beendet": Enrolment.state.in_([EnrolmentState.CANCELLED, EnrolmentState.EXPIRED]),
    }
    return by_view[view]


async def read_enrolment(session: AsyncSession, actor: Actor, enrolment_id: UUID) -> EnrolmentView:
    """Everything about one enrolment. Raises NotFound."""
    claim = await claim_for(session, actor, enrolment_id)
    enrolment = claim.enrolment
    together = [
        other.person.name
        for other in await claims_of_party(session, enrolment.party_id)
        if other.person is not None and other.enrolment.id != enrolment_id
    ]
    letters = await session.scalars(
        select(Letter)
        .where(Letter.about_kind == "enrolment", Letter.about_id == enrolment_id)
        .order_by(Letter.written_at.desc())
        .limit(50)
    )
    followed = None
    if enrolment.state not in LIVE:  # who waits may have been offered something else, and still waits
        followed = await session.scalar(select(Enrolment.id).where(Enrolment.follows_id == enrolment_id))
    support = None
    if actor.may_for_all("R", "access-need"):
        support = await session.scalar(select(SupportNeed).where(SupportNeed.enrolment_id == enrolment_id))
    lines = (await reckoned(session, [enrolment])).get(enrolment_id, ())
    return EnrolmentView(
        claim=claim,
        together=together,
        guardian=await session.get(Person, enrolment.guardian_id) if enrolment.guardian_id else None,
        has_conflict=bool(enrolment.guardian_id) and await have_conflict(session, enrolment.person_id),
        paper=await session.scalar(select(PaperConsent).where(PaperConsent.enrolment_id == enrolment_id))
        if enrolment.guardian_id
        else None,
        company=await session.get(Company, enrolment.company_id) if enrolment.company_id else None,
        position=await position_of(session, enrolment.party_id)
        if enrolment.state is EnrolmentState.WAITING
        else None,
        balance=(await balance_of(session, [enrolment_id]))[enrolment_id],
        documents=await documents_of(session, [enrolment_id]),
        letters=letters.all() if actor.may_for_all("R", "message") else (),
        happenings=await history_of(session, enrolment.party_id),
        history=await of_object(session, "enrolment", enrolment_id),
        support=support,
        answers=(await own_answers(session, claim, enrolment.changed_at))[0],
        admission=await admission_of(session, enrolment_id),
        alone=[
            meeting.starts_at
            for one, meeting in await sessions_of(session, enrolment_id)
            if one.ended_at is None
        ]
        if enrolment.is_drop_in
        else (),
        former=await claim_for(session, actor, enrolment.follows_id) if enrolment.follows_id else None,
        follower=await claim_for(session, actor, followed) if followed else None,
        price_lines=[words_of(line) for line in lines] if len(lines) > 1 else (),
        concession=(await claimed(session, [enrolment_id])).get(enrolment_id),
        collected=await collection_of(session, enrolment_id),
    )
