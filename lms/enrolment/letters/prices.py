"""Letters about what a place costs: a proof that was not accepted, and the full price that is asked for instead."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.letters.facts import Facts, facts_of, invoice_of, send
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pricing import events
from lms.enrolment.pricing.models import ConcessionState
from lms.enrolment.pricing.proving import chargeable_on
from lms.enrolment.pricing.reading import Claimed, claimed, reckoned
from lms.enrolment.pricing.words import words_of
from lms.vouchers.queries import voucher_lines
from lms.web.language import use_locale


async def explained(session: AsyncSession, facts: Facts) -> dict[str, Any]:
    """How the price came about and what is still to be proved, in the reader's words."""
    enrolment = facts.enrolment
    lines = (await reckoned(session, [enrolment])).get(enrolment.id, ())
    concession = (await claimed(session, [enrolment.id])).get(enrolment.id)
    with use_locale("en" if facts.reader.language == "en" else "de"):
        told = [words_of(line) for line in lines] if len(lines) > 1 else []
        vouchers = await voucher_lines(session, [enrolment.id]) if enrolment.price_cents else []
    return {
        "voucher_lines": vouchers,
        "price_lines": told,
        "proof": _proof_words(facts, concession),
        "wants_proof": concession is not None
        and concession.claim.state in {ConcessionState.MISSING, ConcessionState.REFUSED},
    }


async def tell_of_refused_proof(session: AsyncSession, event: events.ProofRefused) -> None:
    """Why the proof was not accepted, and that another one may be shown."""
    facts = await facts_of(session, event.enrolment_id)
    concession = (await claimed(session, [event.enrolment_id])).get(event.enrolment_id)
    if facts is None or concession is None or concession.claim.state is not ConcessionState.REFUSED:
        return
    await send(
        session,
        facts,
        "proof_refused",
        at=concession.claim.changed_at,
        version=str(event.version),
        proof=_proof_words(facts, concession),
        reason=concession.claim.reason,
        until=chargeable_on(facts.run),
    )


async def tell_of_full_price(session: AsyncSession, event: events.ConcessionDropped) -> None:
    """That the full price is due, why, how the sum came about, and how it is paid."""
    facts = await facts_of(session, event.enrolment_id)
    concession = (await claimed(session, [event.enrolment_id])).get(event.enrolment_id)
    if facts is None or concession is None:
        return
    lines = (await reckoned(session, [facts.enrolment])).get(facts.enrolment.id, ())
    with use_locale("en" if facts.reader.language == "en" else "de"):
        told = [words_of(line) for line in lines]
    is_booked = facts.enrolment.state is EnrolmentState.CONFIRMED
    await send(
        session,
        facts,
        "price_raised",
        at=concession.claim.changed_at,
        price_lines=told,
        reason=concession.claim.reason,
        difference_cents=event.difference_cents,
        owed_cents=event.settled_cents,
        invoice=await invoice_of(session, event.enrolment_id) if is_booked else None,
    )


def _proof_words(facts: Facts, concession: Claimed | None) -> str:
    """What proves it, in the reader's language; empty where nothing in particular is asked for."""
    if concession is None or concession.kind is None:
        return ""
    kind = concession.kind
    english = kind.proof_en if facts.reader.language == "en" else ""
    return english or kind.proof_de
