"""`/meine-nachrichten`: what the centre has written to somebody, to be read again; with what was enclosed."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.messaging.models import Enclosure, Letter
from lms.messaging.queries import enclosures_of, own_letters
from lms.messaging.secrets import covered, is_secret
from lms.portal.letters.words import OWN_STATES
from lms.web.access import SIGNED_IN
from lms.web.pagination import page_of, window

OWN = "/meine-nachrichten"
AT_ONCE = 25
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
AnyRequest = Request[Any, Any, Any]


class OwnLetterPages(Controller):
    """One's own messages and those of the children one decides for."""

    path = OWN
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def index(
        self, request: AnyRequest, actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """The newest first."""
        number, size, offset = window(request.query_params.get("seite"), AT_ONCE)
        persons = actor.persons_for("R", "message")
        async with begin.reading() as session:
            letters, total = await own_letters(session, persons, limit=size, offset=offset)
        page = page_of(
            letters, number=number, size=size, total=total, path=OWN, query=request.query_params.multi_items()
        )
        return Template(
            "portal/letters/own.html",
            context={"page": page, "states": OWN_STATES, "own_id": actor.person_id},
            headers=PRIVATE,
        )

    @get("/{letter_id:uuid}")
    async def show(
        self, letter_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One message."""
        letter, enclosed = await _own(begin, actor, letter_id)
        word, tone = OWN_STATES[letter.state, letter.channel]
        return Template(
            "portal/letters/own_letter.html",
            context={
                "letter": letter,
                "text": covered(letter.text),
                "enclosed": [(item.id, item.name, len(item.content)) for item in enclosed],
                "word": word,
                "tone": tone,
            },
            headers=PRIVATE,
        )

    @get("/{letter_id:uuid}/anlage/{enclosure_id:uuid}")
    async def enclosure(
        self,
        letter_id: FromPath[UUID],
        enclosure_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Response[bytes]:
        """Something that was enclosed, as a file."""
        _, enclosed = await _own(begin, actor, letter_id)
        item = next((one for one in enclosed if one.id == enclosure_id), None)
        if item is None:
            raise NotFound
        return Response(
            item.content,
            media_type=item.media_type.partition(";")[0],
            headers={**PRIVATE, "content-disposition": f"attachment; filename*=UTF-8''{quote(item.name)}"},
        )


async def _own(begin: Begin, actor: Actor, letter_id: UUID) -> tuple[Letter, list[Enclosure]]:
    async with begin.reading() as session:
        letter = await session.get(Letter, letter_id)
        if (
            letter is None
            or letter.person_id not in actor.persons_for("R", "message")
            or is_secret(letter.about_kind)
        ):
            raise NotFound
        return letter, list(await enclosures_of(session, letter_id))
