"""Declaring, consenting no more, and the numbers that warn; every public method is one transaction."""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.db import retried
from lms.honoraria.contracts import policy
from lms.honoraria.standing.errors import MoreThanAllowance, NoSideJob, YearUnknown
from lms.honoraria.standing.models import (
    AllowanceDeclaration,
    StandingRule,
    StandingRuleKind,
    StatusConsent,
    TaxAllowance,
)
from lms.honoraria.standing.queries import allowances
from lms.honoraria.standing.rules import allowance_of
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.trainers.models import Trainer
from lms.web.formats import amount
from lms.web.module import Around

DECLARATION_VERSION = "2026-11"
"""The words of the declaration on the page: whoever changes them gives them a new version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What somebody declares about the allowance of a year, in cents."""

    year: int
    claimed_cents: int
    elsewhere_cents: int
    is_side_job: bool
    only_client: bool


class StatusFiles:
    """What is kept in status files beside contracts."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def declare(
        self, actor: Actor, *, person_id: UUID, declaration_id: UUID, declared: Declared
    ) -> AllowanceDeclaration:
        """The trainer, or the team as told on paper. Under one `declaration_id` once; a later one takes the place of this.

        Raises MoreThanAllowance, NoSideJob, YearUnknown, NotFound.
        """
        if not (policy.may_write(actor) or policy.may_accept(actor, person_id)):
            raise NotFound
        if declared.claimed_cents and not declared.is_side_job:
            raise NoSideJob
        async with self.begin() as session:
            known = await session.get(AllowanceDeclaration, declaration_id)
            if known is not None:
                if known.person_id != person_id:
                    raise NotFound
                return known
            if await session.scalar(select(Trainer.id).where(Trainer.person_id == person_id)) is None:
                raise NotFound
            allowance = allowance_of(await allowances(session), declared.year)
            if allowance is None:
                raise YearUnknown
            if declared.claimed_cents and declared.claimed_cents + declared.elsewhere_cents > allowance.cents:
                raise MoreThanAllowance(allowance=amount(allowance.cents))
            row = AllowanceDeclaration(
                id=declaration_id, person_id=person_id, wording_version=DECLARATION_VERSION,
                declared_at=self.clock(), declared_by=actor.account_id, **asdict(declared),
            )  # fmt: skip
            session.add(row)
            record(
                session, actor, "standing.declared", at=self.clock(), kind="trainer", object_id=person_id,
                person_id=person_id, after={"year": declared.year},
            )  # fmt: skip
        return row

    @retried
    async def withdraw_consent(self, actor: Actor, *, person_id: UUID, consent_id: UUID) -> None:
        """The declaration under § 127 SGB IV does not hold from now on; it stays in the file. Twice is as good as once."""
        if not (policy.may_write(actor) or policy.may_accept(actor, person_id)):
            raise NotFound
        async with self.begin() as session:
            consent = await session.get(StatusConsent, consent_id, with_for_update=True)
            if consent is None or consent.person_id != person_id:
                raise NotFound
            if consent.withdrawn_at is None:
                consent.withdrawn_at = self.clock()
                record(
                    session, actor, "standing.consent_withdrawn", at=self.clock(), kind="trainer",
                    object_id=person_id, person_id=person_id,
                )  # fmt: skip

    @retried
    async def set_limits(self, actor: Actor, *, limits: dict[StandingRuleKind, int], seen: str) -> None:
        """From which numbers on files warn. Raises Stale."""
        ensure(policy.may_write(actor), actor)
        async with self.begin() as session:
            rows = {row.kind: row for row in await session.scalars(select(StandingRule).with_for_update())}
            stored = {kind: row.threshold for kind, row in rows.items()}
            if all(stored.get(kind) == value for kind, value in limits.items()):
                return
            if seen_limits(stored) != seen:
                raise Stale
            for kind, value in limits.items():
                if kind in rows:
                    rows[kind].threshold = value
                else:
                    session.add(StandingRule(kind=kind, threshold=value))
            record(
                session, actor, "standing.rules_changed", at=self.clock(), kind="standing", object_id=None,
                before={kind.value: value for kind, value in stored.items()},
                after={kind.value: value for kind, value in limits.items()},
            )  # fmt: skip

    @retried
    async def set_allowance(self, actor: Actor, *, from_year: int, cents: int, source: str) -> None:
        """The allowance from a year on, with where that is said. Declarations that were made stay."""
        ensure(actor.may_for_all("U", "fee-rate"), actor)
        async with self.begin() as session:
            row = await session.get(TaxAllowance, from_year, with_for_update=True)
            before = {} if row is None else {"cents": row.cents, "source": row.source}
            if row is None:
                session.add(TaxAllowance(from_year=from_year, cents=cents, source=source.strip()))
            elif (row.cents, row.source) == (cents, source.strip()):
                return
            else:
                row.cents, row.source = cents, source.strip()
            record(
                session, actor, "standing.allowance_set", at=self.clock(), kind="standing", object_id=None,
                before=before, after={"year": from_year, "cents": cents},
            )  # fmt: skip

    @retried
    async def opened(self, actor: Actor, *, person_id: UUID, act: str = "read") -> None:
        """Note that somebody of the team has looked into a file, or taken it away (S-81). The trainer's own looks are not noted."""
        ensure(policy.may_read(actor, person_id), actor)
        if actor.person_id == person_id:
            return
        async with self.begin() as session:
            record(
                session, actor, f"standing.{act}", at=self.clock(), kind="trainer", object_id=person_id,
                person_id=person_id,
            )  # fmt: skip


def seen_limits(limits: dict[StandingRuleKind, int]) -> str:
    """How a page remembers what it showed."""
    return " ".join(f"{kind.value}={limits[kind]}" for kind in sorted(limits))
