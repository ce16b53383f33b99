"""What an offer would take of rooms, trainers and devices, looked at as a plan of a run: nothing is reserved."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.inhouse.models import PriceKind, TrainingOffer, TrainingPlace
from lms.scheduling.feasibility import Need
from lms.scheduling.looking import Looking
from lms.scheduling.rules import DateList
from lms.scheduling.values import Preview, RunPlan, Terms
from lms.settings import Settings
from lms.web.language import Language, gettext, use_locale


async def preview_of(
    session: AsyncSession, offer: TrainingOffer, settings: Settings, *, now: datetime
) -> Preview | None:
    """The dates with what is in the way of room, trainer and devices; None while there are no dates."""
    plan = plan_of(offer)
    if plan is None:
        return None
    looking = Looking(federal_state=settings.federal_state, travel_minutes=settings.travel_minutes)
    return await looking.preview(session, plan, now=now)


def plan_of(
    offer: TrainingOffer, *, course_id: UUID | None = None, run_id: UUID | None = None
) -> RunPlan | None:
    """The closed run that would come of it: as many places as people, at the price agreed; None while there are no dates.

    A fixed sum is invoiced once, so a seat costs nothing then. Without a course any id does: only what people must be able to
    teach depends on it.
    """
    if offer.starts_at is None or not offer.days or not offer.minutes:
        return None
    return RunPlan(
        course_id=course_id or offer.course_id or uuid4(),
        rule=DateList(tuple(date.fromisoformat(day) for day in offer.days), offer.starts_at, offer.minutes),
        terms=terms_of(offer),
        room_id=offer.room_id,
        trainer_ids=(offer.trainer_id,) if offer.trainer_id else (),
        needs=_needs(offer),
        run_id=run_id,
    )


def terms_of(offer: TrainingOffer) -> Terms:
    """What a seat costs, how many there are; where it is, as a note for participants, where no room of ours says so."""
    per_seat = offer.price_cents if offer.price_kind is PriceKind.PER_PERSON else 0
    return Terms(
        capacity=offer.people,
        minimum=1,
        price_cents=per_seat,
        payment_methods=("invoice",),
        closes_days_before=0,
        note_de=_where(offer, "de"),
        note_en=_where(offer, "en"),
    )


def _where(offer: TrainingOffer, language: Language) -> str:
    if offer.place is not TrainingPlace.COMPANY or not offer.address:
        return ""
    with use_locale(language):
        return gettext("Place: %(place)s", place=offer.address)


def _needs(offer: TrainingOffer) -> tuple[Need, ...]:
    kind, _, key = offer.thing.partition(":")
    if not key or not offer.things:
        return ()
    if kind == "kit":
        return (Need(count=offer.things, kit_id=UUID(key)),)
    return (Need(count=offer.things, model_id=UUID(key)),)
