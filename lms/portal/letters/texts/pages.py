"""The pages of `/verwaltung/texte`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.links import Links
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.messaging.models import Letter
from lms.messaging.wordings import LetterWording, Voice, Wordings, wordings_in_force
from lms.portal.letters.texts.forms import LetterForm, letter_form
from lms.portal.letters.texts.meanings import meaning
from lms.portal.letters.texts.reading import (
    GROUPS,
    VOICES,
    Stationery,
    all_stationery,
    last_letter,
    sample,
    stationery,
    users_of,
)
from lms.portal.letters.texts.service import LetterTexts, mark, wanted_changes, wordings_of
from lms.web import lettering
from lms.web.access import may
from lms.web.language import use_locale
from lms.web.letters import laid_out, parts_of
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.wording import Composition, Spoken, speak

PATH = "/verwaltung/texte"
SAVED = declare("texte-gespeichert", N_("The words are saved. They stand in every letter from now on."))
RESET = declare("texte-zurueck", N_("The letter has the words again that it came with."))
TRIED = N_("The trial letter is on its way to your own e-mail address.")
NO_ADDRESS = N_("We know no e-mail address of yours. Enter one in your account, then try again.")


@dataclass(frozen=True, slots=True)
class Preview:
    """How the letter would read. `written_at` is when the real letter was written whose facts stand in it, if it is one."""

    spoken: Spoken
    body: Markup
    letter: Letter | None


class TextPages(Controller):
    """The words of every letter."""

    path = PATH
    opt = may("texts", "settings", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], around: NamedDependency[Around]) -> Template:
        """All letters by what they are about; `?q=` for words in them."""
        typed = request.query_params.get("q", "").strip()[:100]
        async with around.begin.reading() as session:
            rows = (await session.scalars(select(LetterWording))).all()
        changed: dict[str, int] = defaultdict(int)
        for row in rows:
            changed[row.template] += 1
        return Template(
            "portal/letters/texts/index.html",
            context={
                "groups": _groups(typed),
                "changed": changed,
                "typed": typed,
                "letters": all_stationery(),
            },
        )

    @get("/{slug:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The sentences of one letter, and how it reads; `?stimme=` in which voice."""
        one, voice = stationery(slug), _voice(request.query_params.get("stimme"))
        async with around.begin.reading() as session:
            rows = await wordings_of(session, one.template, voice)
            links = links_of(session)
            preview = await _preview(session, actor, one, voice, await wordings_in_force(session), links)
        return _page(one, voice, letter_form(one, voice, rows), preview, rows)

    @post("/{slug:str}")
    async def save(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        letter_texts: NamedDependency[LetterTexts],
    ) -> Template | Redirect:
        """Save, look at it first (`tun=vorschau`), or send it to oneself (`tun=probe`)."""
        one, voice = stationery(slug), _voice(request.query_params.get("stimme"))
        sent = await request.form()
        async with around.begin.reading() as session:
            rows = await wordings_of(session, one.template, voice)
            form = letter_form(one, voice, rows, sent)
            is_valid = form.validate()
            words = wanted_changes(one, voice, form.words()) if is_valid else {}
            in_force = await wordings_in_force(session)
            tried = Wordings({**in_force.of, (one.template, voice): words}) if is_valid else in_force
            links = links_of(session)
            preview = await _preview(session, actor, one, voice, tried, links)
        if not is_valid:
            return _page(one, voice, form, preview, rows, status=422)
        wish = sent.get("tun")
        try:
            if wish == "probe":
                subject, text, html = laid_out(preview.spoken, links)
                key = uuid_in(sent.get("key")) or uuid4()
                await letter_texts.send_trial(
                    actor, key=key, voice=voice, subject=subject, text=text, html=html
                )
            elif wish != "vorschau":
                await letter_texts.save(actor, one, voice, form.words(), seen=form.seen.data or "")
                return after(f"{PATH}/{slug}?stimme={voice.value}", SAVED)
        except DomainError as refusal:
            rows = await self._refused(form, refusal, around, one, voice)
            return _page(one, voice, form, preview, rows, status=422 if wish == "probe" else refusal.status)
        notice = TRIED if wish == "probe" else ""
        return _page(one, voice, form, preview, rows, is_tried=True, notice=notice)

    @staticmethod
    async def _refused(
        form: LetterForm, refusal: DomainError, around: Around, one: Stationery, voice: Voice
    ) -> Mapping[str, LetterWording]:
        """Say why, beside the words that are stored by now; what was typed stays, and can be saved over them."""
        async with around.begin.reading() as session:
            rows = await wordings_of(session, one.template, voice)
        message = NO_ADDRESS if isinstance(refusal, NotFound) else refusal.message
        form.refuse("", message, **refusal.params)
        form.seen.data, form.seen.raw_data = mark(rows), None
        return rows

    @get("/{slug:str}/zuruecksetzen")
    async def ask(
        self, request: Request[Any, Any, Any], slug: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """Which of the team's words would be lost."""
        one, voice = stationery(slug), _voice(request.query_params.get("stimme"))
        async with around.begin.reading() as session:
            rows = await wordings_of(session, one.template, voice)
        lines = {line.message: line.default(voice)[0] for line in one.lines}
        return Template(
            "portal/letters/texts/reset.html",
            context={"one": one, "voice": voice, "rows": list(rows.values()), "defaults": lines},
        )

    @post("/{slug:str}/zuruecksetzen")
    async def reset(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        actor: NamedDependency[Actor],
        letter_texts: NamedDependency[LetterTexts],
    ) -> Redirect:
        """Back to the words the letter came with."""
        voice = _voice(request.query_params.get("stimme"))
        await letter_texts.reset(actor, stationery(slug), voice)
        return after(f"{PATH}/{slug}?stimme={voice.value}", RESET)


async def _preview(
    session: AsyncSession, actor: Actor, one: Stationery, voice: Voice, wordings: Wordings, links: Links
) -> Preview:
    letter = None
    if actor.may_for_all("R", "message") and not one.is_part:
        letter = await last_letter(session, one.template, voice.language)
    with use_locale("en" if voice is Voice.ENGLISH else "de"):
        said = Composition.of(letter.composition) if letter and letter.composition else sample(one)
    parts = [] if one.is_part else parts_of(said.template)
    spoken = speak(said, wordings, voice, parts=parts)
    return Preview(spoken, Markup(lettering.as_html(spoken.whole, links)), letter)  # noqa: S704 - made by our own renderer, raw HTML off


def _page(
    one: Stationery,
    voice: Voice,
    form: LetterForm,
    preview: Preview,
    rows: Mapping[str, LetterWording],
    *,
    status: int = 200,
    is_tried: bool = False,
    notice: str = "",
) -> Template:
    return Template(
        "portal/letters/texts/letter.html",
        context={
            "one": one,
            "voice": voice,
            "voices": VOICES,
            "form": form,
            "lines": _drawn(voice, form, rows),
            "preview": preview,
            "rows": rows,
            "users": users_of(one.template) if one.is_part else (),
            "parts": [part for part in all_stationery().values() if part.template in parts_of(one.template)],
            "is_tried": is_tried,
            "sent": notice,
            "key": uuid4(),
        },
        status_code=status,
    )


def _drawn(voice: Voice, form: LetterForm, rows: Mapping[str, LetterWording]) -> Sequence[Mapping[str, Any]]:
    """Each field with the words it came with, the names it knows, and who changed it."""
    drawn = []
    for name, message, part in form.slots:
        line = form.lines.get(message)
        default = line.default(voice)[part == "plural"] if line else ""
        row = rows.get(message)
        drawn.append(
            {
                "field": form[name],
                "default": default,
                "names": [(one, meaning(one)) for one in line.names] if line else (),
                "row": row,
            }
        )
    return drawn


def _groups(typed: str) -> Sequence[tuple[str, Sequence[Stationery]]]:
    found: dict[str, list[Stationery]] = defaultdict(list)
    for one in all_stationery().values():
        if not typed or any(
            typed.casefold() in line.default(Voice.FORMAL)[0].casefold() for line in one.lines
        ):
            found[one.module].append(one)
    order = [*GROUPS, *sorted(set(found) - set(GROUPS))]
    return [
        (GROUPS.get(module, module), sorted(found[module], key=lambda one: (one.is_part, one.title)))
        for module in order
        if found[module]
    ]


def _voice(word: str | None) -> Voice:
    return Voice(word) if word in set(Voice) else Voice.FORMAL
