"""The verdict about one line, and why. It books nothing: whatever comes out here is a proposal that somebody confirms."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from lms.banking.matching.names import Agreement, Names, best
from lms.banking.matching.outgoing import collected, given_back, paid_out, payout, perhaps_collected
from lms.banking.matching.references import Hit, References
from lms.banking.matching.values import (
    Candidate,
    Debt,
    DebtKind,
    Facts,
    Ground,
    Group,
    Meaning,
    Reason,
    Verdict,
)
from lms.kernel.marking import N_

MOST = 6
"""So many candidates are shown; the search finds everybody else."""
EURO = "EUR"
NAMED, NEARLY, BY_NAME, BY_ACCOUNT = 1000, 600, 300, 250
EXACT, ALL_OF_PAYER, FULL, FAMILY, HINT = 200, 120, 60, 30, 10


class Matcher:
    """Compares many lines with what is owed. Lines and debts may be a few thousand each."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.open = [debt for debt in ground.debts if debt.open_cents > 0]
        self.references = References(ground.debts)
        self.names = Names(self.open)
        self.of_payer: dict[UUID, list[Debt]] = {}
        for debt in self.open:
            self.of_payer.setdefault(debt.payer, []).append(debt)

    def verdict(self, line: Facts) -> Verdict:
        """What this line is, as far as reference, amount and name say."""
        if line.currency != EURO:
            return Verdict(Group.UNKNOWN, remarks=[Reason(N_("The line is not in euros."))])
        elsewhere = given_back(line, self.ground.refunds, self.ground.debits)
        if elsewhere is None and line.cents < 0:
            elsewhere = paid_out(line, self.ground.refunds)
        return elsewhere or collected(line, self.ground.collections) or self._received(line)

    def _received(self, line: Facts) -> Verdict:
        named = self.references.named(line.words)
        if named:
            return self._named(line, named)
        found = [*self._nearly(line), *self._by_name(line), *self._by_account(line)]
        sure = [one for one in found if one.score >= NEARLY + EXACT + FULL]
        candidates = _ranked(found)
        if len(sure) == 1:
            return Verdict(Group.MATCHED, candidates)
        ticked = payout(line) or perhaps_collected(line, self.ground.collections)
        if ticked:
            return Verdict(ticked.group, [*ticked.candidates, *candidates])
        return Verdict(Group.UNSURE if candidates else Group.UNKNOWN, candidates)

    def _named(self, line: Facts, hits: Sequence[Hit]) -> Verdict:
        """The text names something exactly; the amount has to be that, and the name must not be another debtor's."""
        debts = _each_once(debt for hit in hits for debt in hit.debts)
        owed = [debt for debt in debts if debt.open_cents > 0]
        reasons = [Reason(N_("The text names %(number)s."), {"number": hit.number}) for hit in hits]
        who, others = self._who(line, debts)
        remark, is_against = _said_of(line, who, others)
        everything = sum(debt.open_cents for debt in owed)
        whole = Candidate(
            meaning=Meaning.PAYMENT, parts=spread(line.cents, owed or debts),
            reasons=[*reasons, _amount_reason(line.cents, everything, len(owed)), *remark],
            score=NAMED + (EXACT if everything == line.cents else 0) + _weight(who),
        )  # fmt: skip
        if everything == line.cents and not is_against:
            return Verdict(Group.MATCHED, [whole])
        more = [whole, *self._one_of(line, hits), *self._all_of_payer(line, owed, reasons)]
        if is_against:
            more += self._by_name(line)
        return Verdict(Group.UNSURE, _ranked(more))

    def _who(self, line: Facts, debts: Sequence[Debt]) -> tuple[Agreement, list[Debt]]:
        """How far the payer's name is one of these debts; where not at all, which other open debts bear it in full."""
        who = best(line.name, [name for debt in debts for name in debt.names])
        if any(debt.payer in self.ground.confirmed.get(line.iban, ()) for debt in debts):
            who = Agreement.FULL
        if who:
            return who, []
        ids = {debt.account_id for debt in debts}
        others = [
            debt
            for debt, how in self.names.fitting(line.name)
            if how is Agreement.FULL and debt.account_id not in ids
        ]
        return who, others

    def _one_of(self, line: Facts, hits: Sequence[Hit]) -> list[Candidate]:
        """Several are named and one of them alone is what was paid."""
        if len(hits) < 2:
            return []
        return [
            Candidate(
                meaning=Meaning.PAYMENT, parts=spread(line.cents, hit.debts), score=NAMED + EXACT - HINT,
                reasons=[
                    Reason(N_("Of the numbers in the text, %(number)s alone is this amount."), {"number": hit.number})
                ],
            )
            for hit in hits
            if sum(max(debt.open_cents, 0) for debt in hit.debts) == line.cents
        ]  # fmt: skip

    def _all_of_payer(self, line: Facts, owed: Sequence[Debt], reasons: Sequence[Reason]) -> list[Candidate]:
        """One invoice is named, and the amount is everything that its payer owes."""
        found = []
        for payer in dict.fromkeys(debt.payer for debt in owed):
            theirs = self.of_payer.get(payer, [])
            if len(theirs) > len(owed) and sum(debt.open_cents for debt in theirs) == line.cents:
                found.append(
                    Candidate(
                        meaning=Meaning.PAYMENT, parts=spread(line.cents, theirs), score=NAMED + ALL_OF_PAYER,
                        reasons=[*reasons, _everything(theirs)],
                    )
                )  # fmt: skip
        return found

    def _nearly(self, line: Facts) -> list[Candidate]:
        found = []
        for hit in self.references.nearly_named(line.words):
            owed = [debt for debt in hit.debts if debt.open_cents > 0]
            if not owed:
                continue
            who, _ = self._who(line, owed)
            everything = sum(debt.open_cents for debt in owed)
            found.append(
                Candidate(
                    meaning=Meaning.PAYMENT, parts=spread(line.cents, owed),
                    score=NEARLY + (EXACT if everything == line.cents else 0) + _weight(who),
                    reasons=[
                        Reason(N_("The number in the text is almost %(number)s: one digit differs."), {"number": hit.number}),
                        _amount_reason(line.cents, everything, len(owed)),
                        *_name_reason(line, who),
                    ],
                )
            )  # fmt: skip
        return found

    def _by_name(self, line: Facts) -> list[Candidate]:
        """No number, or a wrong one: whoever has this name, by what the amount says."""
        fitting = {debt.account_id: how for debt, how in self.names.fitting(line.name)}
        in_text = {debt.account_id for debt, how in self.names.fitting(line.text) if how is Agreement.FULL}
        debts = [debt for debt in self.open if debt.account_id in fitting or debt.account_id in in_text]
        how_far = {
            debt.payer: max(
                fitting.get(debt.account_id, Agreement.NONE),
                Agreement.FULL if debt.account_id in in_text else Agreement.NONE,
            )
            for debt in debts
        }
        return self._of_payers(line, debts, how_far, BY_NAME)

    def _by_account(self, line: Facts) -> list[Candidate]:
        """The account of somebody who owes, as the team has confirmed."""
        payers = set(self.ground.confirmed.get(line.iban, ())) if line.iban else set()
        debts = [debt for payer in payers for debt in self.of_payer.get(payer, [])]
        reason = [Reason(N_("The team has confirmed whose account this is."))]
        return self._of_payers(line, debts, dict.fromkeys(payers, Agreement.FULL), BY_ACCOUNT, reason)

    def _of_payers(
        self,
        line: Facts,
        debts: Sequence[Debt],
        how_far: dict[UUID, Agreement],
        base: int,
        reason: Sequence[Reason] = (),
    ) -> list[Candidate]:
        found: list[Candidate] = []
        courses = {debt.account_id for hit in self.references.of_runs(line.words) for debt in hit.debts}
        for payer, who in how_far.items():
            theirs = self.of_payer[payer]
            shown = [debt for debt in debts if debt.payer == payer]
            if not shown:
                continue
            said = list(reason) or _name_reason(line, who, in_text=True, debts=shown)
            hint = [*said, *self._hint(line, payer)]
            if len(theirs) > 1 and sum(debt.open_cents for debt in theirs) == line.cents:
                found.append(
                    Candidate(
                        meaning=Meaning.PAYMENT, parts=spread(line.cents, theirs), reasons=[*hint, _everything(theirs)],
                        score=base + ALL_OF_PAYER + _weight(who),
                    )
                )  # fmt: skip
            for document in _documents(shown):
                everything = sum(debt.open_cents for debt in document)
                is_exact = everything == line.cents
                if not is_exact and (who is not Agreement.FULL or document[0].kind is DebtKind.VOUCHER):
                    continue  # one word of a name and another amount is nothing
                course = [
                    Reason(N_("The text names the course %(run)s."), {"run": document[0].run})
                    for _ in [1]
                    if any(debt.account_id in courses for debt in document)
                ]
                found.append(
                    Candidate(
                        meaning=Meaning.PAYMENT, parts=spread(line.cents, document),
                        reasons=[*hint, *course, _amount_reason(line.cents, everything, len(document))],
                        score=base + (EXACT if is_exact else 0) + _weight(who) + (HINT if course else 0),
                    )
                )  # fmt: skip
        return found

    def _hint(self, line: Facts, payer: UUID) -> list[Reason]:
        if line.iban and payer in self.ground.seen.get(line.iban, ()):
            return [Reason(N_("Money for the same payer came from this account before."))]
        return []


