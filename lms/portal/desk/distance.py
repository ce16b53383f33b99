"""Distance learning at the desk: how a course is reckoned, in words and numbers, and what the programme team says to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.distance import ReasonMissing, Shares, Verdict, verdict
from lms.catalogue.distance_models import FactSource
from lms.catalogue.distance_reading import (
    NOTHING_KNOWN,
    Known,
    Reckoning,
    known_of,
    lacking_approval,
    reckon,
    runs_lacking_approval,
)
from lms.catalogue.distance_service import DistanceLearning, Saying
from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin, distance_since
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.pile import Pile
from lms.portal.desk.words import spoken
from lms.web.access import may
from lms.web.formats import date_plain, units
from lms.web.forms import Checkbox, Form, Hidden, Number, Text, TextArea, form_from
from lms.web.language import gettext, ngettext, translated
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions, version_in

LIST = "/verwaltung/fernunterricht"
MOST_MINUTES = 60_000
LATEST = 20
VERDICTS = {
    Verdict.NO_RULE: N_("The rule is switched off, or does not hold yet."),
    Verdict.FREE: N_("It costs nothing, so no approval is needed."),
    Verdict.MOSTLY_LIVE: N_("Not more than half is apart, so no approval is needed."),
    Verdict.NOT_CHECKED: N_("Nobody checks what was learnt, so no approval is needed."),
    Verdict.APPROVED: N_("The course is approved as distance learning."),
    Verdict.DECIDED: N_("The programme team has decided that it is no distance learning."),
    Verdict.NEEDS_APPROVAL: N_(
        "An approval by the ZFU is needed before it is published, or a decision with its reason."
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """How a course stands, as its page says it. The numbers are those of a run as the course proposes it."""

    shares: Shares
    verdict: Verdict
    known: Known
    sentences: Sequence[str]

    @property
    def is_any(self) -> bool:
        """Whether anything is not live: else there is nothing to reckon."""
        return self.shares.apart > 0

    @property
    def rows(self) -> Sequence[tuple[str, int, int]]:
        """Each kind with its minutes and its share in percent."""
        parts = (
            (gettext("Live, in the room or by video"), self.shares.live),
            (gettext("Recordings"), self.shares.recorded),
            (gettext("Lessons alone"), self.shares.self_study),
        )
        return [
            (words, minutes, round(minutes * 100 / max(self.shares.total, 1))) for words, minutes in parts
        ]


class DistanceForm(Form):
    """What the programme team says."""

    recorded_minutes = Number(
        N_("Recordings beside the lessons, in minutes"),
        least=0,
        most=MOST_MINUTES,
        width=6,
        hint=N_("Sessions that can be watched later, for example. Videos in lessons are counted already."),
    )
    is_checked = Checkbox(
        N_(
            "Success is checked in another way as well: tasks are marked, or trainers answer questions on what was learnt"
        )
    )
    approval_number = Text(
        N_("Number of the approval (ZFU)"), hint=N_("It stands on the course's page and in the contract.")
    )
    is_decided = Checkbox(N_("We have decided: this is no distance learning"))
    decision = TextArea(
        N_("Reason of the decision"), hint=N_("For example: the lessons are done together in the sessions.")
    )
    version = Hidden()


class DistancePages(Controller):
    """One course."""

    path = "/verwaltung/kurse/{course_id:uuid}/fernunterricht"
    include_in_schema = False

    @get(opt=may("R", "plan", of=Scope.ALL))
    async def show(
        self,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The calculation, and the form for who may say something to it."""
        return await _page(begin, actor, course_id, clock(), None)

    @post(opt=may("U", "plan"))
    async def say(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        distance_learning: NamedDependency[DistanceLearning],
    ) -> Template | Redirect:
        """What holds from now on."""
        form = form_from(DistanceForm, await request.form())
        if not form.validate():
            return await _page(begin, actor, course_id, clock(), form, status=422)
        saying = Saying(
            recorded_minutes=form.recorded_minutes.data or 0,
            is_checked=bool(form.is_checked.data),
            approval_number=form.approval_number.data or "",
            is_decided=bool(form.is_decided.data),
            decision=form.decision.data or "",
        )
        try:
            await distance_learning.say(
                actor, course_id=course_id, saying=saying, version=version_in(form.version.data) or 0
            )
        except ReasonMissing as refusal:
            form.refuse("decision", refusal.message)
            return await _page(begin, actor, course_id, clock(), form, status=refusal.status)
        except Stale:
            async with begin.reading() as session:
                known = (await known_of(session, [course_id])).get(course_id, NOTHING_KNOWN)
            keep = f"/verwaltung/kurse/{course_id}/fernunterricht"
            versions = both_versions(form, _form(known), marks=["version"], keep=keep)
            return await _page(begin, actor, course_id, clock(), form, status=409, versions=versions)
        return after(f"/verwaltung/kurse/{course_id}", SAVED)


