"""`/verwaltung/helfer`: who helps, who would like to, and what becomes of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.handing_out import persons_file
from lms.kernel.actor import Actor
from lms.kernel.clock import local, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.ages import age_on
from lms.people.models import Person
from lms.trainers.queries import conduct_valid_until
from lms.volunteering import policy, rules
from lms.volunteering.forms import AgreeForm, PaperForm, ReasonForm
from lms.volunteering.letters import desk_words
from lms.volunteering.models import Duty, DutyState, HelperState, Shift
from lms.volunteering.queries.helpers import VIEWS, Known, helper_of, helpers_in, topics
from lms.volunteering.queries.hours import done, open_proof, over
from lms.volunteering.queries.shifts import duties_of
from lms.volunteering.service import HelperHours, Helpers
from lms.volunteering.words import named, state_of
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window

PATH = "/verwaltung/helfer"
AnyRequest = Request[Any, Any, Any]
READ = may("R", "volunteering", of=Scope.ALL)
MANAGE = may("U", "volunteering", of=Scope.ALL)
VIEW_WORDS = {
    "": N_("to decide"),
    "dabei": N_("helping"),
    "beendet": N_("ended or declined"),
    "alle": N_("all"),
}
ASKED = declare("helfer-gefragt", N_("The guardian gets another letter and has 14 days to answer."))
ORDERED = declare(
    "helfer-nachweis", N_("The certificate is being made. The helper gets it by letter or e-mail.")
)


class HelperDeskPages(Controller):
    """All helpers, and one of them."""

    path = PATH
    opt = READ
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """The list in its views."""
        view = request.query_params.get("ansicht", "")
        view = view if view in VIEWS else ""
        number, size, offset = window(request.query_params.get("seite"))
        now = around.clock()
        async with around.begin.reading() as session:
            found = await helpers_in(session, VIEWS[view])
            known_topics = await topics(session)
            hours = await done(session, over(now), Duty.helper_id.in_([one.helper.id for one in found]))
        page = page_of(
            found[offset : offset + size], number=number, size=size, total=len(found), path=PATH,
            query=request.query_params.multi_items(),
        )  # fmt: skip
        day = today(around.clock)
        return Template(
            "volunteering/desk/helpers.html",
            context={
                "page": page,
                "view": view,
                "views": VIEW_WORDS,
                "state_of": state_of,
                "age": lambda one: _age(one, day),
                "topics": lambda one: ", ".join(named(known_topics, one.topic_ids)),
                "minutes": {key: sum(each.minutes for each in value) for key, value in hours.items()},
            },
        )

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """Everybody with their hours, to take away."""
        now, day = around.clock(), today(around.clock)
        async with around.begin.reading() as session:
            found = await helpers_in(session, VIEWS["alle"])
            known_topics = await topics(session)
            hours = await done(session, over(now))
        head = [N_("Name"), N_("Age"), N_("State"), N_("Topics"), N_("E-mail"), N_("Telephone"), N_("Shifts"), N_("Hours")]  # fmt: skip
        rows: list[Sequence[Cell]] = [[gettext(word) for word in head]]
        for one in found:
            mine = hours.get(one.helper.id, [])
            rows.append(
                [
                    one.person.name, _age(one, day), translated(state_of(one)[0]),
                    ", ".join(named(known_topics, one.topic_ids)), one.person.email or "", one.person.phone or "",
                    len(mine), round(sum(each.minutes for each in mine) / 60, 2),
                ]
            )  # fmt: skip
        return await persons_file(request, around, actor, "helfer", rows)

    @get("/{helper_id:uuid}")
    async def show(
        self, helper_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """One helper."""
        return await _page(around, actor, helper_id)

    @post("/{helper_id:uuid}/entscheiden", opt=MANAGE)
    async def decide(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """Yes or no."""
        sent = await request.form()
        form = form_from(ReasonForm, sent)
        version = str(sent.get("version", ""))
        try:
            await helpers.decide(
                actor, helper_id=helper_id, approve=sent.get("act") == "ja", is_experienced=bool(sent.get("erfahren")),
                version=int(version) if version.isdecimal() else 0,
                reason=(form.reason.data or "") if form.validate() else "",
            )  # fmt: skip
        except DomainError as refusal:
            return await _page(around, actor, helper_id, refusal)
        return after(f"{PATH}/{helper_id}", SAVED)

    @post("/{helper_id:uuid}/erfahren", opt=MANAGE)
    async def trust(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        helpers: NamedDependency[Helpers],
    ) -> Redirect:
        """Whether the young may sit beside them."""
        sent = await request.form()
        await helpers.trust(actor, helper_id=helper_id, is_experienced=sent.get("erfahren") == "ja")
        return after(f"{PATH}/{helper_id}", SAVED)

    @post("/{helper_id:uuid}/einwilligung", opt=MANAGE)
    async def paper(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helpers: NamedDependency[Helpers],
    ) -> Template | Redirect:
        """The signed paper was seen."""
        form = form_from(PaperForm, await request.form())
        if not form.validate():
            return await _page(around, actor, helper_id, form=form)
        try:
            await helpers.consent_on_paper(
                actor, helper_id=helper_id, seen_on=form.seen_on.data, wording=AgreeForm().agreed.label.text
            )
        except DomainError as refusal:
            form.refuse("seen_on", refusal.message)
            return await _page(around, actor, helper_id, form=form)
        return after(f"{PATH}/{helper_id}", SAVED)

    @post("/{helper_id:uuid}/einwilligung/erneut", opt=MANAGE)
    async def ask_again(
        self, helper_id: FromPath[UUID], actor: NamedDependency[Actor], helpers: NamedDependency[Helpers]
    ) -> Redirect:
        """Another letter to the guardian."""
        await helpers.ask_guardian_again(actor, helper_id=helper_id)
        return after(f"{PATH}/{helper_id}", ASKED)

    @post("/{helper_id:uuid}/nachweis", opt=may("issue", "certificate"))
    async def certify(
        self,
        helper_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_hours: NamedDependency[HelperHours],
    ) -> Template | Redirect:
        """The certificate of all hours that stand on none, in one click."""
        try:
            await helper_hours.certify(actor, helper_id=helper_id)
        except DomainError as refusal:
            return await _page(around, actor, helper_id, refusal)
        return after(f"{PATH}/{helper_id}", ORDERED)

    @get("/{helper_id:uuid}/beenden", opt=MANAGE)
    async def consider_ending(self, helper_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Before somebody's help ends."""
        async with around.begin.reading() as session:
            known = await helper_of(session, helper_id)
        return Template("volunteering/desk/end.html", context={"known": known, "form": form_from(ReasonForm)})

    @post("/{helper_id:uuid}/beenden", opt=MANAGE)
    async def end(
        self,
        request: AnyRequest,
        helper_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        helpers: NamedDependency[Helpers],
    ) -> Redirect:
        """They help no longer."""
        form = form_from(ReasonForm, await request.form())
        reason = (form.reason.data or "") if form.validate() else ""
        await helpers.leave(actor, helper_id=helper_id, reason=reason)
        return after(f"{PATH}/{helper_id}", SAVED)


