"""Letters about declarations of withdrawal: the receipt at once, and the answer (L-16)."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment import events
from lms.enrolment.changing.terms import Standing
from lms.enrolment.letters.facts import FOLDER, facts_of, send
from lms.enrolment.models import Withdrawal
from lms.kernel.marking import N_
from lms.web.language import translated, use_locale
from lms.web.letters import Addressee, write_letter

RECEIPT = "withdrawal_receipt"
TO_THE_PERSON: dict[str, str] = {
    Standing.EXCLUDED: N_("There is no right of withdrawal for this course."),
    Standing.OVER: N_("The period for withdrawing was 14 days, and it is over."),
    Standing.COMPANY: N_("The right of withdrawal is for private contracts. This place was booked by a company."),
    Standing.PERFORMED: N_(
        "The course is over, and you had expressly asked us to begin before the period for withdrawing ended."
    ),
}  # fmt: skip
"""The same reasons as in WHY_NOT, said to the person instead of the team."""


async def confirm_receipt(session: AsyncSession, declared: Withdrawal) -> None:
    """Say to the typed address what was declared and when, and nothing about whether we know it (S-17)."""
    await write_letter(
        session,
        key=f"{RECEIPT}:{declared.id}",
        kind=RECEIPT,
        to=_stranger(declared),
        template=f"{FOLDER}{RECEIPT}.md",
        context={"declared": declared},
        at=declared.declared_at,
        about=("withdrawal", declared.id),
    )


async def answer_withdrawal(session: AsyncSession, event: events.WithdrawalDeclined) -> None:
    """Why a declaration has no effect, and what can be done instead: to our address where we know the contract."""
    declared = await session.get(Withdrawal, event.withdrawal_id)
    if declared is None or declared.decided_at is None:
        return
    facts = None
    for enrolment_id in declared.enrolment_ids[:1]:
        facts = await facts_of(session, UUID(enrolment_id))
    language = "en" if (facts.language if facts else declared.language) == "en" else "de"
    with use_locale(language):  # type: ignore[arg-type]
        reason = declared.note or translated(TO_THE_PERSON.get(declared.cause, ""))
        if facts is not None and declared.cause == Standing.EXCLUDED:
            own = facts.word("withdrawal_reason")
            reason = f"{reason} {own}".strip() if own else reason
    if facts is not None:
        await send(
            session, facts, "withdrawal_declined", at=declared.decided_at, version=str(declared.id), reason=reason,
            declared=declared, is_known=True, in_writing=True,
        )  # fmt: skip
        return
    await write_letter(
        session,
        key=f"withdrawal_declined:{declared.id}",
        kind="withdrawal_declined",
        to=_stranger(declared),
        template=f"{FOLDER}withdrawal_declined.md",
        context={"declared": declared, "reason": reason, "is_known": False},
        at=declared.decided_at,
        about=("withdrawal", declared.id),
    )


def _stranger(declared: Withdrawal) -> Addressee:
    return Addressee(email=declared.email, language=declared.language, name=declared.name)
