"""What is served at the address of packages: the player, its tools, and what lies in a package. Nobody is signed in there."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from content.course import PackageKind
from lms.kernel.errors import NotFound
from lms.learning.models import Package
from lms.learning.places import PackageFolders
from lms.players import tickets
from lms.players.queries import ticket_is_open
from lms.players.serving import handed_out, in_folder
from lms.players.tickets import Ticket
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.playing import PLAYED, RECORDS, playing_policy
from lms.web.templating import STATIC

TOOLS = "werkzeug"
CONTENT = "inhalt"
PLAYER = Path(__file__).parent / "player"
VENDORS = ("scorm-again", "h5p")
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
WITH_TICKET = "private, max-age=28800, immutable"
"""An address with a ticket always means the same bytes, and no ticket lasts longer."""
SCRIPTS = {
    PackageKind.SCORM_12: ("scorm-again/scorm12.min.js", "player/scorm.js"),
    PackageKind.SCORM_2004: ("scorm-again/scorm2004.min.js", "player/scorm.js"),
    PackageKind.H5P: ("player/storage.js", "h5p/main.bundle.js", "player/h5p.js"),
}
AnyRequest = Request[Any, Any, Any]


class PlayingPages(Controller):
    """Only below the address of packages: on our own host these paths lead nowhere."""

    path = PLAYED.rstrip("/")
    opt = PUBLIC
    include_in_schema = False

    @get("/werkzeug/{name:path}")
    async def tool(self, request: AnyRequest, name: FromPath[str]) -> Response[Any]:
        """A script or style of the player."""
        _only_for_packages(request)
        policy = playing_policy("'none'")
        cached = FOR_EVER if request.query_params.get("v") else A_DAY
        return await handed_out(request, _tool(name), policy=policy, cache=cached)

    @get("/{ticket:str}")
    async def player(
        self, request: AnyRequest, ticket: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Response[Any]:
        """The player's own page, which waits for ours to tell it what to play."""
        _only_for_packages(request)
        given = tickets.read(around.signer, ticket, around.clock())
        package = await _package(around, given) if given else None
        if given is None or package is None:
            return _over()
        kind = PackageKind(package.kind)
        if kind not in SCRIPTS:
            raise NotFound
        scripts = [_versioned(name) for name in ("player/player.js", *SCRIPTS[kind])]
        return Template(
            "players/player.html",
            context={
                "kind": kind.value,
                "shown_by": given.shown_by,
                "content": f"{PLAYED}{ticket}/{CONTENT}/",
                "tools": f"{PLAYED}{TOOLS}/",
                "scripts": scripts,
                "style": _versioned("player/player.css"),
            },
            headers={
                "content-security-policy": playing_policy(given.shown_by),
                "cache-control": "private, no-store",
                # all packages share this address: what an earlier one, or an earlier person, has left in the browser goes first
                "clear-site-data": '"storage"',
            },
        )

    @get("/{ticket:str}/inhalt/{name:path}")
    async def file(
        self, request: AnyRequest, ticket: FromPath[str], name: FromPath[str], around: NamedDependency[Around]
    ) -> Response[Any]:
        """What lies in the package."""
        _only_for_packages(request)
        given = tickets.read(around.signer, ticket, around.clock())
        package = await _package(around, given) if given else None
        if given is None or package is None:
            return _over()
        folder = PackageFolders(around.settings.files).path_of(package.stored)
        try:
            path = in_folder(folder, name)
        except NotFound:
            return Response("Not in this package.", status_code=404, media_type="text/plain")
        reports_to = given.shown_by + RECORDS if package.kind == PackageKind.CMI5 else ""
        policy = playing_policy("'self'", given.shown_by, reports_to=reports_to)
        return await handed_out(request, path, policy=policy, cache=WITH_TICKET)


def _only_for_packages(request: AnyRequest) -> None:
    if not request.scope.get("state", {}).get("is_for_packages"):
        raise NotFound


async def _package(around: Around, ticket: Ticket) -> Package | None:
    """What the ticket opens; None once it opens nothing any more. Raises NotFound."""
    async with around.begin.reading() as session:
        if not await ticket_is_open(session, ticket, around.clock()):
            return None
        package = await session.get(Package, ticket.package_id)
    if package is None or package.kind not in {*SCRIPTS, PackageKind.CMI5}:
        raise NotFound
    return package


def _over() -> Response[str]:
    """In plain words, as no page of ours is shown here; in both languages, as nobody is known."""
    words = (
        "Die Seite war lange offen. Bitte laden Sie die Seite neu. Ihr Stand ist gespeichert.\n"
        "The page was open for a long time. Please reload it. What you have done is saved."
    )
    return Response(words, status_code=410, media_type="text/plain")


def _tool(name: str) -> Path:
    folder, _, rest = name.strip("/").partition("/")
    if folder == "player":
        return in_folder(PLAYER, rest)
    if folder in VENDORS:
        return in_folder(STATIC / "vendor" / folder, rest)
    raise NotFound


@cache
def _versioned(name: str) -> str:
    """The address of a tool, with the hash of what is in it."""
    return f"{PLAYED}{TOOLS}/{name}?v={sha256(_tool(name).read_bytes()).hexdigest()[:10]}"
