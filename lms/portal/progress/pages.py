"""`/kursleitung/kurse/<run>/fortschritt`: for those who teach the run, and nobody else."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.progress.reading import Learner, run_progress
from lms.portal.progress.rules import ABSENT_IN_A_ROW, Reason
from lms.web.access import may
from lms.web.language import gettext, ngettext
from lms.web.module import Around

VIEWS = {
    Reason.CALLS: N_("has asked for help"),
    Reason.ABSENT: N_("was absent twice"),
    Reason.NOT_BEGUN: N_("has not begun"),
    Reason.STUCK: N_("has been standing still"),
}
PRIVATE = {"cache-control": "no-store"}


class ProgressPages(Controller):
    """Quiet: reasons in words, by name, without ranking."""

    path = "/kursleitung/kurse/{run_id:uuid}/fortschritt"
    opt = may("R", "progress", of=Scope.OWN_RUNS)
    include_in_schema = False

    @get()
    async def show(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        grund: FromQuery[str] = "",
    ) -> Template:
        """Who may need help and why, everybody, and how many have done each lesson; `?grund=` shows those of one reason."""
        now = around.clock()
        async with around.begin.reading() as session:
            found = await run_progress(session, actor, run_id, now=now, stuck_days=around.settings.stuck_days)
        reason = Reason(grund) if grund in set(Reason) else None
        chosen = [one for one in found.in_need if reason is None or reason in one.reasons]
        counts = {one: sum(one in learner.reasons for learner in found.learners) for one in Reason}
        return Template(
            "portal/teaching/progress.html",
            context={
                "found": found,
                "chosen": chosen,
                "reason": reason,
                "views": [(one, words, counts[one]) for one, words in VIEWS.items() if counts[one]],
                "said": {one.enrolment_id: said_of(one, now) for one in found.learners},
            },
            headers=PRIVATE,
        )


def said_of(one: Learner, now: datetime) -> Sequence[str]:
    """The reasons of one learner in sentences."""
    return [_sentence(reason, one, now) for reason in one.reasons]


def _sentence(reason: Reason, one: Learner, now: datetime) -> str:
    if reason is Reason.CALLS:
        return ngettext("Has asked for help once.", "Has asked for help %(num)s times.", one.facts.calls)
    if reason is Reason.ABSENT:
        return gettext("Was absent from the last %(num)s sessions without excuse.", num=ABSENT_IN_A_ROW)
    if reason is Reason.NOT_BEGUN:
        return gettext("Has not begun any lesson yet.")
    seen = one.facts.seen_at or now
    days = (local(now).date() - local(seen).date()).days
    return ngettext("Nothing new for %(num)s day.", "Nothing new for %(num)s days.", days)