class DistanceListPages(Controller):
    """Runs that are published and would need an approval by now."""

    path = LIST
    opt = may("U", "plan")
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin], clock: NamedDependency[Clock]) -> Template:
        """All of them, the next first; one statement."""
        async with begin.reading() as session:
            rows = await runs_lacking_approval(session, clock())
        return Template("portal/desk/distance_list.html", context={"rows": rows})


def distance_piles(now: datetime, since: date | None) -> Sequence[Pile]:
    """Runs that were published before the balance tipped; none while the rule is off."""
    if since is None or local(now).date() < since:
        return ()
    return (
        Pile(
            "U", "plan", LIST,
            lambda num: ngettext(
                "%(num)s published run may be distance learning without approval: please look at it",
                "%(num)s published runs may be distance learning without approval: please look at them",
                num,
            ),
            select(func.count(), func.min(Run.starts_at)).where(lacking_approval(now)),
        ),
    )  # fmt: skip


async def distance_of(session: AsyncSession, course: Course, now: datetime) -> Told:
    """How a course stands: two statements. Reckoned with the sessions and the price that it proposes for new runs."""
    known = (await known_of(session, [course.id])).get(course.id, NOTHING_KNOWN)
    shares = known.shares(course.default_sessions * course.default_minutes)
    found = verdict(
        shares,
        is_paid=course.default_price_cents > 0,
        is_checked=known.is_checked,
        approval_number=known.approval_number,
        decision=known.decision,
        since=distance_since(session),
        on=local(now).date(),
    )
    return Told(shares, found, known, _sentences(shares, found, known))


def _sentences(shares: Shares, found: Verdict, known: Known) -> Sequence[str]:
    if not shares.apart and not known.unknown:
        said = [gettext("Everything is taught live, so it is no distance learning.")]
    else:
        said = [
            gettext(
                "Live: %(live)s. Apart: %(apart)s, that is %(percent)s percent. Live video counts as live, recordings do not.",
                live=units(shares.live), apart=units(shares.apart), percent=shares.percent_apart,
            ),
            translated(VERDICTS[found]),
        ]  # fmt: skip
    if known.unknown:
        said.append(
            ngettext(
                "%(num)s lesson has no duration yet and is not counted.",
                "%(num)s lessons have no duration yet and are not counted.",
                known.unknown,
            )
        )
    if known.is_checked and shares.apart:
        said.append(gettext("Success is checked: %(how)s.", how=", ".join(_checked_by(known))))
    if known.approval_number:
        said.append(gettext("Number of the approval (ZFU): %(number)s", number=known.approval_number))
    if known.word is not None and known.decision:
        said.append(
            gettext(
                "Decision of %(day)s: no distance learning. Reason: %(reason)s",
                day=date_plain(local(known.word.said_at).date()), reason=known.decision,
            )
        )  # fmt: skip
    return said


def _checked_by(known: Known) -> Sequence[str]:
    words = {
        FactSource.LESSONS: N_("by a quiz"),
        FactSource.CERTIFICATE: N_("by what the certificate asks for"),
    }
    found = [translated(words[one.source]) for one in known.facts if one.is_checked]
    return [*found, gettext("in another way")] if known.word is not None and known.word.is_checked else found


def _form(known: Known) -> DistanceForm:
    word = known.word
    if word is None:
        return form_from(DistanceForm, recorded_minutes=0, version="0")
    return form_from(
        DistanceForm,
        recorded_minutes=word.recorded_minutes,
        is_checked=word.is_checked,
        approval_number=word.approval_number,
        is_decided=bool(word.decision),
        decision=word.decision,
        version=str(word.version),
    )


async def _page(
    begin: Begin,
    actor: Actor,
    course_id: UUID,
    now: datetime,
    form: DistanceForm | None,
    *,
    status: int = 200,
    versions: Versions | None = None,
) -> Template:
    async with begin.reading() as session:
        course = await session.get(Course, course_id)
        if course is None:
            raise NotFound
        told = await distance_of(session, course, now)
        runs = await session.scalars(
            select(Run)
            .where(Run.course_id == course_id, Run.state.not_in([RunState.COMPLETED, RunState.CANCELLED]))
            .order_by(Run.starts_at.desc(), Run.number)
            .limit(LATEST)
        )
        reckoned: Sequence[Reckoning] = [reckon(run, told.known, session, now) for run in runs]
        since = distance_since(session)
    return Template(
        "portal/desk/distance.html",
        context={
            "course": course,
            "title_of": spoken(course.title_de, course.title_en),
            "told": told,
            "reckoned": reckoned,
            "verdicts": VERDICTS,
            "since": since,
            "form": (form or _form(told.known)) if actor.may_for_all("U", "plan") else None,
            "versions": versions,
        },
        status_code=status,
    )
