"""For the team: who is to get a certificate, seen before it is issued, and the start of the batch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from lms.certification.handing.choosing import (
    Choice,
    Named,
    Prospect,
    Verdict,
    named,
    offered,
    prospects,
    uuid_in,
)
from lms.certification.handing.designs import DesignName, designs_to_choose
from lms.certification.handing.ordering import LANGUAGES, entitled, mark_of, orders_for, title_for
from lms.certification.handing.overview import days_of, terms_until
from lms.certification.handing.ways import goes_by_post, ways_of
from lms.certification.life.service import Certification
from lms.certification.models import Batch
from lms.certification.pages.runs import PATH
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.forms import Form, Hidden, Radios, Select, form_from
from lms.web.language import translated
from lms.web.templating import url

TICKS = ("ohne", "lauf")
SHOWN = 200
"""So many people are listed of each group; the others are counted."""
WHY: Mapping[Verdict, str] = {
    Verdict.UNITS: N_("Not there often enough"),
    Verdict.EXAM: N_("The exam is missing or not passed"),
    Verdict.LESSONS: N_("Lessons or a quiz are missing"),
    Verdict.MARKS: N_("Some sessions have no attendance mark yet"),
    Verdict.OPEN: N_("The attendance of the run is not closed yet"),
    Verdict.RUNNING: N_("The run is not over yet"),
    Verdict.HOLDS: N_("Holds the certificate already"),
    Verdict.UNDER_WAY: N_("Is being issued right now"),
}
LANGUAGE_WORDS: Mapping[str, str] = {
    "": N_("each in the holder's language"),
    "de": N_("all in German"),
    "en": N_("all in English"),
    "de-en": N_("all in German and English on one paper"),
}
CHANGED = N_("Since you looked, the people have changed. Please look again before you issue.")


class IssueForm(Form):
    """How the chosen ones are issued."""

    language = Radios(
        N_("Language"), choices=[(value, LANGUAGE_WORDS[value]) for value in LANGUAGES], is_asked=True
    )
    design = Select(
        N_("Design"), blank=N_("as is set for each kind"), hint=N_("What was issued before stays as it is.")
    )
    letters = Radios(
        N_("Letters to the holders"),
        choices=[
            ("ja", N_("Send each their certificate: by e-mail, or as a letter that waits to be printed")),
            ("nein", N_("Write to nobody: we hand them out ourselves")),
        ],
        is_asked=True,
    )
    auftrag = Hidden()
    gezeigt = Hidden()


class ChoosingPages(Controller):
    """Choose, look, start."""

    path = PATH
    opt = may("issue", "certificate")
    include_in_schema = False

    @get("/auswahl")
    async def choose(self, begin: NamedDependency[Begin], clock: NamedDependency[Clock]) -> Template:
        """A course in a half year, the people of a company, everybody."""
        async with begin.reading() as session:
            courses, companies = await offered(session)
        terms = [(term, days_of(term)) for term in terms_until(local(clock()).date())]
        return Template(
            "certification/handing/choose.html",
            context={"courses": courses, "companies": companies, "terms": terms},
        )

    @get("/ausstellen")
    async def preview(
        self, request: Request[Any, Any, Any], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template | Redirect:
        """Who gets one, who does not and why, how letters go. The address can be kept."""
        pairs = _with_term(list(request.query_params.multi_items()))
        choice = Choice.from_pairs(pairs)
        if choice.is_empty:
            return Redirect(url(f"{PATH}/auswahl"), status_code=303)
        async with begin.reading() as session:
            people = await prospects(session, choice, clock())
            chosen = await named(session, choice)
            designs = await designs_to_choose(session)
        taken_back = frozenset(one.enrolment_id for one in people if one.was_revoked)
        return _preview(Shown(choice, people, chosen, designs, taken_back), _form(designs))

    @post("/ausstellen")
    async def start(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Start the batch for those who were shown; if they have changed since, they are shown anew."""
        sent = await request.form()
        pairs = [(name, str(value)) for name, value in sent.multi_items()]
        choice, batch_id = Choice.from_pairs(pairs), uuid_in(str(sent.get("auftrag", "")))
        if batch_id is None or choice.is_empty:
            raise NotFound
        left_out = frozenset(found for name, text in pairs if name == "ohne" and (found := uuid_in(text)))
        async with begin.reading() as session:
            is_known = (
                await session.get(Batch, batch_id) is not None
            )  # sent twice: the people have changed by that
            people = await prospects(session, choice, clock())
            chosen = await named(session, choice)
            designs = await designs_to_choose(session)
        form = _form(designs, FormMultiDict([(name, text) for name, text in pairs if name not in TICKS]))
        shown = Shown(choice, people, chosen, designs, left_out)
        if not form.validate():
            return _preview(shown, form, status=422)
        if form.gezeigt.data != mark_of(people) and not is_known:
            form.refuse("", CHANGED)
            return _preview(shown, form, status=409)
        wanted = entitled(people, left_out)
        try:
            batch = await certification.start_batch(
                actor,
                batch_id=batch_id,
                orders=orders_for(wanted, form.language.data or ""),
                title=title_for(chosen, wanted or people),
                design_id=uuid_in(form.design.data or ""),
                tells=form.letters.data != "nein",
            )
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return _preview(shown, form, status=refusal.status)
        return Redirect(url(f"{PATH}/auftrag/{batch.id}"), status_code=303)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the preview shows."""

    choice: Choice
    people: Sequence[Prospect]
    chosen: Named
    designs: Sequence[DesignName]
    left_out: frozenset[UUID] = frozenset()


def _form(designs: Sequence[DesignName], sent: FormMultiDict | None = None) -> IssueForm:
    form = form_from(IssueForm, sent, language="", letters="ja", auftrag=str(uuid4()))
    form.design.choices = [(str(one.id), one.label) for one in designs]
    return form


def _preview(shown: Shown, form: IssueForm, *, status: int = 200) -> Template:
    groups: dict[Verdict, list[Prospect]] = defaultdict(list)
    for one in shown.people:
        groups[one.verdict].append(one)
    getting = sorted(groups.pop(Verdict.GETS, []), key=lambda one: not one.was_revoked)
    form.gezeigt.raw_data, form.gezeigt.data = None, mark_of(shown.people)
    return Template(
        "certification/handing/preview.html",
        context={
            "choice": shown.choice,
            "title": title_for(shown.chosen, shown.people),
            "getting": getting,
            "others": [
                (translated(WHY[verdict]), verdict, groups[verdict]) for verdict in WHY if groups[verdict]
            ],
            "shown": SHOWN,
            "ways": ways_of(one.person for one in getting),
            "by_post": {one.enrolment_id for one in getting[:SHOWN] if goes_by_post(one.person)},
            "designs": shown.designs,
            "left_out": shown.left_out,
            "form": form,
        },
        status_code=status,
    )


def _with_term(pairs: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """A half year such as "2026-2" as its first and last day."""
    term = next((value for name, value in pairs if name == "halbjahr"), "")
    days = days_of(term) if isinstance(term, str) else None
    if days is None:
        return list(pairs)
    return [*pairs, ("von", days[0].isoformat()), ("bis", days[1].isoformat())]
