"""What a status file warns of: plain functions over values, no session, no request, no clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.rules import TRANSITION_ENDS, facts_from
from lms.honoraria.rates.rules import fee_cents
from lms.honoraria.standing.models import AllowanceDeclaration, StandingRuleKind, StatusConsent, TaxAllowance
from lms.kernel.clock import MINUTES_PER_UNIT, local


class Sign(StrEnum):
    """What is to be looked at."""

    PAST_TRANSITION = "past_transition"
    AFTER_TRANSITION = "after_transition"
    NO_CONSENT = "no_consent"
    UNITS = "units"
    SHARE = "share"
    ONLY_CLIENT = "only_client"
    OVER_ALLOWANCE = "over_allowance"
    NO_DECLARATION = "no_declaration"


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to look at: `number` is units, percent or cents, `contracts` the numbers of those concerned."""

    sign: Sign
    number: int = 0
    limit: int = 0
    contracts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What one calendar year looks like for one trainer. Cents and whole minutes; fees without travel."""

    year: int
    minutes: int
    all_minutes: int
    planned_cents: int
    allowance_cents: int | None
    declaration: AllowanceDeclaration | None

    @property
    def units(self) -> int:
        """Whole units of 45 minutes."""
        return self.minutes // MINUTES_PER_UNIT

    @property
    def share_percent(self) -> int:
        """Of all units that the centre teaches in the year; 0 when nothing is taught."""
        return 100 * self.minutes // self.all_minutes if self.all_minutes else 0

    @property
    def used_cents(self) -> int:
        """The part of the fees that the declaration covers."""
        return min(self.planned_cents, self.declaration.claimed_cents) if self.declaration else 0

    @property
    def left_cents(self) -> int | None:
        """What is left of the allowance after what is used elsewhere and here; None where the year has none entered."""
        if self.allowance_cents is None:
            return None
        elsewhere = self.declaration.elsewhere_cents if self.declaration else 0
        return max(0, self.allowance_cents - elsewhere - self.used_cents)

    @property
    def taxable_cents(self) -> int:
        """The part of the fees that no declaration covers."""
        return self.planned_cents - self.used_cents


def allowance_of(rows: Sequence[TaxAllowance], year: int) -> TaxAllowance | None:
    """The one that holds in this year."""
    return max((row for row in rows if row.from_year <= year), key=lambda row: row.from_year, default=None)


def planned_cents(contracts: Sequence[FeeContract], year: int) -> int:
    """The fees of the sessions of a year, by the contracts that were accepted."""
    return sum(
        fee_cents(one.minutes, contract.unit_cents)
        for contract in contracts
        if contract.state is ContractState.ACCEPTED
        for one in facts_from(contract.facts).meetings
        if local(one.starts_at).year == year
    )


def warnings(
    year: Year,
    contracts: Sequence[FeeContract],
    consents: Sequence[StatusConsent],
    limits: Mapping[StandingRuleKind, int],
) -> Sequence[Warned]:
    """Everything to look at, the transition rule first."""
    return [
        *_of_transition(contracts, consents),
        *_of_rules(year, limits),
        *_of_allowance(year),
    ]


def _of_transition(contracts: Sequence[FeeContract], consents: Sequence[StatusConsent]) -> Iterator[Warned]:
    live = [one for one in contracts if one.state in {ContractState.OFFERED, ContractState.ACCEPTED}]
    past = [one for one in live if one.ends_on is not None and one.ends_on > TRANSITION_ENDS]
    late = {one.id for one in past if _concluded(one) > TRANSITION_ENDS}
    if running := tuple(one.number for one in past if one.id not in late):
        yield Warned(Sign.PAST_TRANSITION, contracts=running)
    if after := tuple(one.number for one in past if one.id in late):
        yield Warned(Sign.AFTER_TRANSITION, contracts=after)
    covered = {one.contract_id for one in consents if one.withdrawn_at is None}
    lacking = tuple(
        one.number
        for one in live
        if one.state is ContractState.ACCEPTED
        and one.starts_on is not None
        and one.starts_on <= TRANSITION_ENDS
        and one.id not in covered
    )
    if lacking:
        yield Warned(Sign.NO_CONSENT, contracts=lacking)


def _concluded(contract: FeeContract) -> date:
    """The day on which it was accepted, or offered as long as nobody has answered."""
    moment = contract.answered_at or contract.offered_at
    return local(moment).date() if moment else date.min


def _of_rules(year: Year, limits: Mapping[StandingRuleKind, int]) -> Iterator[Warned]:
    units, share = limits.get(StandingRuleKind.UNITS, 0), limits.get(StandingRuleKind.SHARE, 0)
    if units and year.units >= units:
        yield Warned(Sign.UNITS, year.units, units)
    if share and year.share_percent >= share:
        yield Warned(Sign.SHARE, year.share_percent, share)
    if limits.get(StandingRuleKind.ONLY_CLIENT) and year.declaration and year.declaration.only_client:
        yield Warned(Sign.ONLY_CLIENT)


def _of_allowance(year: Year) -> Iterator[Warned]:
    if year.declaration is None:
        if year.planned_cents:
            yield Warned(Sign.NO_DECLARATION, year.planned_cents)
    elif year.planned_cents > year.declaration.claimed_cents > 0:
        yield Warned(Sign.OVER_ALLOWANCE, year.taxable_cents, year.declaration.claimed_cents)
