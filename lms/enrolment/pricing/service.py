"""What the team does about prices and concessions; every public method is one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from lms.audit.trail import record
from lms.billing.errors import NoSuchTreatment
from lms.billing.tax.queries import treatments
from lms.catalogue.freshness import programme_changed
from lms.catalogue.models import Run
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.pricing.errors import NoSuchConcession, PriceNotLower
from lms.enrolment.pricing.models import ConcessionKind, PriceRate, RunConcession
from lms.enrolment.pricing.proving import Proving
from lms.enrolment.pricing.rules import Rate
from lms.enrolment.service.locked import lock
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, NotFound, Stale


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """What is said about a concession of the centre. At most one of `percent` and `off_cents` is set."""

    name_de: str
    name_en: str = ""
    proof_de: str = ""
    proof_en: str = ""
    needs_proof: bool = True
    percent: int | None = None
    off_cents: int | None = None
    is_retired: bool = False


class Pricing(Proving):
    """Price lists, the centre's concessions, and proofs."""

    @retried
    async def set_prices(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        rates: Sequence[Rate],
        concession_ids: Collection[UUID],
        version: int,
        tax_code: str | None = None,
    ) -> Run:
        """Replace the further prices of a run and the concessions it allows; enrolments keep what was reckoned for them.

        `tax_code` says how it is taxed, "" as the centre's courses are, None as before; what was invoiced stays. Raises NotFound,
        Stale, PriceNotLower, NoSuchConcession, NoSuchTreatment.
        """
        ensure(policy.may_plan(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            run = (await lock(session, run_id, at=at, settings=self.settings)).run
            if run.version != version:
                raise Stale
            for rate in rates:
                if not rate.cut.of(run.price_cents):
                    raise PriceNotLower(kind=rate.kind)
            wanted = set(concession_ids)
            offered = await session.scalars(
                select(ConcessionKind.id).where(
                    ConcessionKind.id.in_(wanted), ConcessionKind.is_retired.is_(False)
                )
            )
            if wanted - set(offered):
                raise NoSuchConcession
            if tax_code and tax_code not in {one.code for one in await treatments(session)}:
                raise NoSuchTreatment
            await session.execute(delete(PriceRate).where(PriceRate.run_id == run_id))
            await session.execute(delete(RunConcession).where(RunConcession.run_id == run_id))
            session.add_all(_row(run_id, rate) for rate in rates)
            session.add_all(RunConcession(run_id=run_id, kind_id=kind_id) for kind_id in wanted)
            run.tax_code = run.tax_code if tax_code is None else tax_code
            run.version += 1  # also tells the pages of the programme that they are old
            record(
                session, actor, "run.prices_changed", at=at, kind="run", object_id=run_id,
                after={"rates": sorted(rate.kind for rate in rates), "concessions": len(wanted), "tax": run.tax_code},
            )  # fmt: skip
            await session.flush()
            await session.refresh(run)
            return run

    @retried
    async def add_kind(self, actor: Actor, *, kind_id: UUID, facts: KindFacts) -> ConcessionKind:
        """One more concession of the centre. Added twice with the same id it is there once."""
        _check(actor, facts)
        async with self.transaction() as session:
            known = await session.get(ConcessionKind, kind_id)
            if known is not None:
                return known
            kind = ConcessionKind(id=kind_id, **asdict(facts))
            session.add(kind)
            record(
                session, actor, "concession.added", at=self.clock(), kind="concession_kind", object_id=kind_id,
                after=_said(facts),
            )  # fmt: skip
            await programme_changed(session)
            return kind

    @retried
    async def change_kind(
        self, actor: Actor, *, kind_id: UUID, facts: KindFacts, version: int
    ) -> ConcessionKind:
        """Other words or amounts, for enrolments from now on. Raises NotFound, Stale."""
        _check(actor, facts)
        async with self.transaction() as session:
            kind = await session.get(ConcessionKind, kind_id, with_for_update=True)
            if kind is None:
                raise NotFound
            if kind.version != version:
                raise Stale
            before = {name: getattr(kind, name) for name in _said(facts)}
            for name, value in asdict(facts).items():
                setattr(kind, name, value)
            kind.version += 1
            record(
                session, actor, "concession.changed", at=self.clock(), kind="concession_kind", object_id=kind_id,
                before=before, after=_said(facts),
            )  # fmt: skip
            await programme_changed(session)
            return kind


def _check(actor: Actor, facts: KindFacts) -> None:
    ensure(policy.may_plan(actor), actor)
    if not facts.name_de.strip() or (facts.percent is not None and facts.off_cents is not None):
        raise Invalid


def _said(facts: KindFacts) -> dict[str, Any]:
    return {name: value for name, value in asdict(facts).items() if not name.startswith("proof_")}


def _row(run_id: UUID, rate: Rate) -> PriceRate:
    return PriceRate(
        run_id=run_id,
        kind=rate.kind,
        price_cents=rate.cut.price_cents,
        percent=rate.cut.percent,
        off_cents=rate.cut.off_cents,
        places=list(rate.places),
        until=rate.until,
        least=rate.least or None,
        company_id=rate.company_id,
        adds=rate.adds,
    )
