"""The pages on which people get calendar addresses: which calendar, how to set it up, how to be rid of it."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import segno
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.feeds.forms import KIND_WORDS, FeedForm, usual_values, values_of
from lms.feeds.models import FeedKind
from lms.feeds.own import Own, OwnFeeds, Wanted
from lms.feeds.pages import PRIVATE
from lms.feeds.policy import may_have
from lms.kernel.actor import Actor
from lms.kernel.errors import Stale
from lms.kernel.marking import N_
from lms.resources.models import Kit, Room, Venue
from lms.web.access import SIGNED_IN
from lms.web.forms import form_from
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.versions import Versions, both_versions, version_in

AnyRequest = Request[Any, Any, Any]
SUBSCRIBING = "/kalender/abonnieren"
# no-referrer would let browsers send our own forms as from nowhere, and S-31 refuses those
HEADERS = {**PRIVATE, "referrer-policy": "same-origin"}
MADE = declare("kalender-angelegt", N_("Your calendar is ready. Now add it to your phone or computer."))
RENEWED = declare(
    "kalender-erneuert", N_("The calendar has a new address. The old one stopped working at once.")
)
REVOKED = declare("kalender-abgeschaltet", N_("The address is switched off."))


class Subscribing(Controller):
    """One's own calendars: get one, set it, renew its address, switch it off."""

    path = SUBSCRIBING
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], own_feeds: NamedDependency[OwnFeeds]) -> Template:
        """One's calendars, and the next dates."""
        context = {
            "feeds": await own_feeds.all_of(actor),
            "kind_words": KIND_WORDS,
            "entries": await own_feeds.coming(actor),
            "form_id": uuid4(),
        }
        return Template("feeds/index.html", context=context, headers=HEADERS)

    @post()
    async def make_usual(
        self, request: AnyRequest, actor: NamedDependency[Actor], own_feeds: NamedDependency[OwnFeeds]
    ) -> Redirect:
        """The calendar that fits most people, without a question."""
        feed_id = _form_id((await request.form()).get("form_id"))
        await own_feeds.make(actor, feed_id=feed_id, wanted=Wanted(language=current_language()))
        return after(f"{SUBSCRIBING}/{feed_id}", MADE)

    @get("/neu")
    async def ask(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Which calendar, and how it should look."""
        form = await _offered(form_from(FeedForm, **usual_values(), form_id=str(uuid4())), actor, around)
        return _form_page(form, None)

    @post("/neu")
    async def make(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_feeds: NamedDependency[OwnFeeds],
    ) -> Template | Redirect:
        """Make it, and lead to the steps that bring it onto the phone."""
        form = await _offered(form_from(FeedForm, await request.form()), actor, around)
        if not _is_valid(form):
            return _form_page(form, None, status=422)
        feed_id = _form_id(form.form_id.data)
        await own_feeds.make(actor, feed_id=feed_id, wanted=form.wanted())
        return after(f"{SUBSCRIBING}/{feed_id}", MADE)

    @get("/{feed_id:uuid}")
    async def show(
        self,
        feed_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_feeds: NamedDependency[OwnFeeds],
    ) -> Template:
        """The address, and how to use it on phone, computer and paper."""
        own = await own_feeds.one_of(actor, feed_id)
        address = around.settings.public_url.rstrip("/") + own.path
        webcal = f"webcal://{urlsplit(address).netloc}{urlsplit(address).path}"
        context = {
            "own": own,
            "here": f"{SUBSCRIBING}/{feed_id}",
            "kind_words": KIND_WORDS,
            "address": address,
            "webcal": webcal,
            "code": segno.make(webcal, error="m", micro=False).svg_data_uri(border=4, light="#fff"),
        }
        return Template("feeds/subscribe.html", context=context, headers=HEADERS)

    @get("/{feed_id:uuid}/einstellungen")
    async def settings(
        self,
        feed_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_feeds: NamedDependency[OwnFeeds],
    ) -> Template:
        """What it shows and how."""
        own = await own_feeds.one_of(actor, feed_id)
        return _form_page(await _offered(form_from(FeedForm, **values_of(own.feed)), actor, around), own)

    @post("/{feed_id:uuid}/einstellungen")
    async def change(
        self,
        request: AnyRequest,
        feed_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_feeds: NamedDependency[OwnFeeds],
    ) -> Template | Redirect:
        """Show it otherwise; the address stays."""
        own = await own_feeds.one_of(actor, feed_id)
        form = await _offered(form_from(FeedForm, await request.form()), actor, around)
        if not _is_valid(form):
            return _form_page(form, own, status=422)
        version = version_in(form.version.data)
        try:
            await own_feeds.change(actor, feed_id=feed_id, wanted=form.wanted(), version=version)
        except Stale:
            own = await own_feeds.one_of(actor, feed_id)
            stored = await _offered(form_from(FeedForm, **values_of(own.feed)), actor, around)
            keep = f"{SUBSCRIBING}/{feed_id}/einstellungen"
            versions = both_versions(form, stored, marks=["version"], keep=keep)
            return _form_page(form, own, status=409, versions=versions)
        return after(f"{SUBSCRIBING}/{feed_id}", SAVED)

    @get("/{feed_id:uuid}/erneuern")
    async def ask_to_renew(
        self, feed_id: FromPath[UUID], actor: NamedDependency[Actor], own_feeds: NamedDependency[OwnFeeds]
    ) -> Template:
        """What happens when the address is renewed."""
        return _question("feeds/renew.html", await own_feeds.one_of(actor, feed_id))

    @post("/{feed_id:uuid}/erneuern")
    async def renew(
        self, feed_id: FromPath[UUID], actor: NamedDependency[Actor], own_feeds: NamedDependency[OwnFeeds]
    ) -> Redirect:
        """A new address; the old one is void from now on."""
        await own_feeds.renew(actor, feed_id=feed_id)
        return after(f"{SUBSCRIBING}/{feed_id}", RENEWED)

    @get("/{feed_id:uuid}/abschalten")
    async def ask_to_revoke(
        self, feed_id: FromPath[UUID], actor: NamedDependency[Actor], own_feeds: NamedDependency[OwnFeeds]
    ) -> Template:
        """What happens when the address is switched off."""
        return _question("feeds/revoke.html", await own_feeds.one_of(actor, feed_id))

    @post("/{feed_id:uuid}/abschalten")
    async def revoke(
        self, feed_id: FromPath[UUID], actor: NamedDependency[Actor], own_feeds: NamedDependency[OwnFeeds]
    ) -> Redirect:
        """No address any more."""
        await own_feeds.revoke(actor, feed_id=feed_id)
        return after(SUBSCRIBING, REVOKED)


async def _offered(form: FeedForm, actor: Actor, around: Around) -> FeedForm:
    """The form with the choices that this person has."""
    kinds = [kind for kind in FeedKind if may_have(actor, kind)]
    rooms: list[tuple[UUID, str]] = []
    kits: list[tuple[UUID, str]] = []
    if FeedKind.ROOM in kinds:
        async with around.begin.reading() as session:
            found = await session.execute(
                select(Room.id, Venue.name, Room.name)
                .join(Venue, Venue.id == Room.venue_id)
                .order_by(Venue.name, Room.name)
            )
            rooms = [(key, f"{venue}, {room}") for key, venue, room in found]
            named = await session.execute(select(Kit.id, Kit.name).order_by(Kit.name))
            kits = [(key, name) for key, name in named]
    form.offer(kinds, rooms, kits)
    return form


def _is_valid(form: FeedForm) -> bool:
    if not form.validate():
        return False
    if lacking := form.lacks_subject:
        form.refuse(lacking, N_("Choose which one."))
        return False
    return True


def _form_page(
    form: FeedForm, own: Own | None, *, status: int = 200, versions: Versions | None = None
) -> Template:
    context = {"form": form, "own": own, "here": f"{SUBSCRIBING}/{own.feed.id}" if own else SUBSCRIBING}
    return Template(
        "feeds/settings.html",
        context={**context, "versions": versions},
        status_code=status,
        headers=HEADERS,
    )


def _question(template: str, own: Own) -> Template:
    return Template(template, context={"own": own, "here": f"{SUBSCRIBING}/{own.feed.id}"}, headers=HEADERS)


def _form_id(given: object) -> UUID:
    """The id that the page gave the form, so that sending it twice makes one calendar; a new one where it has none."""
    try:
        return UUID(str(given))
    except ValueError:
        return uuid4()