def spread(cents: int, debts: Sequence[Debt]) -> list[tuple[UUID, int]]:
    """A sum over debts, the one due first first; what is left over goes to the last that got something, as a credit."""
    parts: dict[UUID, int] = {}
    left = cents
    for debt in sorted(debts, key=lambda one: (one.due_on or date.max, one.document, str(one.account_id))):
        taken = min(left, max(debt.open_cents, 0))
        if taken:
            parts[debt.account_id] = parts.get(debt.account_id, 0) + taken
            left -= taken
    if left:
        last = next(reversed(parts), debts[0].account_id)
        parts[last] = parts.get(last, 0) + left
    return list(parts.items())


def _documents(debts: Iterable[Debt]) -> list[list[Debt]]:
    found: dict[str, list[Debt]] = {}
    for debt in debts:
        found.setdefault(debt.document, []).append(debt)
    return list(found.values())


def _each_once(debts: Iterable[Debt]) -> list[Debt]:
    return list({debt.account_id: debt for debt in debts}.values())


def _ranked(found: Iterable[Candidate]) -> list[Candidate]:
    """The best first, and each proposal once."""
    best_of: dict[str, Candidate] = {}
    for one in sorted(found, key=lambda one: (-one.score, one.key)):
        best_of.setdefault(one.key, one)
    return list(best_of.values())[:MOST]


