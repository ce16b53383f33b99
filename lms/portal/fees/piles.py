"""What is to be done about contracts and qualifications: who does it, where, how it is said."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, literal, select, union_all

from lms.catalogue.models import Run, RunState
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.reading import lacks_contract
from lms.kernel.clock import local
from lms.portal.desk.pile import Pile
from lms.scheduling.models import RunTrainer
from lms.trainers.models import ConductRecord, Trainer
from lms.trainers.qualifications.models import QualificationKind, QualificationRecord
from lms.web.language import ngettext

LIST = "/verwaltung/vertraege?ansicht="
AHEAD = Run.state.in_([RunState.DRAFT, RunState.PUBLISHED, RunState.CONFIRMED])


def contract_piles(now: datetime, *, urgent_days: int, warning_days: int) -> Sequence[Pile]:
    """Every kind of work of the planners about contracts and papers of trainers."""
    return (
        Pile(
            "U", "contract", f"{LIST}offen",
            lambda num: ngettext(
                "%(num)s fee contract is not signed, and the first session is near",
                "%(num)s fee contracts are not signed, and the first session is near",
                num,
            ),
            select(func.count(), func.min(Run.starts_at))
            .select_from(FeeContract)
            .join(Run, Run.id == FeeContract.run_id)
            .where(
                FeeContract.state == ContractState.OFFERED, AHEAD,
                Run.starts_at <= now + timedelta(days=urgent_days), Run.ends_at > now,
            ),
        ),
        Pile(
            "U", "contract", f"{LIST}fehlend",
            lambda num: ngettext(
                "%(num)s trainer of a confirmed run has no fee contract",
                "%(num)s trainers of confirmed runs have no fee contract",
                num,
            ),
            select(func.count(), func.min(Run.starts_at))
            .select_from(RunTrainer)
            .join(Run, Run.id == RunTrainer.run_id)
            .where(lacks_contract(now)),
        ),
        Pile(
            "U", "contract", f"{LIST}geaendert",
            lambda num: ngettext(
                "%(num)s fee contract says other dates or another fee than planned",
                "%(num)s fee contracts say other dates or another fee than planned",
                num,
            ),
            select(func.count(), func.min(FeeContract.outdated_at))
            .select_from(FeeContract)
            .join(Run, Run.id == FeeContract.run_id)
            .where(
                FeeContract.outdated_at.is_not(None), AHEAD,
                FeeContract.state.in_([ContractState.OFFERED, ContractState.ACCEPTED]),
            ),
        ),
        _ending(local(now).date(), warning_days),
    )  # fmt: skip


def _ending(day: date, days: int) -> Pile:
    """Papers that end within so many days, for which no newer one is recorded."""
    last = day + timedelta(days=days)
    records = (
        select(func.max(func.coalesce(QualificationRecord.valid_until, date.max)).label("until"))
        .join(Trainer, Trainer.person_id == QualificationRecord.person_id)
        .join(QualificationKind, QualificationKind.id == QualificationRecord.kind_id)
        .where(QualificationRecord.removed_at.is_(None), QualificationKind.retired_at.is_(None))
        .group_by(QualificationRecord.person_id, QualificationRecord.kind_id)
    )
    conducts = (
        select(func.max(ConductRecord.valid_until).label("until"))
        .join(Trainer, Trainer.person_id == ConductRecord.person_id)
        .group_by(ConductRecord.person_id)
    )
    latest = union_all(records, conducts).subquery()
    return Pile(
        "U", "qualification", "/verwaltung/qualifikationen",
        lambda num: ngettext(
            "%(num)s proof of a trainer ends soon", "%(num)s proofs of trainers end soon", num
        ),
        select(func.count(), func.min(latest.c.until)).where(latest.c.until.between(literal(day), literal(last))),
    )  # fmt: skip
