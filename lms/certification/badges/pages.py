"""The public addresses that stand in credentials. Programs get JSON, whoever follows one in a browser a page.

Cross-origin reading stays off (S-32): verifiers fetch from their servers, and our own page of checking needs none. The
answers are public, depend on nobody's session and are asked for anew each time with their entity tag.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.certification.badges.addresses import ACHIEVEMENT, ISSUER, PUBLISHED, STATUS
from lms.certification.badges.published import PublishedBadges, as_text
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.centre import the_centre

LINKED_DATA = "application/ld+json"
CREDENTIAL = "application/vc"
PROGRAMS = (LINKED_DATA, "application/json", "application/did+json", CREDENTIAL)
FRESH = {"cache-control": "no-cache", "vary": "accept, accept-encoding", "x-robots-tag": "noindex"}
COOKIELESS = {"exclude_from_csrf": True}
"""No form leads here, and what everybody shares must not come with one visitor's cookie."""
MOST_LISTS = 100_000


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, and what is listed under it."""

    sentence: str
    items: tuple[str, ...] = ()


class BadgeDocuments(Controller):
    """Who signs, what was achieved, and which credentials no longer hold."""

    path = PUBLISHED
    opt = PUBLIC
    include_in_schema = False

    @get(ISSUER)
    async def issuer(
        self, request: Request[Any, Any, Any], published_badges: NamedDependency[PublishedBadges]
    ) -> Template | Response[bytes]:
        """The centre with all keys that sign or have signed."""
        document = published_badges.issuer()
        if _wants_page(request):
            keys = [method for method in document["verificationMethod"] if "publicKeyMultibase" in method]
            return Template(
                "certification/badge_issuer.html",
                context={"issuer": document, "keys": keys, "centre_of_keys": the_centre()},
                headers={"vary": "accept"},
            )
        return _answer(request, as_text(document), LINKED_DATA)

    @get(ACHIEVEMENT + "/{topic:uuid}/{kind:str}/{spoken:str}")
    async def achievement(
        self,
        request: Request[Any, Any, Any],
        topic: FromPath[UUID],
        kind: FromPath[str],
        spoken: FromPath[str],
        published_badges: NamedDependency[PublishedBadges],
    ) -> Template | Response[bytes]:
        """What everybody with this kind of paper about this course has achieved."""
        document = await published_badges.achievement(topic, kind, spoken)
        if _wants_page(request):
            return Template(
                "certification/achievement.html",
                context={
                    "achievement": document,
                    "passages": _passages(document["description"]),
                    "required": _passages(document["criteria"]["narrative"]),
                },
                headers={"vary": "accept", "x-robots-tag": "noindex"},
            )
        return _answer(request, as_text(document), LINKED_DATA)

    @get(STATUS + "/{block:int}", opt=COOKIELESS)
    async def status(
        self,
        request: Request[Any, Any, Any],
        block: FromPath[int],
        published_badges: NamedDependency[PublishedBadges],
    ) -> Response[bytes]:
        """One status list, as it is at this moment."""
        if not 0 <= block < MOST_LISTS:
            raise NotFound
        answer = _answer(request, await published_badges.status_list(block), CREDENTIAL)
        answer.headers["cache-control"] = "public, no-cache"
        return answer


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    return request.accept.best_match([*PROGRAMS, "text/html"], default=LINKED_DATA) == "text/html"


def _answer(request: Request[Any, Any, Any], text: str, media_type: str) -> Response[bytes]:
    body = text.encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    given = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in given:
        return Response(b"", status_code=304, headers=FRESH | {"etag": tag})
    return Response(body, media_type=media_type, headers=FRESH | {"etag": tag})


def _passages(text: str) -> list[Passage]:
    """Paragraphs, with the lines that begin with a dash as a list under the sentence before them."""
    found: list[Passage] = []
    for line in text.splitlines():
        if line.startswith("- ") and found:
            found[-1] = Passage(found[-1].sentence, (*found[-1].items, line[2:]))
        elif line.strip():
            found.append(Passage(line))
    return found
