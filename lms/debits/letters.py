"""What we write to payers: the mandate, the notice before a collection, and what has come back."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of, valid_invoice_of
from lms.catalogue.models import Course, Run
from lms.db import charges_return_fees
from lms.debits import events
from lms.debits.models import Debit, DebitMandate, DebitState
from lms.debits.queries import mandate_of
from lms.debits.rules import masked
from lms.debits.words import OTHER_REASON, REASONS
from lms.kernel.clock import system_clock
from lms.people.duplicates import living
from lms.people.models import Company
from lms.web.letters import write_letter

FOLDER = "debits/letters/"
TOLD = (DebitState.ANNOUNCED, DebitState.IN_FILE)


async def confirm_mandate(session: AsyncSession, event: events.DebitMandateGiven) -> None:
    """The words that were agreed to, the reference, and how to take it back."""
    mandate = await mandate_of(session, event.mandate_id)
    facts = {"words": mandate.wording.splitlines(), "creditor": mandate.creditor_id}
    await _write(session, mandate, "mandate_given", f"debit-mandate:{mandate.id}", facts)


async def confirm_change(session: AsyncSession, event: events.DebitMandateChanged) -> None:
    """From which account we collect from now on."""
    mandate = await mandate_of(session, event.mandate_id)
    if mandate.version == event.version:
        await _write(session, mandate, "mandate_changed", f"debit-mandate:{mandate.id}:{event.version}", {})


async def confirm_end(session: AsyncSession, event: events.DebitMandateEnded) -> None:
    """That nothing is collected by it any more, and what is still owed."""
    mandate = await mandate_of(session, event.mandate_id)
    owed, issuer = await _owed(session, mandate.id)
    facts = {"owed_cents": owed, "issuer": issuer}
    await _write(session, mandate, "mandate_ended", f"debit-mandate-ended:{mandate.id}", facts)


async def announce_debit(session: AsyncSession, event: events.DebitAnnounced) -> None:
    """What is collected, when, by which mandate; a later notice takes the place of this one."""
    debit = await session.get_one(Debit, event.debit_id)
    if debit.notices != event.notice or debit.state not in TOLD:
        return
    mandate = await mandate_of(session, debit.mandate_id)
    facts = {
        "amount_cents": event.amount_cents,
        "collect_on": event.collect_on,
        "creditor": mandate.creditor_id,
        "is_change": event.notice > 1,
        **await _about(session, debit),
    }
    await _write(session, mandate, "debit_announced", f"debit:{debit.id}:{event.notice}", facts)


async def tell_called_off(session: AsyncSession, event: events.DebitCalledOff) -> None:
    """What was announced is not collected."""
    debit = await session.get_one(Debit, event.debit_id)
    mandate = await mandate_of(session, debit.mandate_id)
    owed = (await balance_of(session, [debit.enrolment_id]))[debit.enrolment_id].open_cents
    facts = {
        "amount_cents": debit.announced_cents or 0,
        "collect_on": debit.collect_on,
        "owed_cents": max(owed, 0),
        "issuer": await _issuer(session, debit.enrolment_id),
        **await _about(session, debit),
    }
    await _write(session, mandate, "debit_called_off", f"debit-off:{debit.id}", facts)


async def tell_return(session: AsyncSession, event: events.DebitReturned) -> None:
    """What came back, why, and the other ways to pay."""
    debit = await session.get_one(Debit, event.debit_id)
    mandate = await mandate_of(session, debit.mandate_id)
    owed = (await balance_of(session, [debit.enrolment_id]))[debit.enrolment_id].open_cents
    facts = {
        "amount_cents": debit.amount_cents or 0,
        "fee_cents": debit.fee_cents,
        "charges_fee": debit.fee_cents > 0 and charges_return_fees(session),
        "reason": REASONS.get(debit.end_reason, OTHER_REASON),
        "owed_cents": max(owed, 0),
        "issuer": await _issuer(session, debit.enrolment_id),
        **await _about(session, debit),
    }
    await _write(session, mandate, "debit_returned", f"debit-return:{debit.id}", facts)


async def _about(session: AsyncSession, debit: Debit) -> dict[str, Any]:
    run = await session.get_one(Run, debit.run_id)
    course = await session.get_one(Course, run.course_id)
    return {
        "course_de": course.title_de,
        "course_en": course.title_en or course.title_de,
        "purpose": debit.purpose,
    }


async def _issuer(session: AsyncSession, enrolment_id: UUID) -> dict[str, Any]:
    invoice = await valid_invoice_of(session, enrolment_id)
    return {"iban": "", "name": ""} | (invoice.issuer if invoice else {})


async def _owed(session: AsyncSession, mandate_id: UUID) -> tuple[int, dict[str, Any]]:
    """What is owed for everything that was called off when the mandate ended."""
    ids = (
        await session.scalars(
            select(Debit.enrolment_id).where(
                Debit.mandate_id == mandate_id,
                Debit.state == DebitState.CANCELLED,
                Debit.end_reason == "mandate",
            )
        )
    ).all()
    accounts = await balance_of(session, ids)
    owing = [whose for whose in ids if accounts[whose].open_cents > 0]
    issuer = await _issuer(session, owing[0]) if owing else {"iban": "", "name": ""}
    return sum(accounts[whose].open_cents for whose in set(owing)), issuer


async def _write(
    session: AsyncSession, mandate: DebitMandate, template: str, key: str, facts: dict[str, Any]
) -> None:
    reader = await living(session, mandate.person_id)
    if reader is None:
        return
    firm = await session.get(Company, mandate.company_id) if mandate.company_id else None
    context = {
        "reference": mandate.reference, "account": masked(mandate.iban), "bank": mandate.bank,
        "holder": mandate.holder, "firm": firm.name if firm else "", **facts,
        "course": facts.get("course_en" if reader.language == "en" else "course_de", ""),
    }  # fmt: skip
    await write_letter(
        session, key=key, kind=template, to=reader, template=f"{FOLDER}{template}.md", context=context,
        about=("debit_mandate", mandate.id), at=system_clock(),
    )  # fmt: skip
