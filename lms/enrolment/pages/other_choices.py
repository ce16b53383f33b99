"""Which other runs somebody on the waiting list would also take; by link or out of *Meine Kurse*."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.enrolment import policy
from lms.enrolment.choices.reading import Chosen, choices_of, to_choose_from
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.ways import Holder, by_link, signed_in
from lms.enrolment.seats.rules import is_for_employee
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.formats import moment_short, money
from lms.web.forms import Form, Select, form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
PART = "andere-termine"


class ChoicesForm(Form):
    first = Select(N_("What would you like best instead?"), blank=N_("No other date"))
    second = Select(N_("And if that does not work out?"), blank=N_("No other date"))


class ChoicesLinkPages(Controller):
    """For whoever holds the link."""

    path = "/anmeldung/{enrolment_id:uuid}/{token:str}/" + PART
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """The other runs to choose from."""
        return await _ask(around, await by_link(around, enrolment_id, token))

    @post()
    async def choose(
        self, request: AnyRequest, enrolment_id: FromPath[UUID], token: FromPath[str],
        actor: NamedDependency[Actor], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """Keep them."""
        return await _choose(request, around, enrolment, actor, await by_link(around, enrolment_id, token))


class OwnChoicesPages(Controller):
    """The same for somebody signed in."""

    path = "/meine-kurse/{enrolment_id:uuid}/" + PART
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin],
        around: NamedDependency[Around],
    ) -> Template | Redirect:  # fmt: skip
        """The other runs to choose from."""
        return await _ask(around, await _own(begin, actor, enrolment_id))

    @post()
    async def choose(
        self, request: AnyRequest, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor],
        begin: NamedDependency[Begin], around: NamedDependency[Around], enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:  # fmt: skip
        """Keep them."""
        return await _choose(request, around, enrolment, actor, await _own(begin, actor, enrolment_id))


async def _own(begin: Begin, actor: Actor, enrolment_id: UUID) -> Holder:
    way = await signed_in(begin, actor, enrolment_id)
    if not policy.reaches(actor, way.found.enrolment, "D"):
        raise NotFound
    return way


async def _ask(around: Around, way: Holder) -> Template | Redirect:
    if _is_over(way):
        return _back(way)
    entry = way.found.enrolment
    async with around.begin.reading() as session:
        offered = await to_choose_from(session, way.found.run, around.clock())
        chosen = (await choices_of(session, [entry.party_id])).get(entry.party_id, ())
    known = {name: str(run.id) for name, (run, _) in zip(("first", "second"), chosen, strict=False)}
    return _page(way, offered, _form(offered, None, **known))


async def _choose(
    request: AnyRequest, around: Around, enrolment: Enrolments, actor: Actor, way: Holder
) -> Template | Redirect:
    if _is_over(way):
        return _back(way)
    async with around.begin.reading() as session:
        offered = await to_choose_from(session, way.found.run, around.clock())
    form = _form(offered, await request.form())
    if not form.validate():
        return _page(way, offered, form, status=422)
    wanted = [UUID(one.data) for one in (form.first, form.second) if one.data]
    try:
        await enrolment.choose(actor, enrolment_id=way.found.enrolment.id, run_ids=wanted, token=way.token)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse("second", refusal.message, **refusal.params)
        return _page(way, offered, form, status=refusal.status)
    return _back(way)


def _form(offered: Sequence[Chosen], submitted: Any, **known: str) -> ChoicesForm:
    form = form_from(ChoicesForm, submitted, **known)
    form.first.choices = form.second.choices = [
        (str(run.id), _words((run, course))) for run, course in offered
    ]
    return form


def _words(one: Chosen) -> str:
    """First date, title and price in one line, the date first where it is narrow; and whether it is full now."""
    run, course = one
    title = (course.title_en if current_language() == "en" else "") or course.title_de
    said = f"{moment_short(run.starts_at)}: {title}" if run.starts_at else title
    said = f"{said}, {money(run.price_cents)}"
    return said if run.free > 0 else gettext("%(what)s (full at the moment)", what=said)


def _is_over(way: Holder) -> bool:
    """Whether somebody does not wait any more, or at a company's cost: then there is nothing to choose."""
    entry = way.found.enrolment
    return entry.state is not EnrolmentState.WAITING or is_for_employee(entry)


def _back(way: Holder) -> Redirect:
    return Redirect(url(way.here), status_code=303, headers=PRIVATE)


def _page(way: Holder, offered: Sequence[Chosen], form: ChoicesForm, *, status: int = 200) -> Template:
    return Template(
        "enrolment/other_choices.html",
        context={"form": form, "here": way.here, "part": PART, "offered": offered},
        status_code=status,
        headers=PRIVATE,
    )
