"""`/verwaltung/neuigkeiten`: writing news, looking at them, sending and stopping them."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup

from content.lesson import render
from lms.correspondence.news.forms import SendForm, WordsForm, offers
from lms.correspondence.news.models import News, NewsState
from lms.correspondence.news.queries import (
    all_news,
    cards_of,
    news_of,
    open_courses,
    progress_of,
    readers_of,
    subscribers,
)
from lms.correspondence.news.sending import NewsDesk
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.messaging.models import LetterState
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.versions import version_in

DESK = "/verwaltung/neuigkeiten"
AT_ONCE = 25
TESTED = declare("news-tested", N_("The test is on its way to your own address."))
NO_ADDRESS = declare(
    "news-no-address", N_("We know no e-mail address of yours, so no test can be sent."), "warning"
)
ON_ITS_WAY = declare("news-on-its-way", N_("The news goes out at the moment you chose."))
STOPPED = declare("news-stopped", N_("Stopped. What had not gone yet does not go."))
STATES = {
    NewsState.DRAFT: (N_("draft"), "neutral"),
    NewsState.PLANNED: (N_("will be sent"), "info"),
    NewsState.SENDING: (N_("is being sent"), "info"),
    NewsState.SENT: (N_("sent"), "success"),
    NewsState.STOPPED: (N_("stopped"), "warning"),
}
MISSING_HOUR = N_("Enter the time.")
AnyRequest = Request[Any, Any, Any]


class NewsDeskPages(Controller):
    """News, for the team."""

    path = DESK
    opt = may("R", "news", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """The newest first."""
        number, size, offset = window(request.query_params.get("seite"), AT_ONCE)
        async with around.begin.reading() as session:
            found, total = await all_news(session, limit=size, offset=offset)
            readers = await subscribers(session)
        page = page_of(
            found, number=number, size=size, total=total, path=DESK, query=request.query_params.multi_items()
        )
        return Template(
            "correspondence/news_list.html",
            context={"page": page, "states": STATES, "readers": readers, "new_id": uuid4()},
        )

    @get("/{news_id:uuid}/schreiben", opt=may("C", "news", of=Scope.ALL))
    async def ask_words(self, news_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The form: for something new, or what was written before."""
        async with around.begin.reading() as session:
            news = await session.get(News, news_id)
        values: dict[str, Any] = (
            {} if news is None else {
                "title": news.title, "body": news.body, "courses": news.courses, "topics": news.topics,
                "audiences": news.audiences, "districts": news.districts, "version": str(news.version),
            }
        )  # fmt: skip
        return await _words_page(around, news_id, form_from(WordsForm, **values))

    @post("/{news_id:uuid}/schreiben", opt=may("C", "news", of=Scope.ALL))
    async def write(
        self,
        request: AnyRequest,
        news_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        news_desk: NamedDependency[NewsDesk],
    ) -> Template | Redirect:
        """Keep it. Whoever was slower is told, and what they typed stays."""
        form, status = form_from(WordsForm, await request.form()), 422
        await _offer(around, form)
        if form.validate():
            try:
                await news_desk.write(
                    actor,
                    news_id=news_id,
                    words=form.words(),
                    version=version_in(form.version.data),
                )
                return after(f"{DESK}/{news_id}", SAVED)
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return await _words_page(around, news_id, form, status=status)

    @get("/{news_id:uuid}")
    async def show(self, news_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """As it will be read, to how many, and how far it is."""
        return await _show(around, news_id, form_from(SendForm))

    @post("/{news_id:uuid}/probe", opt=may("C", "news", of=Scope.ALL))
    async def test(
        self, news_id: FromPath[UUID], actor: NamedDependency[Actor], news_desk: NamedDependency[NewsDesk]
    ) -> Redirect:
        """To oneself."""
        try:
            await news_desk.test(actor, news_id=news_id)
        except NotFound:
            return after(f"{DESK}/{news_id}", NO_ADDRESS)
        return after(f"{DESK}/{news_id}", TESTED)

    @post("/{news_id:uuid}/senden", opt=may("C", "news", of=Scope.ALL))
    async def send(
        self,
        request: AnyRequest,
        news_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        news_desk: NamedDependency[NewsDesk],
    ) -> Template | Redirect:
        """At once, or at the moment that was chosen."""
        form, status = form_from(SendForm, await request.form()), 422
        if form.validate():
            day, hour = form.day.data, form.hour.data
            if day is not None and hour is None:
                form.refuse("hour", MISSING_HOUR)
            else:
                try:
                    await news_desk.send(
                        actor, news_id=news_id, at=at_venue(day, hour) if day is not None else None
                    )
                    return after(f"{DESK}/{news_id}", ON_ITS_WAY)
                except DomainError as refusal:
                    form.refuse("", refusal.message, **refusal.params)
                    status = refusal.status
        return await _show(around, news_id, form, status=status)

    @post("/{news_id:uuid}/anhalten", opt=may("C", "news", of=Scope.ALL))
    async def stop(
        self, news_id: FromPath[UUID], actor: NamedDependency[Actor], news_desk: NamedDependency[NewsDesk]
    ) -> Redirect:
        """What has not gone yet does not go."""
        await news_desk.stop(actor, news_id=news_id)
        return after(f"{DESK}/{news_id}", STOPPED)


async def _offer(around: Around, form: WordsForm) -> None:
    async with around.begin.reading() as session:
        given = await offers(session)
        form.courses.choices = await open_courses(session, around.clock())
    form.topics.choices, form.audiences.choices = given["topics"], given["audiences"]
    form.districts.choices = given["districts"]


async def _words_page(around: Around, news_id: UUID, form: WordsForm, *, status: int = 200) -> Template:
    await _offer(around, form)
    return Template(
        "correspondence/news_write.html",
        context={"form": form, "here": f"{DESK}/{news_id}"},
        status_code=status,
    )


async def _show(around: Around, news_id: UUID, form: SendForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        news = await news_of(session, news_id)
        readers = len(await readers_of(session, news))
        progress = await progress_of(session, news_id)
        cards = await cards_of(session, news.courses, around.clock())
    word, tone = STATES[news.state]
    return Template(
        "correspondence/news_show.html",
        context={
            "news": news, "words": Markup(render(news.body, top_level=3)), "readers": readers, "cards": cards, "form": form,  # noqa: S704 - cleaned by the lessons' renderer
            "word": word, "tone": tone, "here": f"{DESK}/{news_id}", "sent": progress[LetterState.SENT],
            "under_way": progress[LetterState.WAITING], "failed": progress[LetterState.FAILED],
        },
        status_code=status,
    )  # fmt: skip
