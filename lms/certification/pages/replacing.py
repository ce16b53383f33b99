"""For the team: a certificate issued anew under the right name; the old one is marked as replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.certification.handing.choosing import uuid_in
from lms.certification.letters import holder_of
from lms.certification.life.service import Certification
from lms.certification.models import Certificate
from lms.certification.pages.register import certificate_context
from lms.certification.pages.runs import PATH
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.web.access import may
from lms.web.formats import date_plain
from lms.web.forms import Form, Hidden, Radios, Text, form_from
from lms.web.language import gettext, translated
from lms.web.templating import url

REASONS = {
    "name": N_("The name was corrected."),
    "birth": N_("The birth date was corrected."),
    "content": N_("What it states was corrected."),
    "lost": N_("The paper was issued anew."),
}
OTHER = "other"
LONGEST_REASON = 300


class ReplaceForm(Form):
    """Why a new one is issued."""

    why = Radios(
        N_("Why is it issued anew?"),
        choices=[*REASONS.items(), (OTHER, N_("another reason"))],
        hint=N_("The reason is noted with the old certificate."),
        missing=N_("Choose why it is issued anew."),
    )
    other = Text(N_("Another reason, in one sentence"), longest=LONGEST_REASON)
    seen = Hidden()
    key = Hidden()

    def reason(self) -> str:
        """The sentence that is kept; empty where it is missing."""
        if self.why.data == OTHER:
            return str(self.other.data or "").strip()
        return translated(REASONS[self.why.data])


@dataclass(frozen=True, slots=True)
class Line:
    """One particular, on the old paper and on the new one."""

    label: str
    old: str
    new: str

    @property
    def has_changed(self) -> bool:
        """Whether the new paper says something else."""
        return self.old != self.new


class ReplacingPages(Controller):
    """Compare old and new, state why, issue."""

    path = f"{PATH}/{{certificate_id:uuid}}/ersetzen"
    opt = may("replace", "certificate")
    include_in_schema = False

    @get()
    async def consider(
        self, certificate_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What the old one says and what the new one is going to say."""
        form = form_from(ReplaceForm, key=str(uuid4()), why="name")
        return await _page(begin, actor, certificate_id, form)

    @post()
    async def replace(
        self,
        request: Request[Any, Any, Any],
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """Have the new one made; sent twice it is one. A name that changed since it was shown is shown first."""
        form = form_from(ReplaceForm, await request.form())
        batch_id = uuid_in(form.key.data or "")
        if batch_id is None:
            raise NotFound
        if form.validate() and not form.reason():
            form.refuse("other", N_("Write down the reason in one sentence."))
        if form.errors:
            return await _page(begin, actor, certificate_id, form, status=422)
        async with begin.reading() as session:
            context = await certificate_context(session, actor, certificate_id)
            holder = await holder_of(session, context["certificate"])
        if form.seen.data != _mark(holder):
            form.refuse("", N_("The person's record has changed since you looked. Please compare again."))
            return await _page(begin, actor, certificate_id, form, status=409)
        try:
            batch = await certification.reissue(
                actor, certificate_id=certificate_id, batch_id=batch_id, reason=form.reason()
            )
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return await _page(begin, actor, certificate_id, form, status=refusal.status)
        return Redirect(url(f"{PATH}/auftrag/{batch.id}"), status_code=303)


async def _page(
    begin: Begin, actor: Actor, certificate_id: UUID, form: ReplaceForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        context = await certificate_context(session, actor, certificate_id)
        holder = await holder_of(session, context["certificate"])
    form.seen.raw_data, form.seen.data = None, _mark(holder)
    return Template(
        "certification/replace.html",
        context=context
        | {
            "form": form,
            "holder": holder,
            "lines": lines_of(context["certificate"], holder) if holder else [],
            "may_change_person": actor.may_for_all("U", "person"),
            "may_read_person": actor.may_for_all("R", "person"),
        },
        status_code=status,
    )


def lines_of(certificate: Certificate, holder: Person) -> Sequence[Line]:
    """Name and birth date on the old paper, and as the person's record has them now."""
    said = certificate.facts.get("holder", {})
    born = said.get("born")
    return [
        Line(gettext("Name"), str(said.get("name", "")), holder.name),
        Line(
            gettext("Birth date"),
            date_plain(date.fromisoformat(born)) if born else "",
            date_plain(holder.birth_date) if holder.birth_date else "",
        ),
    ]


def _mark(holder: Person | None) -> str:
    """The state of the record that was shown."""
    return f"{holder.id}:{holder.version}" if holder else ""
