"""The list of designs, a new one, and adapting one step by step."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from certificates import design as library
from certificates import pictures
from certificates.document import Kind
from certificates.errors import LogoRefused
from certificates.logos import Logo, checked_logo
from certificates.placeholders import PLACEHOLDERS
from lms.certification.designs import words
from lms.certification.designs.errors import sentence
from lms.certification.designs.pages.steps import LONGEST_NAME, STEPS, LogoForm, Step, StepForm
from lms.certification.designs.queries import (
    ORIGINAL,
    Adapted,
    adapted_of,
    all_designs,
    defaults,
    makers,
    versions_of,
)
from lms.certification.designs.service import CertificateDesigns
from lms.certification.designs.wishes import Wishes
from lms.certification.words import KINDS
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.forms import Form, Hidden, Radios, Text, form_from
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in
from lms.web.versions import both_versions, version_in

DESIGNS = "/verwaltung/nachweise/gestaltung"
SHAPES = may("layouts", "settings")


class NewDesignForm(Form):
    """Where to begin; `design_id` lets the form be sent twice."""

    design_id = Hidden()
    base = Radios(N_("Which design do you begin with?"), missing=N_("Choose a design."))
    name = Text(
        N_("Name of the design"),
        longest=LONGEST_NAME,
        hint=N_("Only the team reads it."),
        missing=N_("Give the design a name."),
    )


class CopyForm(Form):
    """The name of a copy; `design_id` is the copy's."""

    design_id = Hidden()
    name = Text(N_("Name of the copy"), longest=LONGEST_NAME, missing=N_("Give the copy a name."))


