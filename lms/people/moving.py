"""Where a person is named, in every table, and what becomes of it when two records are merged (F-Q08).

`FATES` has to name every column that points to a person: a test walks all models and asks for it. What never changes (the
books, invoices, certificates, the audit trail: triggers see to it) keeps the old id, which leads to the person by
`Person.merged_into_id`.
"""

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    delete,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.models import Person


class Fate(Enum):
    """What becomes of the rows that name the record that goes."""

    MOVES = auto()
    """They name the person who stays; where both would stand there twice, the row of the one who goes is deleted."""
    MOVES_BUT_DOUBLES = auto()
    """The same, but what would stand there twice keeps the old id, because other rows hang on it."""
    STAYS = auto()
    """It never changes; readers go by `Person.merged_into_id`."""
    ITS_OWN = auto()
    """`merging.py` says what happens."""


FATES: Mapping[str, Fate] = {
    "absence.person_id": Fate.MOVES,
    "absence_word.guardian_id": Fate.MOVES,
    "account.person_id": Fate.ITS_OWN,
    "adviser.person_id": Fate.MOVES_BUT_DOUBLES,
    "allowance_declaration.person_id": Fate.STAYS,
    "appointment.person_id": Fate.MOVES,
    "audit_entry.person_id": Fate.STAYS,
    "availability.person_id": Fate.MOVES,
    "batch_item.person_id": Fate.MOVES,
    "booking.booker_id": Fate.MOVES,
    "busy_calendar.person_id": Fate.MOVES_BUT_DOUBLES,
    "busy_period.person_id": Fate.MOVES,
    "calendar_state.person_id": Fate.MOVES,
    "certificate.person_id": Fate.STAYS,
    "checkout.debtor_id": Fate.MOVES,
    "company_contact.person_id": Fate.MOVES,
    "concession_proof.person_id": Fate.MOVES,
    "conduct_record.person_id": Fate.MOVES,
    "consent.given_by": Fate.MOVES,
    "consent.person_id": Fate.MOVES,
    "course_proposal.person_id": Fate.MOVES,
    "debit_mandate.person_id": Fate.MOVES,
    "debtor_note.person_id": Fate.MOVES,
    "distinct_persons.one_id": Fate.ITS_OWN,
    "distinct_persons.other_id": Fate.ITS_OWN,
    "early_booking.person_id": Fate.MOVES,
    "enrolment.contact_id": Fate.MOVES,
    "enrolment.guardian_id": Fate.MOVES,
    "enrolment.person_id": Fate.MOVES,
    "fee_account.person_id": Fate.MOVES,
    "fee_contract.person_id": Fate.MOVES,
    "fee_line.person_id": Fate.STAYS,
    "fee_payout.person_id": Fate.STAYS,
    "fee_statement.person_id": Fate.STAYS,
    "feed.person_id": Fate.MOVES,
    "group_message.sender_id": Fate.MOVES,
    "funder_asking.person_id": Fate.MOVES,
    "guardianship.child_id": Fate.MOVES,
    "guardianship.guardian_id": Fate.MOVES,
    "helper.guardian_id": Fate.MOVES,
    "helper.person_id": Fate.MOVES_BUT_DOUBLES,
    "instalment_plan.debtor_id": Fate.MOVES,
    "interest.person_id": Fate.MOVES,
    "invitation.person_id": Fate.MOVES,
    "invoice.debtor_id": Fate.STAYS,
    "known_account.person_id": Fate.MOVES,
    "learned_before.person_id": Fate.MOVES,
    "ledger_entry.debtor_id": Fate.STAYS,
    "lending_block.person_id": Fate.MOVES,
    "letter.person_id": Fate.MOVES,
    "loan.person_id": Fate.MOVES,
    "mandate.agent_id": Fate.MOVES,
    "mandate.principal_id": Fate.MOVES,
    "membership.person_id": Fate.MOVES,
    "message_pattern.person_id": Fate.MOVES,
    "message_reader.person_id": Fate.MOVES,
    "message_reply.person_id": Fate.MOVES,
    "news_subscription.person_id": Fate.MOVES,
    "person.merged_into_id": Fate.MOVES,
    "phone_call.person_id": Fate.MOVES,
    "pick_up.child_id": Fate.MOVES,
    "proof_wish.person_id": Fate.MOVES,
    "proposal_inquiry.reader_id": Fate.MOVES_BUT_DOUBLES,
    "provider_customer.person_id": Fate.MOVES,
    "qualification_record.person_id": Fate.MOVES,
    "refund.debtor_id": Fate.MOVES,
    "reminder.debtor_id": Fate.STAYS,
    "reminder_block.person_id": Fate.MOVES,
    "reservation.trainer_id": Fate.MOVES,
    "rule_message.person_id": Fate.MOVES,
    "run_fee.person_id": Fate.MOVES,
    "run_trainer.person_id": Fate.MOVES,
    "seat_notice.person_id": Fate.MOVES,
    "seat_order.contact_id": Fate.MOVES,
    "self_assessment.person_id": Fate.MOVES,
    "session_held.person_id": Fate.MOVES,
    "session_note.author_id": Fate.MOVES,
    "session_report.reporter_id": Fate.MOVES,
    "session_trainer.person_id": Fate.MOVES,
    "sheet_wish.person_id": Fate.MOVES,
    "slot_wish.person_id": Fate.MOVES,
    "status_consent.person_id": Fate.MOVES,
    "substitute_offer.person_id": Fate.MOVES,
    "substitution.absent_id": Fate.MOVES,
    "substitution.substitute_id": Fate.MOVES,
    "survey_trainer.person_id": Fate.MOVES,
    "trainer.person_id": Fate.MOVES,
    "trainer_page.person_id": Fate.MOVES,
    "trainer_portrait.person_id": Fate.MOVES,
    "training_offer.trainer_id": Fate.MOVES,
    "training_request.contact_id": Fate.MOVES,
    "vote.person_id": Fate.MOVES,
    "voucher.person_id": Fate.MOVES,
    "voucher_order.buyer_id": Fate.MOVES,
    "voucher_redemption.person_id": Fate.MOVES,
    "waiting_invoice.debtor_id": Fate.MOVES,
    "wish.person_id": Fate.MOVES,
    "wish_offer.person_id": Fate.MOVES,
}
"""Column by column. Ids ending in `_by` elsewhere are those of accounts, which merging does not change."""
SHOWN = (
    "enrolment.person_id", "enrolment.contact_id", "membership.person_id", "guardianship.guardian_id",
    "guardianship.child_id", "mandate.agent_id", "mandate.principal_id", "company_contact.person_id",
    "consent.person_id", "letter.person_id", "loan.person_id", "booking.booker_id", "invoice.debtor_id",
    "certificate.person_id", "account.person_id", "trainer.person_id",
)  # fmt: skip
"""What the page counts before anything is merged."""


