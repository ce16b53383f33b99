"""`/lernwege`: what builds on what, for everybody; who is signed in sees where they stand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.certification.paths.models import Path
from lms.certification.paths.story import path_story, paths_in_use
from lms.db import Begin
from lms.kernel.clock import Clock
from lms.web.access import PUBLIC, actor_of
from lms.web.language import current_language

PRIVATE = {"cache-control": "no-store"}


class PathStoryPages(Controller):
    """Open to everybody; kept nowhere, because who is signed in reads about themselves."""

    path = "/lernwege"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """All paths in use."""
        async with begin.reading() as session:
            found = await paths_in_use(session)
        return Template("certification/paths.html", context={"paths": found})

    @get("/{path_id:uuid}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        path_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """One path."""
        actor = actor_of(request)
        async with begin.reading() as session:
            story = await path_story(session, path_id, person_id=actor.person_id, now=clock())
        context = {"story": story, "outcomes": _outcomes(story.whole.path)}
        return Template("certification/path_story.html", context=context, headers=PRIVATE)


def _outcomes(path: Path) -> Sequence[str]:
    said = (current_language() == "en" and path.outcome_en) or path.outcome_de
    return [line.strip() for line in said.splitlines() if line.strip()]
