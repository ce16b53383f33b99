"""How a design looks: as a PDF and as a picture, with made-up facts or with those of a certificate that was issued."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select

from certificates import pictures
from certificates.design import Design
from certificates.document import Certificate, Kind
from certificates.errors import CertificateError, TookTooLong, TookTooMuchMemory
from lms.accounts.limits import within
from lms.certification import words
from lms.certification.designs.errors import NotDrawable, TooMuchToDraw
from lms.certification.designs.pages.shaping import DESIGNS, SHAPES
from lms.certification.designs.queries import adapted_of, logo_of
from lms.certification.designs.specimens import LANGUAGES, as_issued, drawn, made_up
from lms.certification.models import Certificate as Issued
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.web.centre import the_centre
from lms.web.fields.choices import Choices
from lms.web.forms import Checkbox, Form, Radios, Select, Text, form_from
from lms.web.module import Around

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
_KINDS: Choices = list(words.KINDS.items())


class PreviewForm(Form):
    """What to look at. Sent by GET, so that a preview can be reloaded and shown to somebody."""

    kind = Select(N_("Kind of certificate"), choices=_KINDS)
    language = Radios(N_("Language"), choices=list(words.LANGUAGES.items()))
    large = Checkbox(N_("Large print"))
    number = Text(
        N_("With the facts of this certificate"),
        longest=40,
        hint=N_("Type its number, for example TB-2026-00042. Left empty, the facts are made up."),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address of a preview says, with whatever is not understood left out."""

    kind: Kind
    language: str
    large: bool
    number: str
    page: int

    @property
    def query(self) -> str:
        """The same as an address."""
        return urlencode(
            {"kind": self.kind.value, "language": self.language, "number": self.number}
            | ({"large": "1"} if self.large else {})
        )


class PreviewPages(Controller):
    """Specimens only: each says MUSTER and leads to no record."""

    path = DESIGNS + "/{design_id:uuid}"
    opt = SHAPES
    include_in_schema = False

    @get("/vorschau")
    async def look(
        self, request: Request[Any, Any, Any], design_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """Choose, and see."""
        asked = _asked(request.query_params)
        async with begin.reading() as session:
            adapted = await adapted_of(session, design_id)
            is_known = not asked.number or await _facts(session, asked.number) is not None
        form = form_from(
            PreviewForm,
            kind=asked.kind.value,
            language=asked.language,
            large=asked.large,
            number=asked.number,
        )
        if not is_known:
            form.refuse("number", N_("There is no certificate with this number."))
        return Template(
            "certification/designs/preview.html",
            context={
                "adapted": adapted,
                "form": form,
                "query": asked.query,
                "is_known": is_known,
                "has_pictures": pictures.can_draw(),
            },
            status_code=200 if is_known else 422,
        )

    @get("/vorschau.pdf")
    async def as_pdf(
        self,
        request: Request[Any, Any, Any],
        design_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """The specimen, to be printed on the paper it is meant for."""
        pdf = await _specimen(around, actor, design_id, _asked(request.query_params))
        headers = PRIVATE | {
            "content-disposition": 'attachment; filename="Muster.pdf"',
            "content-security-policy": "sandbox",
        }
        return Response(pdf, media_type="application/pdf", headers=headers)

    @get("/vorschau.png")
    async def as_picture(
        self,
        request: Request[Any, Any, Any],
        design_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """Its first page, or the one asked for."""
        asked = _asked(request.query_params)
        pdf = await _specimen(around, actor, design_id, asked)
        try:
            picture = await asyncio.to_thread(pictures.png, pdf, page=asked.page)
        except pictures.PictureUnavailable as problem:
            raise NotFound from problem
        headers = PRIVATE | {"content-security-policy": "sandbox"}
        return Response(picture, media_type="image/png", headers=headers)


async def _specimen(around: Around, actor: Actor, design_id: UUID, asked: _Asked) -> bytes:
    await within(around.begin, around.clock, "certificate-preview", account=actor.account_id or "")
    design, certificate = await _prepared(around, design_id, asked)
    try:
        return await drawn(design, certificate, around.settings)
    except (TookTooLong, TookTooMuchMemory) as too_much:
        raise TooMuchToDraw from too_much
    except CertificateError as refusal:
        raise NotDrawable from refusal


async def _prepared(around: Around, design_id: UUID, asked: _Asked) -> tuple[Design, Certificate]:
    async with around.begin.reading() as session:
        adapted = await adapted_of(session, design_id)
        logo = await logo_of(session, adapted.wishes)
        facts = await _facts(session, asked.number) if asked.number else None
    if asked.number and facts is None:
        raise NotFound
    settings, centre = around.settings, the_centre()
    try:
        certificate = (
            as_issued(facts, settings=settings, centre=centre)
            if facts
            else made_up(asked.kind, asked.language, settings=settings, centre=centre)
        )
        return adapted.wishes.design(logo, large_print=asked.large), certificate
    except CertificateError as refusal:
        raise NotDrawable from refusal


async def _facts(session: Any, number: str) -> Mapping[str, Any] | None:
    facts: Mapping[str, Any] | None = await session.scalar(
        select(Issued.facts).where(Issued.number == number)
    )
    return facts


def _asked(query: Mapping[str, str]) -> _Asked:
    kind, page = query.get("kind", ""), query.get("seite", "1")
    language = query.get("language", "")
    return _Asked(
        kind=Kind(kind) if kind in set(Kind) else Kind.ATTENDANCE,
        language=language if language in LANGUAGES else "de",
        large=query.get("large", "") not in {"", "0"},
        number=query.get("number", "").strip()[:40],
        page=int(page) if page in {"1", "2", "3", "4", "5"} else 1,
    )
