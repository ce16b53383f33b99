"""Letters about money that goes back: where it is to go, and that it has gone. The same words are shown before they are sent."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.events import RefundAsked, RefundPaid
from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.accounts import BankAccount, masked
from lms.billing.refunds.asking import LINK
from lms.db import has_sms, links_of
from lms.enrolment.letters.facts import FOLDER, Facts, facts_of, said, send
from lms.kernel.clock import system_clock
from lms.messaging.models import Channel
from lms.messaging.ways import way_to
from lms.people.duplicates import living
from lms.web.language import use_locale
from lms.web.letters import composed


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter as it will be sent: to whom, by which way, in which language, its subject and its words."""

    name: str
    channel: Channel
    language: str
    subject: str
    words: str


async def ask_for_account(session: AsyncSession, event: RefundAsked) -> None:
    """A link good for one use, and on paper a slip to send back."""
    refund = await session.get_one(Refund, event.refund_id)
    if refund.state is not RefundState.ASKED or refund.link_version != event.version:
        return  # named meanwhile, or asked anew
    facts = await _facts(session, refund.enrolment_id, refund.debtor_id)
    if facts is None:
        return
    token = links_of(session).signer.token(LINK, refund.id, refund.link_version)
    await send(
        session, facts, "refund_asked", at=system_clock(), version=f"{refund.id}:{event.version}", in_writing=True,
        sum_cents=refund.amount_cents, until=refund.asked_until, path=f"/erstattung/{refund.id}/{token}",
        note=refund.note, is_again=refund.follows_id is not None,
    )  # fmt: skip


async def tell_of_refund(session: AsyncSession, event: RefundPaid) -> None:
    """How much has gone, which way, and when it is there."""
    refund = await session.get_one(Refund, event.refund_id)
    facts = await _facts(session, refund.enrolment_id, refund.debtor_id)
    if facts is None:
        return
    account = BankAccount(refund.holder, refund.iban) if refund.iban else None
    await send(
        session, facts, "refund_paid", at=refund.finished_at or system_clock(), version=str(refund.id),
        **_paid(refund.amount_cents, refund.means, account, refund.note),
    )  # fmt: skip


async def foreseen_letter(
    session: AsyncSession,
    enrolment_id: UUID,
    debtor_id: UUID | None,
    *,
    amount_cents: int,
    means: RefundMeans,
    account: BankAccount | None,
    note: str,
) -> Sheet | None:
    """The letter that follows when such a refund has been paid; None where nobody is there to read it."""
    facts = await _facts(session, enrolment_id, debtor_id)
    if facts is None:
        return None
    reader = facts.reader
    channel = way_to(
        Channel(reader.channel),
        email=reader.email,
        phone=reader.phone,
        has_sms=has_sms(session),
        in_writing=False,
    )
    with use_locale(facts.language):
        subject, words, _ = composed(
            f"{FOLDER}refund_paid.md",
            said(facts, session)
            | {"has_calendar": False, "has_papers": False}
            | _paid(amount_cents, means, account, note),
            reader=reader.name,
            links=links_of(session),
            on_paper=channel is not Channel.EMAIL,
        )
    return Sheet(reader.name, channel, facts.language, subject, words)


def _paid(amount_cents: int, means: RefundMeans, account: BankAccount | None, note: str) -> dict[str, Any]:
    return {
        "sum_cents": amount_cents, "means": means, "holder": account.holder if account else "",
        "account": masked(account.iban) if account else "", "note": note,
    }  # fmt: skip


async def _facts(session: AsyncSession, enrolment_id: UUID, debtor_id: UUID | None) -> Facts | None:
    """The enrolment, read by whoever gets the money."""
    facts = await facts_of(session, enrolment_id)
    payer = await living(session, debtor_id)
    return replace(facts, reader=payer) if facts is not None and payer is not None else facts
