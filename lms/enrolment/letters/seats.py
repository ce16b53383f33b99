"""Letters about the seats of a company: to whoever ordered them, and to whoever sits on them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import Course, Run
from lms.db import links_of
from lms.enrolment.events import PlaceConfirmed, RunCancelled
from lms.enrolment.letters.endings import out_of_calendar
from lms.enrolment.letters.facts import FOLDER, Facts, facts_of, send
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.rules import free_until
from lms.enrolment.seats import events
from lms.enrolment.seats.models import CompanyInvitation, SeatNotice, SeatOrder
from lms.enrolment.seats.rules import naming_ends_at
from lms.kernel.clock import system_clock
from lms.people.models import Company, Person
from lms.scheduling.entries import entries
from lms.scheduling.invitations import calendar_files
from lms.scheduling.models import Session
from lms.web.language import Language, use_locale
from lms.web.letters import Addressee, write_letter


async def confirm_seats(session: AsyncSession, event: events.SeatsOrdered) -> None:
    """What was ordered, what it costs, until when people are named, and where."""
    order = await session.get_one(SeatOrder, event.order_id)
    await _write(session, order, "seats_ordered", order.ordered_at, str(order.id))


async def confirm_giving_back(session: AsyncSession, event: events.SeatsGivenBack) -> None:
    """Which seats have ended, and what that costs or pays back."""
    order = await session.get_one(SeatOrder, event.order_id)
    seats = (await session.scalars(select(Enrolment).where(Enrolment.id.in_(event.enrolment_ids)))).all()
    balances = await balance_of(session, event.enrolment_ids)
    fee = sum(one.charged_cents for one in balances.values())
    open_cents = sum(one.open_cents for one in balances.values())
    at = max(one.changed_at for one in seats)
    await _write(
        session, order, "seats_given_back", at, str(min(event.enrolment_ids)),
        given_back=len(seats), fee_cents=max(0, fee), owed_cents=max(0, open_cents), refund_cents=max(0, -open_cents),
    )  # fmt: skip


async def tell_companies(session: AsyncSession, event: RunCancelled) -> None:
    """The run does not take place: whoever ordered seats learns it too, and what happens to the money."""
    orders = await session.scalars(select(SeatOrder).where(SeatOrder.run_id == event.run_id))
    for order in orders.all():
        rows = await session.scalars(select(Enrolment.id).where(Enrolment.order_id == order.id))
        balances = await balance_of(session, list(rows.all()))
        refund = sum(max(0, -one.open_cents) for one in balances.values())
        await _write(
            session, order, "seats_run_cancelled", system_clock(), str(order.id), refund_cents=refund
        )


async def tell_employee(session: AsyncSession, event: events.SeatNamed) -> None:
    """By whom they have the seat, when and where, and what the company sees (security design A2, footnote 1)."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None or facts.person.id != event.person_id:
        return  # somebody else has the seat meanwhile
    await _tell(session, facts, f"{event.person_id}:{event.version}")


