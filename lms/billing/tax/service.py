"""Changing the table of taxes: rows are only ever added; every public method is one transaction."""

from datetime import date
from uuid import UUID

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.errors import DayPassed, NoSuchTreatment
from lms.billing.tax.models import TaxCategory, TaxTreatment
from lms.billing.tax.queries import treatments
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.web.module import Around


class TaxTable:
    """What the cashiers do with tax treatments."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add(
        self,
        actor: Actor,
        *,
        treatment_id: UUID,
        code: str,
        category: TaxCategory,
        rate_bp: int,
        note_de: str,
        note_en: str,
        valid_from: date,
    ) -> TaxTreatment:
        """Let a treatment hold from a day on, by date of service. The same id twice is kept once.

        Raises NoSuchTreatment for a code nobody knows, DayPassed for a day before today: what was invoiced keeps its tax.
        """
        ensure(policy.may_issue(actor), actor)
        at = self.clock()
        if valid_from < local(at).date():
            raise DayPassed
        async with self.begin() as session:
            kept = await session.get(TaxTreatment, treatment_id)
            if kept is not None:
                return kept
            known = [one for one in await treatments(session) if one.code == code]
            if not known:
                raise NoSuchTreatment
            is_taxed = category is TaxCategory.STANDARD
            row = TaxTreatment(
                id=treatment_id, code=code, category=category, rate_bp=rate_bp if is_taxed else 0,
                name_de=known[-1].name_de, name_en=known[-1].name_en, note_de="" if is_taxed else note_de,
                note_en="" if is_taxed else note_en or note_de, valid_from=valid_from, added_at=at,
                added_by=actor.account_id,
            )  # fmt: skip
            session.add(row)
            record(
                session, actor, "tax.added", at=at, kind="tax_treatment", object_id=row.id,
                after={"code": code, "category": category, "rate_bp": row.rate_bp, "from": valid_from.isoformat()},
            )  # fmt: skip
            return row