def _age(known: Known, day: Any) -> int | None:
    return age_on(known.person.birth_date, day) if known.person.birth_date else None


async def _page(
    around: Around,
    actor: Actor,
    helper_id: UUID,
    refusal: DomainError | None = None,
    *,
    form: PaperForm | None = None,
) -> Template:
    now, day = around.clock(), today(around.clock)
    async with around.begin.reading() as session:
        known = await helper_of(session, helper_id)
        guardian = await session.get(Person, known.helper.guardian_id) if known.helper.guardian_id else None
        known_topics = await topics(session)
        conduct = (await conduct_valid_until(session, [known.person.id])).get(known.person.id)
        coming = await duties_of(session, helper_id, Duty.state == DutyState.TAKEN, Shift.ends_at > now)
        rows = (await done(session, Duty.helper_id == helper_id, over(now))).get(helper_id, [])
        wished = await open_proof(session, helper_id)
    minor = known.is_minor_on(day)
    unproven = sum(one.minutes for one in rows if one.proof is None)
    status = 422 if form is not None else refusal.status if refusal else 200
    return Template(
        "volunteering/desk/helper.html",
        context={
            "known": known,
            "guardian": guardian,
            "base": f"{PATH}/{helper_id}",
            "state": state_of(known),
            "is_minor": minor,
            "age": _age(known, day),
            "topics": named(known_topics, known.topic_ids),
            "conduct": conduct if conduct is not None and conduct >= day else None,
            "coming": [(shift, desk_words(desk, venue)) for _, shift, desk, venue in coming],
            "rows": list(reversed(rows)),
            "all_minutes": sum(one.minutes for one in rows),
            "hours_left": rules.full_hours([unproven]),
            "wished": wished,
            "may_manage": policy.may_manage(actor) and not policy.is_about_themselves(actor, known.person),
            "may_issue": policy.may_issue(actor) and not policy.is_about_themselves(actor, known.person),
            "may_see_person": actor.may_for_all("R", "person"),
            "is_open": known.helper.state is HelperState.ASKED,
            "is_helping": known.helper.state is HelperState.APPROVED,
            "lacks_consent": known.helper.guardian_id is not None and not known.has_consent,
            "form": form or form_from(PaperForm),
            "reason_form": form_from(ReasonForm),
            "paper_form": form or form_from(PaperForm),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
            "today": local(now).date(),
        },
        status_code=status,
    )
