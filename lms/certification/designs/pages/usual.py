"""Which design a kind of certificate is drawn in, unless another is chosen."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from certificates import design as library
from certificates.document import Kind
from lms.certification.designs import words
from lms.certification.designs.pages.shaping import DESIGNS, SHAPES
from lms.certification.designs.queries import ORIGINAL, all_designs, defaults
from lms.certification.designs.service import CertificateDesigns
from lms.certification.words import KINDS
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.web.forms import Form, Select, form_from
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in

UNCHOSEN = "original"


class UsualForm(Form):
    """One of the designs for this kind, or the library's own."""

    design = Select(N_("Design"), missing=N_("Choose a design."))


class UsualDesignPages(Controller):
    """One question for each kind."""

    path = f"{DESIGNS}/ueblich"
    opt = SHAPES
    include_in_schema = False

    @get("/{kind:str}")
    async def ask_usual(self, kind: FromPath[str], begin: NamedDependency[Begin]) -> Template:
        """Which design a kind is drawn in."""
        return await _usual_page(begin, _kind(kind))

    @post("/{kind:str}")
    async def prefer(
        self,
        request: Request[Any, Any, Any],
        kind: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Template | Redirect:
        """From now on; what was issued stays."""
        form, sort = form_from(UsualForm, await request.form()), _kind(kind)
        await _offer_designs(begin, form, sort)
        if not form.validate():
            return await _usual_page(begin, sort, form, 422)
        try:
            await certificate_designs.prefer(actor, kind=sort, design_id=uuid_in(form.design.data))
        except DomainError as refusal:
            form.refuse("design", refusal.message)
            return await _usual_page(begin, sort, form, refusal.status)
        return after(DESIGNS, SAVED)


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError as unknown:
        raise NotFound from unknown


async def _offer_designs(begin: Begin, form: UsualForm, kind: Kind) -> None:
    async with begin.reading() as session:
        designs, chosen = await all_designs(session), await defaults(session)
    original = words.in_this_language(library.folder(ORIGINAL).manifest.name)
    fitting = [one for one in designs if kind in one.wishes.kinds and one.retired_at is None]
    form.design.choices = [(UNCHOSEN, original)] + [(str(one.design_id), one.wishes.name) for one in fitting]
    if not form.design.raw_data:
        form.design.data = str(chosen.get(kind.value, UNCHOSEN))


async def _usual_page(begin: Begin, kind: Kind, form: UsualForm | None = None, status: int = 200) -> Template:
    if form is None:
        form = form_from(UsualForm)
        await _offer_designs(begin, form, kind)
    context = {"form": form, "kind": kind.value, "words": KINDS[kind]}
    return Template("certification/designs/usual.html", context=context, status_code=status)