class DesignPages(Controller):
    """Everything about the look of certificates that staff can shape."""

    path = DESIGNS
    opt = SHAPES
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """All designs, and which kind is drawn in which."""
        async with begin.reading() as session:
            designs, chosen = await all_designs(session), await defaults(session)
        names = {one.design_id: one.wishes.name for one in designs}
        usual = [(kind, KINDS[kind], names.get(chosen.get(kind.value, uuid4()), "")) for kind in Kind]
        return Template(
            "certification/designs/list.html",
            context={
                "designs": designs,
                "usual": usual,
                "used": frozenset(chosen.values()),
                "kinds": KINDS,
                "formats": words.FORMATS,
                "original": words.in_this_language(library.folder(ORIGINAL).manifest.name),
            },
        )

    @get("/neu")
    async def begin_new(self) -> Template:
        """Which of the library's designs to begin with."""
        form = form_from(NewDesignForm, design_id=str(uuid4()), base=ORIGINAL)
        return _new_page(form)

    @post("/neu")
    async def create(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Template | Redirect:
        """A design of one's own."""
        form = form_from(NewDesignForm, await request.form())
        _offer_bases(form)
        design_id = uuid_in(form.design_id.data)
        if not form.validate() or design_id is None:
            return _new_page(form, 422)
        await certificate_designs.create(
            actor, design_id=design_id, base=form.base.data, name=form.name.data or ""
        )
        return after(f"{DESIGNS}/{design_id}", SAVED)

    @get("/{design_id:uuid}")
    async def design(self, design_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """One design: how it looks, what can be changed, what it was before."""
        return await _design_page(begin, design_id)

    @get("/{design_id:uuid}/aendern/{step:str}")
    async def ask(
        self, design_id: FromPath[UUID], step: FromPath[str], begin: NamedDependency[Begin]
    ) -> Template:
        """One question about it."""
        async with begin.reading() as session:
            adapted = await adapted_of(session, design_id)
        return _step_page(adapted, step, _form(_step(step), adapted))

    @post("/{design_id:uuid}/aendern/{step:str}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        design_id: FromPath[UUID],
        step: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Template | Redirect:
        """A new version; whoever was slower sees both."""
        question = _step(step)
        async with begin.reading() as session:
            adapted = await adapted_of(session, design_id)
        form = form_from(question.form(adapted.wishes), await request.form())
        wishes = question.apply(form, adapted.wishes) if form.validate() else None
        logo = await _logo(form) if wishes else None
        if wishes is None or form.problems:
            return _step_page(adapted, step, form, status=422)
        try:
            await certificate_designs.change(
                actor,
                design_id=design_id,
                wishes=wishes,
                seen=version_in(form.seen.data) or 0,
                logo=logo,
            )
        except Stale as refusal:
            async with begin.reading() as session:
                adapted = await adapted_of(session, design_id)
            versions = both_versions(
                form, _form(question, adapted), marks=["seen"], keep=f"{DESIGNS}/{design_id}"
            )
            return _step_page(adapted, step, form, status=refusal.status, versions=versions)
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return _step_page(adapted, step, form, status=refusal.status)
        return after(f"{DESIGNS}/{design_id}", SAVED)

    @get("/{design_id:uuid}/kopie")
    async def ask_copy(self, design_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What the copy is called."""
        async with begin.reading() as session:
            adapted = await adapted_of(session, design_id)
        return _copy_page(adapted, form_from(CopyForm, design_id=str(uuid4())))

    @post("/{design_id:uuid}/kopie")
    async def copy(
        self,
        request: Request[Any, Any, Any],
        design_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Template | Redirect:
        """Another design that begins like this one."""
        form = form_from(CopyForm, await request.form())
        copy_id = uuid_in(form.design_id.data)
        if not form.validate() or copy_id is None:
            async with begin.reading() as session:
                adapted = await adapted_of(session, design_id)
            return _copy_page(adapted, form, 422)
        await certificate_designs.copy(actor, design_id=design_id, copy_id=copy_id, name=form.name.data or "")
        return after(f"{DESIGNS}/{copy_id}", SAVED)

    @get("/{design_id:uuid}/fassung/{number:int}")
    async def ask_back(
        self, design_id: FromPath[UUID], number: FromPath[int], begin: NamedDependency[Begin]
    ) -> Template:
        """What going back means, before it is done."""
        async with begin.reading() as session:
            adapted, former = (
                await adapted_of(session, design_id),
                await adapted_of(session, design_id, number),
            )
        return Template("certification/designs/back.html", context={"adapted": adapted, "former": former})

    @post("/{design_id:uuid}/fassung/{number:int}")
    async def go_back(
        self,
        request: Request[Any, Any, Any],
        design_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Redirect:
        """The older version, as a new one."""
        seen = version_in(str((await request.form()).get("seen", ""))) or 0
        await certificate_designs.go_back(actor, design_id=design_id, number=number, seen=seen)
        return after(f"{DESIGNS}/{design_id}", SAVED)

    @get("/{design_id:uuid}/ablegen")
    async def ask_retire(self, design_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """What retiring means."""
        async with begin.reading() as session:
            adapted = await adapted_of(session, design_id)
        return Template("certification/designs/retire.html", context={"adapted": adapted, "refusal": ""})

    @post("/{design_id:uuid}/ablegen")
    async def retire(
        self,
        design_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Template | Redirect:
        """Offered no longer."""
        try:
            await certificate_designs.retire(actor, design_id=design_id)
        except DomainError as refusal:
            async with begin.reading() as session:
                adapted = await adapted_of(session, design_id)
            context = {"adapted": adapted, "refusal": refusal.message}
            return Template("certification/designs/retire.html", context=context, status_code=refusal.status)
        return after(DESIGNS, SAVED)

    @post("/{design_id:uuid}/verwenden")
    async def use_again(
        self,
        design_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        certificate_designs: NamedDependency[CertificateDesigns],
    ) -> Redirect:
        """Offered again."""
        await certificate_designs.use_again(actor, design_id=design_id)
        return after(f"{DESIGNS}/{design_id}", SAVED)


async def _logo(form: StepForm) -> Logo | None:
    """The picture that was sent, made anew; a refusal goes into the form."""
    if not isinstance(form, LogoForm) or form.without.data or form.file.data is None:
        return None
    data = await form.file.data.read()
    try:
        return await asyncio.to_thread(checked_logo, data, alt=form.alt.data or "")
    except LogoRefused as refusal:
        message, params = sentence(refusal)
        form.refuse("file", message, **params)
        return None


def _step(name: str) -> Step:
    if name not in STEPS:
        raise NotFound
    return STEPS[name]


def _form(step: Step, adapted: Adapted) -> StepForm:
    return form_from(step.form(adapted.wishes), seen=str(adapted.number), **step.values(adapted.wishes))


def _step_page(
    adapted: Adapted, name: str, form: StepForm, *, status: int = 200, versions: Any = None
) -> Template:
    step = _step(name)
    return Template(
        "certification/designs/step.html",
        context={
            "adapted": adapted,
            "step": step,
            "name": name,
            "form": form,
            "versions": versions,
            "placeholders": [(f"{{{one}}}", words.PLACEHOLDERS[one]) for one in PLACEHOLDERS],
        },
        status_code=status,
    )


def _offer_bases(form: NewDesignForm) -> None:
    manifests = [library.folder(name).manifest for name in library.names()]
    form.base.choices = [(one.key, words.in_this_language(one.name)) for one in manifests]
    form.base.hints = {one.key: words.FORMATS[one.formats[0]] for one in manifests}


def _new_page(form: NewDesignForm, status: int = 200) -> Template:
    _offer_bases(form)
    return Template("certification/designs/new.html", context={"form": form}, status_code=status)


def _copy_page(adapted: Adapted, form: CopyForm, status: int = 200) -> Template:
    context = {"adapted": adapted, "form": form}
    return Template("certification/designs/copy.html", context=context, status_code=status)


async def _design_page(begin: Begin, design_id: UUID) -> Template:
    async with begin.reading() as session:
        adapted = await adapted_of(session, design_id)
        versions = await versions_of(session, design_id)
        chosen = await defaults(session)
        people = await makers(session, {one.made_by for one in versions if one.made_by})
    return Template(
        "certification/designs/design.html",
        context={
            "adapted": adapted,
            "base": words.in_this_language(adapted.wishes.folder.manifest.name),
            "versions": versions,
            "people": people,
            "kinds": KINDS,
            "formats": words.FORMATS,
            "usual": [kind for kind in Kind if chosen.get(kind.value) == design_id],
            "colours": _colours(adapted.wishes),
            "has_pictures": pictures.can_draw(),
        },
    )


def _colours(wishes: Wishes) -> list[tuple[str, str]]:
    places = wishes.folder.manifest.colours
    return [
        (words.in_this_language(place.label), wishes.colours.get(key, place.default))
        for key, place in places.items()
    ]
