"""When a run, or every run of a course, is collected."""

from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.debits import policy
from lms.debits.models import CollectionKind, CollectionRule
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.module import Around


class CollectionRules:
    """Setting rules; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def set(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        kind: CollectionKind | None,
        days: int = 0,
        for_course: bool = False,
    ) -> None:
        """Set the rule of a run, or with `for_course` of all runs of its course; without `kind` the wider one holds again.

        Planned collections follow within the hour; what the payer was told stays.
        """
        ensure(policy.may_set_rules(actor), actor)
        async with self.begin() as session:
            run = await session.get(Run, run_id)
            if run is None:
                raise NotFound
            where = (
                CollectionRule.course_id == run.course_id if for_course else CollectionRule.run_id == run_id
            )
            kept = (await session.scalars(select(CollectionRule).where(where).with_for_update())).first()
            if kind is None and kept is not None:
                await session.delete(kept)
            elif kept is not None and kind is not None:
                kept.kind, kept.days = kind, days
                kept.version += 1
            elif kind is not None:
                course_id = run.course_id if for_course else None
                session.add(
                    CollectionRule(
                        kind=kind, days=days, course_id=course_id, run_id=None if for_course else run_id
                    )
                )
            record(
                session, actor, "debit.rule_set", at=self.clock(), kind="course" if for_course else "run",
                object_id=run.course_id if for_course else run_id, after={"kind": kind or "", "days": days},
            )  # fmt: skip
