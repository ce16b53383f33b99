"""What a mandate says, as a sentence that is shown, agreed to and kept."""

from collections.abc import Iterable
from datetime import date

from lms.kernel.marking import N_
from lms.people.models import MandateScope, MandateWay
from lms.web.formats import date_plain
from lms.web.language import gettext

SCOPES = {
    MandateScope.SEE: N_("see courses, dates and certificates"),
    MandateScope.ENROL: N_("enrol in courses, also in paid ones"),
    MandateScope.CANCEL: N_("cancel courses"),
    MandateScope.LETTERS: N_("get copies of our letters about the courses, and see invoices"),
}
WAYS = {
    MandateWay.ONLINE: N_("given in the own account"),
    MandateWay.LINK: N_("agreed to in the own account"),
    MandateWay.CODE: N_("agreed to with the code of our letter"),
    MandateWay.PAPER: N_("signed on paper"),
}


def allowed(scopes: Iterable[MandateScope]) -> list[str]:
    """What an agent may do, in words, always in the same order."""
    wanted = set(scopes)
    return [gettext(words) for scope, words in SCOPES.items() if scope in wanted]


def wording(principal: str, agent: str, scopes: Iterable[MandateScope], until: date | None) -> str:
    """The sentence to which a principal agrees."""
    deeds = "; ".join(allowed(scopes))
    if until is None:
        return gettext(
            "I, %(principal)s, allow %(agent)s to act for me: %(deeds)s. This holds until I take it back, which I can do "
            "at any time.",
            principal=principal, agent=agent, deeds=deeds,
        )  # fmt: skip
    return gettext(
        "I, %(principal)s, allow %(agent)s to act for me: %(deeds)s. This holds until %(day)s, or until I take it back, "
        "which I can do at any time.",
        principal=principal, agent=agent, deeds=deeds, day=date_plain(until),
    )  # fmt: skip
