"""What companies ask for: six requests in several states, two offers, one of them accepted and made a closed run."""

import asyncio
import hashlib
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.rules import series_year
from lms.billing.service import draw_number
from lms.catalogue.models import Course, Run
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.seats import CLOSED_RUN
from lms.enrolment.service.order import READABLE
from lms.inhouse.freezing import facts_of
from lms.inhouse.models import (
    DevicesFrom,
    PriceKind,
    RemarkKind,
    RequestState,
    TrainingOffer,
    TrainingOfferPaper,
    TrainingOfferState,
    TrainingPlace,
    TrainingRemark,
    TrainingRequest,
)
from lms.inhouse.paper import offer_pdf
from lms.inhouse.queries import asked_of
from lms.inhouse.rules import SERIES, offer_number, units_of
from lms.inhouse.words import button_of, wording_of
from lms.kernel.clock import local
from lms.people.models import Person
from lms.scheduling.models import Session
from lms.trainers.models import Trainer

PLANNER = "claudia-wegmann"
ROAD = "spedition-ohretrans"


async def fill_inhouse(ground: Ground, everybody: Everybody) -> None:
    """From the request of this morning to the course that is set up; the bakery's is not joined to a company yet."""
    new = await _ask(
        ground, everybody, "boerdebaeckerei", 0, company=False, people=5, place=TrainingPlace.COMPANY, address="Färberstieg 8",
        topic="Das Kassensystem und die Bestellungen am Tablet: Unsere Verkäuferinnen sollen sich sicher fühlen.",
        knowledge="Alle haben ein eigenes Handy, am Computer arbeitet sonst nur das Büro.", periods="nachmittags ab 14 Uhr",
        weekdays=["1", "3"], devices=DevicesFrom.OWN,
    )  # fmt: skip
    await _ask(
        ground, everybody, ROAD, 1, people=8, wants_advice=True, place=TrainingPlace.OPEN,
        note="Wir drucken noch alle Frachtbriefe aus. Wo fangen wir an?", budget_cents=150_000,
    )  # fmt: skip
    clarifying = await _ask(
        ground, everybody, "autohaus-drewitz", 6, state=RequestState.CLARIFYING, people=7, place=TrainingPlace.CENTRE,
        topic="Sichere Passwörter und falsche E-Mails erkennen", devices=DevicesFrom.CENTRE, weekdays=["4"],
    )  # fmt: skip
    for kind, words, days, author in (
        (RemarkKind.NOTE, "Herr Drewitz ist freitags am besten zu erreichen.", 5, "Claudia Wegmann"),
        (RemarkKind.QUESTION, "Sollen auch die Auszubildenden dabei sein?", 4, "Claudia Wegmann"),
        (RemarkKind.ANSWER, "Ja, alle drei. Dann sind wir zehn.", 3, "Silvio Drewitz"),
    ):
        await ground.put(
            [
                TrainingRemark(
                    id=ground.key(), request_id=clarifying.id, at=_ago(ground, days), kind=kind, text=words, author=author
                )
            ]
        )  # fmt: skip
    await _offered(ground, everybody)
    await _became_run(ground, everybody)
    await _ask(
        ground, everybody, "hofladen-seggering", 20, state=RequestState.DECLINED, people=1, topic="Einen Onlineshop programmieren",
        place=TrainingPlace.ONLINE,
        reason="Einen Onlineshop für Sie zu bauen, können wir nicht anbieten. Gern beraten wir Sie, welcher Baukasten zu Ihnen passt.",
        ended_at=_ago(ground, 17),
    )  # fmt: skip
    ground.note(new.created_at, "training.requested", "training_request", new.id, person_id=new.contact_id)


def _ago(ground: Ground, days: int, hours: int = 2) -> datetime:
    return ground.now - timedelta(days=days, hours=hours)


async def _ask(
    ground: Ground, everybody: Everybody, key: str, days: int, *, company: bool = True, **given: Any
) -> TrainingRequest:
    employer = everybody.employers[key]
    signs = "".join(ground.chance.choice(READABLE) for _ in range(8))
    at = _ago(ground, days)
    request = TrainingRequest(
        id=ground.key(), reference=f"{signs[:4]}-{signs[4:]}", company_name=employer.company.name, created_at=at,
        changed_at=given.get("ended_at") or at, contact_id=employer.contact.id,
        company_id=employer.company.id if company else None, **given,
    )  # fmt: skip
    await ground.put([request])
    return request


