"""Money that left, came back, or is ours already: refunds, returned debits, what we collected, payouts."""

from collections.abc import Collection, Sequence

from lms.banking.identity import compact
from lms.banking.matching.values import (
    Candidate,
    Collected,
    Facts,
    Group,
    Meaning,
    MoneyBack,
    Reason,
    Verdict,
)
from lms.kernel.marking import N_

PAYOUT_NAMES = ("STRIPE",)
"""Who pays out what was paid online: that money is in the books since the day it was paid."""
SURE, LIKELY = 1000, 500
NAMED = (
    N_("The reference is that of the refund to %(name)s."),
    N_("The reference is that of the fee for %(name)s."),
)
TICKED = (
    N_("The refund to %(name)s is booked already, so this is only ticked off."),
    N_("The fee for %(name)s is booked already, so this is only ticked off."),
)
ALIKE = (
    N_("Amount and account are those of the refund to %(name)s."),
    N_("Amount and account are those of the fee for %(name)s."),
)
BACK = (N_("The refund to %(name)s came back."), N_("The fee for %(name)s came back."))
"""What is said of a refund, and of a trainer's fee."""


def given_back(line: Facts, refunds: Sequence[MoneyBack], debits: Collection[str]) -> Verdict | None:
    """A debit that came back, or a refund that did; None where the line is neither. `debits` are the references of ours."""
    ours = [one for one in refunds if _is_named(line, one) and one.amount_cents == line.cents]
    if line.cents > 0 and ours and (line.is_return or line.reason):
        return Verdict(Group.MATCHED, [_back(ours[0], line)])
    if line.cents >= 0 or not (line.is_return or line.reason):
        return None
    reasons = [Reason(N_("A direct debit came back.")), *_why(line)]
    if not line.end_to_end:
        missing = Reason(
            N_("The bank names no reference, so it has to be found by hand under direct debits.")
        )
        return Verdict(Group.UNKNOWN, remarks=[*reasons, missing])
    if line.end_to_end not in debits:
        foreign = Reason(
            N_("We know no direct debit with the reference %(sign)s. Please look it up at the bank."),
            {"sign": line.end_to_end},
        )
        return Verdict(Group.UNKNOWN, remarks=[*reasons, foreign])
    found = Candidate(meaning=Meaning.DEBIT_RETURN, score=SURE, reasons=reasons)
    return Verdict(Group.MATCHED, [found])


def paid_out(line: Facts, refunds: Sequence[MoneyBack]) -> Verdict:
    """One of our refunds has left the account, recognised by its reference; by amount and account it is only likely."""
    cents = -line.cents
    waiting = [one for one in refunds if not one.is_paid and one.amount_cents == cents]
    for one in waiting:
        if _is_named(line, one):
            return Verdict(Group.MATCHED, [_refund(one, SURE, NAMED)])
    for one in refunds:
        if one.is_paid and one.amount_cents == cents and _is_named(line, one):
            return Verdict(Group.MATCHED, [_refund(one, SURE, TICKED)])
    likely = [_refund(one, LIKELY, ALIKE) for one in waiting if line.iban and line.iban == one.iban]
    return Verdict(Group.UNSURE if likely else Group.UNKNOWN, likely)


def collected(line: Facts, collections: Sequence[Collected]) -> Verdict | None:
    """What we collected by direct debit, named by its own reference or by the number of its file; None for anything else."""
    if line.cents <= 0:
        return None
    for one in collections:
        if one.debits.get(line.end_to_end) == line.cents:
            reason = Reason(N_("Collected by direct debit with the file %(number)s."), {"number": one.number})
            return Verdict(
                Group.MATCHED,
                [Candidate(meaning=Meaning.COLLECTION, score=SURE, reasons=[reason, *_booked(one)])],
            )
    named = [one for one in _of_sum(line, collections) if compact(one.number) in compact(line.words)]
    return Verdict(Group.MATCHED, [_collection(named[0], SURE)]) if len(named) == 1 else None


def perhaps_collected(line: Facts, collections: Sequence[Collected]) -> Verdict | None:
    """By its amount alone it may be what we collected: somebody has to look."""
    found = [_collection(one, LIKELY) for one in _of_sum(line, collections)]
    return Verdict(Group.UNSURE, found) if found else None


def _of_sum(line: Facts, collections: Sequence[Collected]) -> list[Collected]:
    return [one for one in collections if one.cents == line.cents]


def _collection(one: Collected, score: int) -> Candidate:
    words = N_("The amount is what was collected with the file %(number)s.")
    return Candidate(
        meaning=Meaning.COLLECTION, file_id=one.file_id, day=one.day, score=score,
        reasons=[Reason(words, {"number": one.number}), *_booked(one)],
    )  # fmt: skip


def _booked(one: Collected) -> list[Reason]:
    if not one.is_booked:
        return []
    return [Reason(N_("It is booked already, so this is only ticked off."))]


def payout(line: Facts) -> Verdict | None:
    """The provider of online payments pays out; nothing is to be booked."""
    if not any(compact(line.name).startswith(name) for name in PAYOUT_NAMES):
        return None
    reason = Reason(
        N_(
            "The payout of the online payments: the single payments are booked already, so this is only ticked off."
        )
    )
    return Verdict(Group.UNSURE, [Candidate(meaning=Meaning.PAYOUT, score=LIKELY, reasons=[reason])])


def _refund(one: MoneyBack, score: int, words: tuple[str, str]) -> Candidate:
    return Candidate(
        meaning=Meaning.FEE if one.is_fee else Meaning.REFUND,
        refund_id=one.refund_id,
        score=score,
        reasons=[Reason(words[one.is_fee], {"name": one.holder})],
    )


def _back(one: MoneyBack, line: Facts) -> Candidate:
    return Candidate(
        meaning=Meaning.FEE_BACK if one.is_fee else Meaning.REFUND_BACK, refund_id=one.refund_id, score=SURE,
        reasons=[Reason(BACK[one.is_fee], {"name": one.holder}), *_why(line)],
        parts=[(one.enrolment_id, line.cents)] if one.enrolment_id else [],
    )  # fmt: skip


def _is_named(line: Facts, refund: MoneyBack) -> bool:
    ref = compact(refund.ref)
    return bool(ref) and (compact(line.end_to_end) == ref or ref in compact(line.text))


def _why(line: Facts) -> list[Reason]:
    if not line.reason:
        return []
    return [Reason(N_("Reason given by the bank: %(code)s."), {"code": line.reason})]