async def tell_employee_of_company(session: AsyncSession, event: PlaceConfirmed) -> None:
    """Somebody whom a company has enrolled by name, and whose confirmation goes to the company."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None or facts.enrolment.company_id is None or facts.person.id == facts.reader.id:
        return
    if facts.person.email or facts.person.street:
        await _tell(session, replace(facts, reader=facts.person), str(facts.person.id))


async def _tell(session: AsyncSession, facts: Facts, version: str) -> None:
    company = await session.get_one(Company, facts.enrolment.company_id)
    at = facts.enrolment.confirmed_at or facts.enrolment.changed_at
    await send(
        session, facts, "company_place", at=at, version=version, dates=facts.held, company=company.name,
        has_certificate=facts.course.certificate_threshold_percent > 0,
    )  # fmt: skip
    key = {"enrolment_id": facts.enrolment.id, "person_id": facts.person.id}
    if await session.get(SeatNotice, key) is None:
        session.add(SeatNotice(**key, told_at=at))


async def tell_of_passed_seat(session: AsyncSession, event: events.SeatPassedOn) -> None:
    """Somebody has the seat no more; the calendar file takes the dates out."""
    enrolment = await session.get_one(Enrolment, event.enrolment_id)
    person = await session.get_one(Person, event.person_id)
    company = await session.get_one(Company, enrolment.company_id)
    # as it was for the former person; whoever has it now reads a letter of their own
    run, course = await session.get_one(Run, enrolment.run_id), await _course(session, enrolment.run_id)
    language: Language = "en" if person.language == "en" else "de"
    title = (course.title_en if language == "en" else "") or course.title_de
    facts = await facts_of(session, enrolment.id)
    with use_locale(language):
        dates = list(await entries(session, Session.run_id == run.id))
    former = out_of_calendar(replace(facts, reader=person), dates) if facts else []
    await write_letter(
        session, key=f"seat_passed_on:{enrolment.id}:{person.id}:{event.version}", kind="seat_passed_on", to=person,
        template=f"{FOLDER}seat_passed_on.md", at=enrolment.changed_at, about=("enrolment", enrolment.id),
        context={"course": title, "number": run.number, "starts_at": run.starts_at, "company": company.name},
        enclosures=await calendar_files(session, to=person, entries=former, name=title, at=enrolment.changed_at),
    )  # fmt: skip


async def invite(session: AsyncSession, event: events.CompanyContactInvited) -> None:
    """Somebody may act for a company, once they have signed in."""
    invitation = await session.get_one(CompanyInvitation, event.invitation_id)
    if invitation.ended_at is not None:
        return
    company = await session.get_one(Company, invitation.company_id)
    token = links_of(session).signer.token("company-contact", invitation.id)
    await write_letter(
        session, key=f"company_invitation:{invitation.id}", kind="company_invitation",
        to=Addressee(email=invitation.email, language="de"), template=f"{FOLDER}company_invitation.md",
        at=invitation.invited_at, about=("company_invitation", invitation.id),
        context={
            "company": company.name, "until": invitation.expires_at,
            "path": f"/firma/einladung/{invitation.id}/{token}",
        },
    )  # fmt: skip


async def _write(
    session: AsyncSession, order: SeatOrder, name: str, at: Any, version: str, **more: Any
) -> None:
    run, course = await session.get_one(Run, order.run_id), await _course(session, order.run_id)
    company = await session.get_one(Company, order.company_id)
    reader = await session.get_one(Person, order.contact_id)
    seats: Sequence[Enrolment] = (
        await session.scalars(
            select(Enrolment)
            .where(Enrolment.order_id == order.id)
            .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
        )
    ).all()
    placed = [one for one in seats if one.state in (EnrolmentState.HELD, EnrolmentState.CONFIRMED)]
    invoice = await valid_invoice_of(session, placed[0].id) if placed else None
    token = links_of(session).signer.token("seats", order.id, order.link_version)
    english = reader.language == "en"
    await write_letter(
        session, key=f"{name}:{version}", kind=name, to=reader, template=f"{FOLDER}{name}.md", at=at,
        about=("seat_order", order.id),
        context={
            "course": (course.title_en if english else "") or course.title_de,
            "number": run.number,
            "company": company.name,
            "starts_at": run.starts_at,
            "wanted": order.wanted,
            "seats": len(placed),
            "open_seats": sum(one.person_id is None for one in placed),
            "waiting": sum(one.state is EnrolmentState.WAITING for one in seats),
            "price_cents": placed[0].price_cents if placed else 0,
            "total_cents": sum(one.price_cents for one in placed),
            "payment_method": placed[0].payment_method if placed else "",
            "order_number": order.order_number,
            "invoice": invoice,
            "naming_ends_at": naming_ends_at(run),
            "free_until": free_until(run),
            "fee_percent": run.cancel_fee_percent,
            "manage_path": f"/plaetze/{order.id}/{token}",
            "course_path": f"/kurse/{course.slug}" if run.company_id is None else "/kurse",
        } | more,
    )  # fmt: skip


async def _course(session: AsyncSession, run_id: UUID) -> Course:
    return (
        await session.scalars(select(Course).join(Run, Run.course_id == Course.id).where(Run.id == run_id))
    ).one()