async def _offered(ground: Ground, everybody: Everybody) -> None:
    """An offer that waits for an answer: two Tuesdays in six weeks, at the company."""
    request = await _ask(
        ground, everybody, "keramikwerk-klugenrath", 12, state=RequestState.OFFERED, people=10, place=TrainingPlace.COMPANY,
        topic="Excel für die Schichtplanung", knowledge="Grundkenntnisse sind da.", devices=DevicesFrom.CENTRE,
        address="An der Steingutmühle 1", weekdays=["1"],
    )  # fmt: skip
    first = ground.today + timedelta(weeks=6)
    first += timedelta(days=(1 - first.weekday()) % 7)
    days = [first.isoformat(), (first + timedelta(weeks=1)).isoformat()]
    await _offer(
        ground, request, 9, title="Excel für die Schichtplanung", people=10, price_kind=PriceKind.PER_PERSON,
        price_cents=8_900, travel_cents=2_400, material_cents=5_000, days=days, starts_at=time(9), minutes=180,
        place=TrainingPlace.COMPANY, address="An der Steingutmühle 1", fee_cents=3_200, other_cents=2_400,
        valid_until=ground.today + timedelta(days=4), trainer_id=await _somebody(ground.session),
        text="Wir bringen zwölf Laptops mit. Am ersten Vormittag geht es um Tabellen und Formeln, am zweiten um Ihren eigenen Schichtplan.",
    )  # fmt: skip


async def _became_run(ground: Ground, everybody: Everybody) -> None:
    """The joinery's offer, accepted, and the closed run that came of it."""
    session = ground.session
    run = (await session.scalars(select(Run).where(Run.number == CLOSED_RUN))).one()
    course = await session.get_one(Course, run.course_id)
    meetings = (
        await session.scalars(select(Session).where(Session.run_id == run.id).order_by(Session.starts_at))
    ).all()
    key = next(one for one, employer in everybody.employers.items() if employer.company.id == run.company_id)
    place = TrainingPlace.ONLINE if run.is_online else TrainingPlace.CENTRE
    request = await _ask(
        ground, everybody, key, 40, state=RequestState.RUN, people=run.capacity, place=place,
        course_id=course.id, run_id=run.id, devices=DevicesFrom.CENTRE,
    )  # fmt: skip
    starts = local(meetings[0].starts_at)
    minutes = int((meetings[0].ends_at - meetings[0].starts_at).total_seconds() // 60)
    offer = await _offer(
        ground, request, 36, title=course.title_de, course_id=course.id, people=run.capacity,
        price_kind=PriceKind.PER_PERSON, price_cents=run.price_cents, place=place, room_id=run.room_id,
        days=[local(one.starts_at).date().isoformat() for one in meetings], starts_at=starts.time(), minutes=minutes,
        regular_cents=run.price_cents * run.capacity + 24_000, fee_cents=3_200,
        room_cents=0 if run.is_online else 12_000, valid_until=ground.today - timedelta(days=10), text="Der Kurs findet nur für Ihren Betrieb statt.",
    )  # fmt: skip
    contact = everybody.employers[key].contact
    offer.state, offer.answered_at, offer.answered_by = (
        TrainingOfferState.ACCEPTED,
        _ago(ground, 33),
        contact.name,
    )
    offer.wording = f"{wording_of(offer)} {button_of(offer)}"
    request.changed_at = _ago(ground, 32)


async def _offer(ground: Ground, request: TrainingRequest, days_ago: int, **given: Any) -> TrainingOffer:
    """An offer with its number and its paper, as it was sent."""
    session, at = ground.session, _ago(ground, days_ago)
    year = series_year(at)
    counter = await draw_number(session, SERIES, year)
    offer = TrainingOffer(
        id=ground.key(), request_id=request.id, number=offer_number(year, counter), year=year, counter=counter, created_at=at,
        sent_at=at, state=TrainingOfferState.SENT, units=units_of(len(given["days"]), given["minutes"], None), **given,
    )  # fmt: skip
    await ground.put([offer])
    offer.facts = await facts_of(session, await asked_of(session, request.id), offer, ground.settings)
    content = await asyncio.to_thread(offer_pdf, offer.number, offer.facts, at)
    await ground.put(
        [
            TrainingOfferPaper(
                offer_id=offer.id, sha256=hashlib.sha256(content).hexdigest(), content=content, written_at=at
            )
        ]
    )  # fmt: skip
    request.changed_at = at
    return offer


async def _somebody(session: AsyncSession) -> Any:
    return await session.scalar(
        select(Person.id).join(Trainer, Trainer.person_id == Person.id).order_by(Person.family_name).limit(1)
    )
