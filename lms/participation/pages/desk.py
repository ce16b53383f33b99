"""`/verwaltung/wuensche`: reading wishes, putting them into words, publishing, merging, rejecting; for the programme team."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, Invalid, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.participation.errors import CannotMerge, RoundClosed, RoundRuns, WishDecided
from lms.participation.forms import AnswerForm, ReasonForm, TeamWishForm, WordsForm
from lms.participation.models import Round, Way, Wish, WishKind, WishState
from lms.participation.moderating import Moderation
from lms.participation.outcome.reading import runs_of
from lms.participation.pages.parts import SPOKEN, AnyRequest, choices, filter_of, offer_choices
from lms.participation.proposing import Proposals
from lms.participation.queries import (
    Filter,
    Shown,
    alarms,
    by_way,
    offers_of,
    rounds,
    similar_wishes,
    votes_from,
    wishes,
)
from lms.participation.rules import PUBLIC, TO_MODERATE, personal_in
from lms.participation.supporting import Support
from lms.participation.words import ALARMS, AUDIENCES, KINDS, STATES, WAYS, round_title, topic_name
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file

PATH = "/verwaltung/wuensche"
PUBLISHED = declare("kurswunsch-veroeffentlicht", N_("The wish is published. Its proposer is told."))
SAVED = declare("kurswunsch-gespeichert", N_("The words are saved."))
REJECTED = declare("kurswunsch-abgelehnt", N_("The wish is rejected. Its proposer is told the reason."))
MERGED = declare(
    "kurswunsch-zusammengelegt", N_("The wishes are merged. Whoever supported both counts once.")
)
TAKEN = declare("kurswunsch-aufgenommen", N_("The wish is taken down. You can publish it now."))
DONE = declare("angebot-erledigt", N_("The offer is marked as done."))
VOIDED = declare("stimmen-ungueltig", N_("These votes count no more."))
VIEWS: dict[str, tuple[str, frozenset[WishState]]] = {
    "": (N_("to be read"), TO_MODERATE),
    "oeffentlich": (N_("public"), PUBLIC),
    "alle": (N_("all"), frozenset(WishState)),
}


class WishDeskPages(Controller):
    """The queue and one wish."""

    path = PATH
    opt = may("U", "wish", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What waits for the team, or everything."""
        view = request.query_params.get("ansicht", "")
        wanted = _wanted(request, view)
        number, size, offset = window(request.query_params.get("seite"))
        async with around.begin.reading() as session:
            found, total = await wishes(session, wanted, limit=size, offset=offset)
            waiting = await alarms(session, around.clock())
        page = page_of(
            found, number=number, size=size, total=total, path=PATH, query=request.query_params.multi_items()
        )
        return Template(
            "participation/desk/list.html",
            context={
                **SPOKEN, "page": page, "view": view, "views": VIEWS, "wanted": wanted, "here": PATH,
                "query": request.url.query, "alarms": waiting, "alarm_words": ALARMS,
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same list to take away, without names."""
        async with around.begin.reading() as session:
            found, _ = await wishes(session, _wanted(request, request.query_params.get("ansicht", "")))
            ways = await by_way(session, [one.wish.id for one in found])
        return table_file(request, "wuensche", _rows(found, ways))

    @get("/neu")
    async def take(self, around: NamedDependency[Around]) -> Template:
        """A wish by telephone, at the counter, on a slip."""
        async with around.begin.reading() as session:
            found = await choices(session)
        form = form_from(TeamWishForm, None, kind=WishKind.WANT.value, form_id=str(uuid4()))
        offer_choices(form, found)
        return _taking_page(form)

    @post("/neu")
    async def taken(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        proposals: NamedDependency[Proposals],
    ) -> Template | Redirect:
        """Take it down."""
        async with around.begin.reading() as session:
            found = await choices(session)
        form = form_from(TeamWishForm, await request.form())
        offer_choices(form, found)
        if not form.validate():
            return _taking_page(form, status=422)
        wish = await proposals.propose(
            actor, form.proposal({one.slug: one.id for one in found[0]}),
            form_id=uuid_in(form.form_id.data) or uuid4(), way=Way(form.way.data),
        )  # fmt: skip
        return after(f"{PATH}/{wish.id}", TAKEN)

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
        except (Stale, WishDecided, RoundRuns) as refusal:
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

    @get("/{wish_id:uuid}/auffaellig/{source:str}")
    async def look(
        self, wish_id: FromPath[UUID], source: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """The votes from one internet address, before they are made void."""
        return await _alarm_page(around, wish_id, source, form_from(ReasonForm))

    @post("/{wish_id:uuid}/auffaellig/{source:str}", opt=may("U", "ballot", of=Scope.ALL))
    async def make_void(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        source: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        support: NamedDependency[Support],
    ) -> Template | Redirect:
        """Let them count no more."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return await _alarm_page(around, wish_id, source, form, status=422)
        async with around.begin.reading() as session:
            found = await votes_from(session, wish_id, source)
        await support.make_void(actor, vote_ids=[one.id for one in found], reason=form.reason.data)
        return after(f"{PATH}/{wish_id}", VOIDED)


def _wanted(request: AnyRequest, view: str) -> Filter:
    asked = filter_of(request)
    states = VIEWS.get(view, VIEWS[""])[1]
    return Filter(
        district=asked.district, topic=asked.topic, state=asked.state, search=asked.search,
        by_support=view == "oeffentlich", states=states,
    )  # fmt: skip


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
            "personal": personal_in(wish.title, wish.text), "is_public": wish.state in PUBLIC,
            "is_open": wish.state in TO_MODERATE or wish.state in PUBLIC,
            "is_new": wish.state in TO_MODERATE,
            "is_changed": wish.original != {"title": wish.title, "text": wish.text},
        },
        status_code=status,
    )  # fmt: skip


def _taking_page(form: TeamWishForm, *, status: int = 200) -> Template:
    return Template(
        "participation/desk/take.html", context={"form": form, "here": f"{PATH}/neu"}, status_code=status
    )


async def _alarm_page(
    around: Around, wish_id: UUID, source: str, form: ReasonForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        wish = await session.get(Wish, wish_id)
        if wish is None:
            raise NotFound
        found = await votes_from(session, wish_id, source)
    return Template(
        "participation/desk/alarm.html",
        context={
            **SPOKEN, "wish": wish, "votes": found, "form": form, "back": f"{PATH}/{wish_id}",
            "here": f"{PATH}/{wish_id}/auffaellig/{source}",
        },
        status_code=status,
    )  # fmt: skip


def _number(typed: object) -> int:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() else -1


def _rows(found: Sequence[Shown], ways: Any) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        [
            gettext("Wish"), gettext("Kind"), gettext("For whom?"), gettext("Topic"), gettext("District"),
            gettext("State"), gettext("Voting"), gettext("People"), gettext("Votes"),
            *(translated(WAYS[way]) for way in (Way.ONLINE, Way.PAPER, Way.COUNTER)),
            gettext("How did it reach us?"), gettext("Received on"),
        ]
    ]  # fmt: skip
    for one in found:
        wish = one.wish
        split = ways.get(wish.id, {})
        rows.append(
            [
                wish.title, translated(KINDS[wish.kind]), translated(AUDIENCES[wish.for_whom]),
                topic_name(one.topic), wish.district, translated(STATES[wish.state][0]),
                round_title(one.voting) if one.voting else "", wish.supporters, wish.points,
                *(split.get(way.value, 0) for way in (Way.ONLINE, Way.PAPER, Way.COUNTER)),
                translated(WAYS[wish.way]), local(wish.created_at).date(),
            ]
        )  # fmt: skip
    return rows
