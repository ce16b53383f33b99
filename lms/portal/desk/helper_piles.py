"""Volunteers and young helpers in the list of the day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.portal.desk.pile import Pile
from lms.volunteering.models import Duty, DutyState, Helper, HelperAllowance, HoursProof, Shift, ShiftState
from lms.volunteering.queries.helpers import waits_for_decision
from lms.volunteering.queries.hours import unconfirmed
from lms.web.language import ngettext

SOON = timedelta(days=4)
"""So long before it a shift that nobody has taken becomes a task."""


def helper_piles(now: datetime) -> Sequence[Pile]:
    """What waits for the team: applications, empty shifts, hours, certificates, allowances to pay."""
    taken = select(Duty.shift_id).where(Duty.state == DutyState.TAKEN)
    return (
        Pile(
            "U", "volunteering", "/verwaltung/helfer",
            lambda num: ngettext(
                "%(num)s person would like to help at the help desk",
                "%(num)s people would like to help at the help desk",
                num,
            ),
            select(func.count(), func.min(Helper.asked_at)).where(waits_for_decision()),
        ),
        Pile(
            "U", "volunteering", "/verwaltung/helfer/schichten",
            lambda num: ngettext(
                "For %(num)s shift of the next days there is no helper yet",
                "For %(num)s shifts of the next days there is no helper yet",
                num,
            ),
            select(func.count(), func.min(Shift.starts_at)).where(
                Shift.state == ShiftState.OPEN, Shift.starts_at > now, Shift.starts_at <= now + SOON,
                Shift.id.not_in(taken),
            ),
        ),
        Pile(
            "U", "volunteering", "/verwaltung/helfer/schichten",
            lambda num: ngettext(
                "The hours of %(num)s helper in a shift are not confirmed yet",
                "The hours of %(num)s helpers in shifts are not confirmed yet",
                num,
            ),
            select(func.count(), func.min(Shift.ends_at))
            .select_from(Duty)
            .join(Shift, Shift.id == Duty.shift_id)
            .where(unconfirmed(now)),
        ),
        Pile(
            "issue", "certificate", "/verwaltung/helfer?ansicht=alle",
            lambda num: ngettext(
                "%(num)s helper would like a certificate of their hours",
                "%(num)s helpers would like a certificate of their hours",
                num,
            ),
            select(func.count(), func.min(HoursProof.wished_at)).where(
                HoursProof.ordered_at.is_(None), HoursProof.ended_at.is_(None)
            ),
        ),
        Pile(
            "pay", "volunteering", "/verwaltung/finanzen/helfer",
            lambda num: ngettext(
                "%(num)s allowance of a helper is approved and not paid",
                "%(num)s allowances of helpers are approved and not paid",
                num,
            ),
            select(func.count(), func.min(HelperAllowance.approved_at)).where(HelperAllowance.paid_at.is_(None)),
        ),
    )  # fmt: skip
