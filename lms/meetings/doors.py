"""The doors at which the video conference knocks, and the page to which people come back from it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.errors import DomainError
from lms.meetings.hearing import Hearing
from lms.web.access import PUBLIC

NO_STORE = {"cache-control": "no-store"}
LONGEST_HEADER = 10_000


class MeetingDoor(Controller):
    """Callbacks; each address is secret, and the one that brings anything is signed by the server besides."""

    path = "/bbb/{session_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get("/ende")
    async def ended(
        self,
        session_id: FromPath[UUID],
        token: FromPath[str],
        meeting_reports: NamedDependency[Hearing],
    ) -> Response[Any]:
        """A room is over (`meta_endCallbackUrl`; the server adds `recordingmarks`, which says nothing to us)."""
        try:
            await meeting_reports.end(session_id, token)
        except DomainError as refusal:
            return _refused(refusal)
        return Response({"status": "heard"}, headers=NO_STORE)

    @post("/anwesenheit", status_code=200)
    async def attended(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        token: FromPath[str],
        meeting_reports: NamedDependency[Hearing],
    ) -> Response[Any]:
        """Who was in a room (`meta_analytics-callback-url`)."""
        bearer = request.headers.get("authorization", "")[:LONGEST_HEADER]
        try:
            await meeting_reports.attended(session_id, token, bearer, await request.body())
        except DomainError as refusal:
            return _refused(refusal)
        return Response({"status": "kept"}, headers=NO_STORE)


class LeftPages(Controller):
    """Where the video conference sends people who leave it: it says nothing about anybody."""

    path = "/videokonferenz/verlassen"
    opt = PUBLIC
    include_in_schema = False

    @get(sync_to_thread=False)
    def left(self) -> Template:
        """How to come back."""
        return Template("meetings/left.html", headers=NO_STORE)


def _refused(refusal: DomainError) -> Response[Any]:
    return Response({"error": type(refusal).__name__}, status_code=refusal.status, headers=NO_STORE)