def _weight(who: Agreement) -> int:
    return {Agreement.NONE: 0, Agreement.FAMILY: FAMILY, Agreement.FULL: FULL}[who]


def _amount_reason(paid: int, owed: int, count: int) -> Reason:
    params = {"owed_cents": owed, "difference_cents": abs(paid - owed)}
    if owed <= 0:
        return Reason(N_("Nothing is owed for it any more: all of it would be a credit."), params)
    if paid == owed:
        words = (
            N_("The amount is exactly what is open.")
            if count == 1
            else N_("The amount is exactly what is open for all of them together.")
        )
        return Reason(words, params)
    if paid < owed:
        return Reason(N_("%(difference_cents)s less than what is open: a part payment."), params)
    return Reason(N_("%(difference_cents)s more than what is open: the rest would be a credit."), params)


def _everything(debts: Sequence[Debt]) -> Reason:
    return Reason(
        N_("The amount is everything that %(name)s owes: %(numbers)s."),
        {"name": debts[0].payer_name, "numbers": ", ".join(dict.fromkeys(debt.document for debt in debts))},
    )


def _name_reason(
    line: Facts, who: Agreement, *, in_text: bool = False, debts: Sequence[Debt] = ()
) -> list[Reason]:
    if who is Agreement.FULL:
        if in_text and best(line.name, [name for debt in debts for name in debt.names]) is not Agreement.FULL:
            return [Reason(N_("The name stands in the text."))]
        return [Reason(N_("The name is the same."))]
    if who is Agreement.FAMILY:
        return [Reason(N_("A part of the name is the same: “%(name)s”."), {"name": line.name})]
    return []


def _said_of(line: Facts, who: Agreement, others: Sequence[Debt]) -> tuple[list[Reason], bool]:
    """What the name says about a debt that is named by number, and whether it speaks against it.

    Somebody else may pay for anybody. But who mistypes a number hits somebody else's and owes something himself: so a name
    that belongs to another open debt, and not to this one, is a reason to look twice.
    """
    if who:
        return _name_reason(line, who), False
    if others:
        params = {"name": line.name, "number": others[0].document}
        return [Reason(N_("But the name “%(name)s” belongs to %(number)s."), params)], True
    if line.name:
        return [
            Reason(
                N_("“%(name)s” pays for somebody else; nobody of that name owes anything."),
                {"name": line.name},
            )
        ], False
    return [], False