def table_of(name: str) -> Table:
    """A table of any module, which this one must not import (layers): it is named, not known."""
    return Person.metadata.tables[name]


async def move(session: AsyncSession, gone_id: UUID, kept_id: UUID) -> None:
    """Let everything that may change name the person who stays."""
    for place, fate in FATES.items():
        if fate not in {Fate.MOVES, Fate.MOVES_BUT_DOUBLES}:
            continue
        table, column = place.split(".")
        where = table_of(table)
        of_gone = where.c[column] == gone_id
        doubled = [_stands_twice(where, column, kept_id, others) for others in _unique_with(where, column)]
        for one in doubled:
            if fate is Fate.MOVES:
                await session.execute(delete(where).where(of_gone, one))
        kept_back = [~one for one in doubled] if fate is Fate.MOVES_BUT_DOUBLES else []
        await session.execute(update(where).where(of_gone, *kept_back).values({column: kept_id}))
    session.expire_all()


async def counted(session: AsyncSession, person_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """How often each of these persons is named in the places of `SHOWN`; one statement."""
    ids = list(person_ids)
    parts = []
    for place in SHOWN:
        table, name = place.split(".")
        column = table_of(table).c[name]
        parts.append(select(literal(place), column, func.count()).where(column.in_(ids)).group_by(column))
    found: dict[UUID, dict[str, int]] = {one: {} for one in ids}
    for place, whose, count in await session.execute(union_all(*parts)):
        found[whose][place] = count
    return found


def _unique_with(table: Table, column: str) -> list[tuple[str, ...]]:
    """The other columns of each key of the table that this column belongs to."""
    keys = [
        tuple(other.name for other in key.columns if other.name != column)
        for key in table.constraints
        if isinstance(key, UniqueConstraint | PrimaryKeyConstraint) and column in key.columns
    ]
    return sorted(set(keys))


def _stands_twice(table: Table, column: str, kept_id: UUID, others: tuple[str, ...]) -> ColumnElement[bool]:
    theirs = table.alias()
    same = [theirs.c[other] == table.c[other] for other in others]
    return cast("ColumnElement[bool]", exists().where(theirs.c[column] == kept_id, *same))
