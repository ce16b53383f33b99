"""Distance learning: what the law asks of a course, as a plain function of its units.

FernUSG § 1 (1): who is taught by contract and for money, mainly apart in space from the teacher, in a way that success is
monitored, needs a course that the authority (ZFU) has approved (§ 12); without that the contract is void (§ 7). BGH, 12 June
2025, III ZR 109/24: it is enough that more than half is not live; it holds for businesses as well. Live video counts as live
(ZFU), recordings that are watched later do not. The rule has a day from which it holds and can be switched off
(`LMS_DISTANCE_RULE_FROM`, `LMS_DISTANCE_RULE`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_


class Verdict(StrEnum):
    """Why a run may be published, in the order in which it is asked; `NEEDS_APPROVAL`: it may not."""

    NO_RULE = "no_rule"
    """The rule is switched off, or does not hold yet."""
    FREE = "free"
    MOSTLY_LIVE = "mostly_live"
    NOT_CHECKED = "not_checked"
    """Nobody looks whether somebody has learnt anything."""
    APPROVED = "approved"
    DECIDED = "decided"
    """The programme team has decided that it is no distance learning, and has said why."""
    NEEDS_APPROVAL = "needs_approval"


@dataclass(frozen=True, slots=True)
class Shares:
    """How a course is taught, in minutes: together at one time, by recordings, and alone with lessons."""

    live: int = 0
    recorded: int = 0
    self_study: int = 0

    @property
    def apart(self) -> int:
        """What is not live."""
        return self.recorded + self.self_study

    @property
    def total(self) -> int:
        """All of it."""
        return self.live + self.apart

    @property
    def percent_apart(self) -> int:
        """The share that is not live, rounded up, so that what is over half never reads 50; 0 where there is nothing."""
        return -(-self.apart * 100 // self.total) if self.total else 0

    @property
    def is_mostly_apart(self) -> bool:
        """Whether more than half is not live; exactly half is not more."""
        return self.apart * 2 > self.total


def verdict(
    shares: Shares,
    *,
    is_paid: bool,
    is_checked: bool,
    approval_number: str = "",
    decision: str = "",
    since: date | None,
    on: date,
) -> Verdict:
    """Whether a run that is published on this day needs an approval. `since` None: the rule is switched off."""
    answers = (
        (Verdict.NO_RULE, since is None or on < since),
        (Verdict.FREE, not is_paid),
        (Verdict.MOSTLY_LIVE, not shares.is_mostly_apart),
        (Verdict.NOT_CHECKED, not is_checked),
        (Verdict.APPROVED, bool(approval_number.strip())),
        (Verdict.DECIDED, bool(decision.strip())),
    )
    return next((found for found, holds in answers if holds), Verdict.NEEDS_APPROVAL)


class ApprovalNeeded(DomainError):
    """Carries `percent`, the share that is not live."""

    message = N_(
        "This paid course may be distance learning: %(percent)s percent of it is not live, and success is checked. "
        "Before it is published, enter the number of the ZFU approval on the course's page under “Distance learning”, "
        "or record there why it is no distance learning. More live sessions help as well."
    )


class ReasonMissing(DomainError):
    status = 422
    message = N_("Say why it is no distance learning. Whoever checks it later reads this reason.")
