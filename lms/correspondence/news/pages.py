"""`/neuigkeiten`: asking for news, confirming it, choosing, and ending it with one click."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.correspondence.news.forms import WORDING, AskForm, ChoiceForm, offered, offers
from lms.correspondence.news.letters import CHOOSE, CONFIRM
from lms.correspondence.news.models import Subscription
from lms.correspondence.news.subscribing import NewsSubscriptions
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import current_language, gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.templating import url

NEWS = "/neuigkeiten"
PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store", "referrer-policy": "same-origin"}
AnyRequest = Request[Any, Any, Any]


class NewsPages(Controller):
    """For everybody, without signing in."""

    path = NEWS
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(self, around: NamedDependency[Around]) -> Template:
        """The form."""
        return await _ask_page(around, form_from(AskForm))

    @post()
    async def take(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        news_subscriptions: NamedDependency[NewsSubscriptions],
    ) -> Template | Redirect:
        """Send the link. The answer is the same whoever asks."""
        form = form_from(AskForm, await request.form())
        async with around.begin.reading() as session:
            offered(form, await offers(session))
        if not form.validate():
            return await _ask_page(around, form, status=422)
        try:
            await news_subscriptions.ask(
                actor, email=form.email.data, language=current_language(), wording=gettext(WORDING), choice=form.choice(),
            )  # fmt: skip
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _ask_page(around, form, status=refusal.status)
        return Redirect(url(f"{NEWS}/gesendet"), status_code=303)

    @get("/gesendet", sync_to_thread=False)
    def asked(self) -> Template:
        """The link is on its way."""
        return Template("correspondence/news_asked.html")

    @get("/bestaetigen/{subscription_id:uuid}/{token:str}")
    async def ask_confirm(
        self, subscription_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """One button: a mail programme that follows every link confirms nothing."""
        found = await _by_link(around, CONFIRM, subscription_id, token)
        return _page("confirm", found, token)

    @post("/bestaetigen/{subscription_id:uuid}/{token:str}")
    async def confirm(
        self,
        subscription_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        news_subscriptions: NamedDependency[NewsSubscriptions],
    ) -> Template:
        """It was them."""
        await _by_link(around, CONFIRM, subscription_id, token)
        await news_subscriptions.confirm(subscription_id=subscription_id)
        found = await _by_link(around, CONFIRM, subscription_id, token)
        return _page("confirmed", found, around.signer.token(CHOOSE, subscription_id))

    @get("/auswahl/{subscription_id:uuid}/{token:str}")
    async def ask_choice(
        self, subscription_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What they want to hear of."""
        found = await _by_link(around, CHOOSE, subscription_id, token)
        form = form_from(ChoiceForm, topics=found.topics, audiences=found.audiences, district=found.district)
        async with around.begin.reading() as session:
            offered(form, await offers(session))
        return _page("choice", found, token, form=form)

    @post("/auswahl/{subscription_id:uuid}/{token:str}")
    async def choose(
        self,
        request: AnyRequest,
        subscription_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        news_subscriptions: NamedDependency[NewsSubscriptions],
    ) -> Template | Redirect:
        """Something else from now on."""
        found = await _by_link(around, CHOOSE, subscription_id, token)
        form = form_from(ChoiceForm, await request.form())
        async with around.begin.reading() as session:
            offered(form, await offers(session))
        if not form.validate():
            return _page("choice", found, token, form=form, status=422)
        await news_subscriptions.choose(subscription_id=subscription_id, choice=form.choice())
        return after(f"{NEWS}/auswahl/{subscription_id}/{token}", SAVED)

    @get("/abmelden/{subscription_id:uuid}/{token:str}")
    async def ask_end(
        self, subscription_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """One button."""
        return _page("end", await _by_link(around, CHOOSE, subscription_id, token), token)

    @post("/abmelden/{subscription_id:uuid}/{token:str}", status_code=200)
    async def end(
        self,
        subscription_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        news_subscriptions: NamedDependency[NewsSubscriptions],
    ) -> Template | Response[str]:
        """No more news. Mail programmes send this by themselves (RFC 8058): no cookie counts, the token does."""
        await _by_link(around, CHOOSE, subscription_id, token)
        await news_subscriptions.end(subscription_id=subscription_id)
        return _page("ended", await _by_link(around, CHOOSE, subscription_id, token), token)


async def _by_link(around: Around, purpose: str, subscription_id: UUID, token: str) -> Subscription:
    if not around.signer.matches(token, purpose, subscription_id):
        raise NotFound
    async with around.begin.reading() as session:
        found = await session.get(Subscription, subscription_id)
    if found is None:
        raise NotFound
    return found


def _page(
    name: str, found: Subscription, token: str, *, form: ChoiceForm | None = None, status: int = 200
) -> Template:
    context = {
        "subscription": found, "form": form, "part": name, "here": f"{NEWS}/{{}}/{found.id}/{token}",
    }  # fmt: skip
    return Template("correspondence/news_own.html", context=context, status_code=status, headers=PRIVATE)


async def _ask_page(around: Around, form: AskForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        offered(form, await offers(session))
    return Template("correspondence/news_ask.html", context={"form": form}, status_code=status)
