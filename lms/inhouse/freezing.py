"""What stands on an offer, fixed at the moment it is sent: parties, lines with their tax, dates."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.parties import debtor_of, issuer_facts
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed
from lms.inhouse.errors import TaxUnknown
from lms.inhouse.models import PriceKind, TrainingOffer, TrainingPlace
from lms.inhouse.queries import Asked
from lms.inhouse.rules import periods_of, training_cents
from lms.resources.models import Room, Venue
from lms.settings import Settings

TRAINING, TRAVEL, MATERIAL = "training", "travel", "material"
"""What a line of an offer is for."""


async def facts_of(
    session: AsyncSession, asked: Asked, offer: TrainingOffer, settings: Settings
) -> dict[str, Any]:
    """Everything that the paper says, as JSON. Raises TaxUnknown."""
    debtor = debtor_of(asked.contact, asked.company)
    code = offer.tax_code or settings.tax_code
    last = date.fromisoformat(offer.days[-1]) if offer.days else offer.valid_until
    first = date.fromisoformat(offer.days[0]) if offer.days else offer.valid_until
    tax = taxed(await treatments(session), code, first, last)
    if "tax_category" not in tax:
        raise TaxUnknown
    lines = [line | tax for line in lines_of(offer)]
    language = str(debtor.facts["language"])
    return {
        "debtor": debtor.facts,
        "issuer": issuer_facts(settings),
        "lines": lines,
        "tax_note": notes_of(lines, language),
        "title": offer.title,
        "people": offer.people,
        "units": offer.units,
        "periods": [
            [period.start.isoformat(), period.end.isoformat()] for period in periods_of(offer.days, offer)
        ],
        "place": str(offer.place),
        "where": await where_of(session, offer),
        "text": offer.text,
        "valid_until": offer.valid_until.isoformat(),
        "price_kind": str(offer.price_kind),
        "request": asked.request.reference,
        "asked_on": asked.request.created_at.isoformat(),
    }


def lines_of(offer: TrainingOffer) -> list[dict[str, Any]]:
    """What is to be paid, line by line, without tax."""
    per_person = offer.price_kind is PriceKind.PER_PERSON
    found = [
        {
            "for": TRAINING,
            "quantity": offer.people if per_person else 1,
            "amount_cents": training_cents(offer),
        }
    ]
    if offer.travel_cents:
        found.append({"for": TRAVEL, "quantity": 1, "amount_cents": offer.travel_cents})
    if offer.material_cents:
        found.append({"for": MATERIAL, "quantity": 1, "amount_cents": offer.material_cents})
    return found


async def where_of(session: AsyncSession, offer: TrainingOffer) -> str:
    """The room, or the company's own address; empty where it is still open or online."""
    if offer.place is TrainingPlace.COMPANY:
        return offer.address
    if offer.room_id is None:
        return ""
    row = (
        await session.execute(
            select(Room.name, Venue.name, Venue.street, Venue.city)
            .join(Venue, Venue.id == Room.venue_id)
            .where(Room.id == offer.room_id)
        )
    ).one_or_none()
    return ", ".join(part for part in row if part) if row else ""
