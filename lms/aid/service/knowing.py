"""What has to be known before aid is granted: declarations, regulations, and what is no aid."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.aid import policy
from lms.aid.errors import AidReasonMissing, DeclaredInFuture
from lms.aid.models import AidDeclaration, AidRule, AidWindow, NoAid
from lms.aid.service.acts import Acts, locked, note
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local


class Knowing(Acts):
    """Rows that are only ever added."""

    @retried
    async def declare(
        self,
        actor: Actor,
        *,
        declaration_id: UUID,
        company_id: UUID,
        declared_on: date,
        signed_by: str,
        other: Sequence[dict[str, Any]],
        linked: Sequence[UUID],
        linked_names: str = "",
    ) -> AidDeclaration:
        """Keep what the company has declared; the newest holds. The same id twice is kept once. Raises DeclaredInFuture."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        if declared_on > local(at).date():
            raise DeclaredInFuture
        async with self.begin() as session:
            await locked(session, company_id, *linked)
            known = await session.get(AidDeclaration, declaration_id)
            if known is not None:
                return known
            row = AidDeclaration(
                id=declaration_id, company_id=company_id, declared_on=declared_on, signed_by=signed_by.strip(), received_at=at,
                other=list(other), linked=[str(one) for one in linked if one != company_id], linked_names=linked_names.strip(),
                recorded_by=actor.account_id, recorded_by_name=actor.name,
            )  # fmt: skip
            session.add(row)
            note(session, actor, company_id, "declared", at, other=len(other))
            return row

    @retried
    async def add_rule(
        self,
        actor: Actor,
        *,
        rule_id: UUID,
        regulation: str,
        ceiling_cents: int,
        window: AidWindow,
        valid_from: date,
        source: str,
        register_from: date | None = None,
    ) -> AidRule:
        """Let a regulation hold from a day on. What was granted before keeps the rule it was granted under."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(AidRule, rule_id)
            if known is not None:
                return known
            row = AidRule(
                id=rule_id, regulation=regulation.strip(), ceiling_cents=ceiling_cents, window=window, valid_from=valid_from,
                source=source.strip(), added_at=at, register_from=register_from, added_by=actor.account_id,
            )  # fmt: skip
            session.add(row)
            record(
                session, actor, "aid.rule_added", at=at, kind="aid_rule", object_id=row.id,
                after={"regulation": row.regulation, "ceiling_cents": ceiling_cents},
            )  # fmt: skip
            return row

    @retried
    async def dismiss(self, actor: Actor, *, about_kind: str, about_id: UUID, reason: str) -> None:
        """It was no aid; it is not proposed again. Twice is as good as once. Raises AidReasonMissing."""
        ensure(policy.may_grant(actor), actor)
        if not reason.strip():
            raise AidReasonMissing
        at = self.clock()
        async with self.begin() as session:
            known = await session.scalar(
                select(NoAid.id).where(NoAid.about_kind == about_kind, NoAid.about_id == about_id)
            )
            if known is None:
                session.add(
                    NoAid(
                        about_kind=about_kind,
                        about_id=about_id,
                        reason=reason.strip(),
                        at=at,
                        by=actor.account_id,
                    )
                )
                record(
                    session, actor, "aid.dismissed", at=at, kind=about_kind or "aid", object_id=about_id,
                    reason=reason.strip(),
                )  # fmt: skip
