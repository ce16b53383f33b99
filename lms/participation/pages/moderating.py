"""`/verwaltung/wuensche/…`: one wish: reading it, putting it into words, publishing, merging, rejecting."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Invalid, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.errors import CannotMerge, HasVotes, RoundClosed, RoundRuns, WishDecided
from lms.participation.forms import AnswerForm, WordsForm
from lms.participation.models import Round, Wish, WishState
from lms.participation.moderating import Moderation
from lms.participation.outcome.reading import runs_of
from lms.participation.pages.parts import SPOKEN, AnyRequest, choices, offer_choices
from lms.participation.queries import by_way, offers_of, rounds, similar_wishes
from lms.participation.rules import PUBLIC, TO_MODERATE, can_be_published, is_shown, personal_in
from lms.participation.words import round_title
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

PATH = "/verwaltung/wuensche"
PUBLISHED = declare("kurswunsch-veroeffentlicht", N_("The wish is published. Its proposer is told."))
SAVED = declare("kurswunsch-gespeichert", N_("The words are saved."))
REJECTED = declare("kurswunsch-abgelehnt", N_("The wish is rejected. Its proposer is told the reason."))
MERGED = declare(
    "kurswunsch-zusammengelegt", N_("The wishes are merged. Whoever supported both counts once.")
)
DONE = declare("angebot-erledigt", N_("The offer is marked as done."))


class ModerationPages(Controller):
    """Everything that is done with one wish."""

    path = PATH
    opt = may("U", "wish", of=Scope.ALL)
    include_in_schema = False

    @get("/{wish_id:uuid}")
    async def show(self, wish_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """One wish: its own words, the words to publish, what is like it, who offers to help."""
        return await wish_page(around, wish_id)

    @post("/{wish_id:uuid}")
    async def edit(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        moderation: NamedDependency[Moderation],
    ) -> Template | Redirect:
        """Save the words, or publish with them."""
        sent = await request.form()
        async with around.begin.reading() as session:
            found, every = await choices(session), await rounds(session, published=False)
        form = _words_form(sent, found, every)
        if not form.validate():
            return await wish_page(around, wish_id, words=form, status=422)
        publish = str(sent.get("act", "")) == "veroeffentlichen"
        topics = {one.slug: one.id for one in found[0]}
        try:
            await moderation.edit(
                actor, wish_id=wish_id, version=_number(form.version.data), publish=publish,
                title=form.title.data, text=form.text.data or "", kind=form.kind.data,
                for_whom=form.for_whom.data or "everyone", topic_id=topics.get(form.topic.data or ""),
                district=form.district.data or "", when_words=form.when_words.data or "",
                round_id=uuid_in(form.runde.data),
            )  # fmt: skip
        except (Stale, WishDecided, RoundRuns, HasVotes) as refusal:
            return await _refused(around, wish_id, refusal, words=form)
        return after(f"{PATH}/{wish_id}", PUBLISHED if publish else SAVED)

    @post("/{wish_id:uuid}/ablehnen")
    async def reject(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        moderation: NamedDependency[Moderation],
    ) -> Template | Redirect:
        """Say why not."""
        form = form_from(AnswerForm, await request.form())
        if not form.validate():
            return await wish_page(around, wish_id, answer=form, status=422)
        try:
            await moderation.answer(
                actor, wish_id=wish_id, version=_number(form.version.data), state=WishState.REJECTED,
                answer_de=form.answer_de.data, answer_en=form.answer_en.data or "",
            )  # fmt: skip
        except (Stale, WishDecided) as refusal:
            return await _refused(around, wish_id, refusal, answer=form)
        return after(f"{PATH}/{wish_id}", REJECTED)

    @post("/{wish_id:uuid}/zusammenlegen")
    async def merge(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        moderation: NamedDependency[Moderation],
    ) -> Template | Redirect:
        """Let it go into another one."""
        sent = await request.form()
        into = uuid_in(sent.get("ziel"))
        if into is None:
            raise Invalid
        try:
            kept = await moderation.merge(
                actor, wish_id=wish_id, version=_number(sent.get("version")), into_id=into
            )
        except (Stale, CannotMerge, RoundClosed) as refusal:
            return await _refused(around, wish_id, refusal)
        return after(f"{PATH}/{kept.id}", MERGED)

    @post("/{wish_id:uuid}/angebot/{offer_id:uuid}")
    async def close_offer(
        self,
        wish_id: FromPath[UUID],
        offer_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        moderation: NamedDependency[Moderation],
    ) -> Redirect:
        """Somebody has spoken with whoever offered."""
        await moderation.close_offer(actor, offer_id=offer_id)
        return after(f"{PATH}/{wish_id}", DONE)


def _words_form(sent: Any, found: Any, every: Sequence[Round], **known: Any) -> WordsForm:
    form = form_from(WordsForm, sent, **known)
    offer_choices(form, found)
    form.runde.choices = [(str(one.id), round_title(one)) for one in every if one.closed_at is None]
    for field in (form.topic, form.district, form.runde):
        field.blank = N_("none")
    return form


async def _refused(around: Around, wish_id: UUID, refusal: DomainError, **forms: Any) -> Template:
    return await wish_page(
        around, wish_id, refusal=gettext(refusal.message, **refusal.params), status=refusal.status, **forms
    )


async def wish_page(
    around: Around,
    wish_id: UUID,
    *,
    words: WordsForm | None = None,
    answer: AnswerForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> Template:
    """Everything the team knows of a wish."""
    async with around.begin.reading() as session:
        wish = await session.get(Wish, wish_id)
        if wish is None:
            raise NotFound
        found, every = await choices(session), await rounds(session, published=False)
        like = await similar_wishes(session, wish.title, besides=wish.id)
        offers = await offers_of(session, wish.id)
        ways = await by_way(session, [wish.id])
        into = await session.get(Wish, wish.merged_into_id) if wish.merged_into_id else None
        runs = (await runs_of(session, [wish.id])).get(wish.id, [])
    slugs = {one.id: one.slug for one in found[0]}
    filled = words or _words_form(
        None, found, every, title=wish.title, text=wish.text, kind=wish.kind.value,
        for_whom=wish.for_whom.value, topic=slugs.get(wish.topic_id, "") if wish.topic_id else "",
        district=wish.district, when_words=wish.when_words, runde=str(wish.round_id or ""),
        version=str(wish.version),
    )  # fmt: skip
    reasons = answer or form_from(AnswerForm, None, version=str(wish.version))
    return Template(
        "participation/desk/wish.html",
        context={
            **SPOKEN, "wish": wish, "runs": runs, "words": filled, "answer": reasons, "like": like, "offers": offers,
            "form": answer if answer is not None and answer.problems else filled, "into": into,
            "by_way": ways.get(wish.id, {}), "refusal": refusal, "here": f"{PATH}/{wish.id}",
            "personal": personal_in(wish.title, wish.text), "is_public": is_shown(wish),
            "is_open": wish.state in TO_MODERATE or wish.state in PUBLIC,
            "is_new": can_be_published(wish),
            "is_changed": wish.original != {"title": wish.title, "text": wish.text},
        },
        status_code=status,
    )  # fmt: skip


def _number(typed: object) -> int:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() else -1
