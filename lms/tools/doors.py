"""The doors that tools and browsers on their way from tools knock at: `/lti/…`, on our own host, by the rules of LTI 1.3."""

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import msgspec
from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import Headers
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Invalid
from lms.tools.errors import NotTheTool
from lms.tools.keys import public_keys, sealer_of, signing_key
from lms.tools.launching import LINE_ITEM, RESULTS, SCORE, Asked, Launches
from lms.tools.results import Results, Score
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.edge import content_policy
from lms.web.module import Around

NO_STORE = {"cache-control": "no-store"}
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
MOST_BODY = 100_000
_ASKED = (
    "client_id",
    "redirect_uri",
    "login_hint",
    "nonce",
    "state",
    "scope",
    "response_type",
    "response_mode",
    "prompt",
)


class KeyDoor(Controller):
    """Our public keys, by which tools know our launches."""

    path = "/lti/schluessel.json"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def keys(self, around: NamedDependency[Around]) -> Response[dict[str, Any]]:
        """A JSON Web Key Set (RFC 7517). The first who asks has the key made."""
        async with around.begin.reading() as session:
            found = await public_keys(session)
        if not found:
            async with around.begin() as session:
                await signing_key(session, sealer_of(around.signer), around.clock())
                found = await public_keys(session)
        return Response({"keys": found}, headers={"cache-control": "public, max-age=3600"})


class LaunchDoor(Controller):
    """Where a tool sends the browser back to find out who sits there."""

    path = "/lti/anmelden"
    include_in_schema = False

    @post(opt=PUBLIC)
    async def back(self, request: Request[Any, Any, Any]) -> Redirect:
        """The same question as a link: with a form from elsewhere browsers send no cookie of ours."""
        sent = await request.form()
        asked = {name: str(sent.get(name, "")) for name in _ASKED}
        return Redirect(f"/lti/anmelden?{urlencode(asked)}", status_code=303)

    @get(opt=SIGNED_IN)
    async def answer(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        launches: NamedDependency[Launches],
    ) -> Template:
        """A page with one button that carries the signed launch on; script presses it by itself."""
        asked = Asked(**{name: str(request.query_params.get(name, "")) for name in _ASKED})
        launch = await launches.launch(actor, asked)
        parts = urlsplit(launch.address)
        policy = content_policy(f"{parts.scheme}://{parts.netloc}")
        return Template(
            "tools/launch.html",
            context={"launch": launch, "host": parts.hostname},
            headers={"content-security-policy": policy, "referrer-policy": "origin", **NO_STORE},
        )


class TokenDoor(Controller):
    """Access tokens for tools (RFC 6749, 4.4; RFC 7523)."""

    path = "/lti/token"
    opt = PUBLIC
    include_in_schema = False

    @post(status_code=200)
    async def token(
        self,
        request: Request[Any, Any, Any],
        around: NamedDependency[Around],
        tool_results: NamedDependency[Results],
    ) -> Response[dict[str, Any]]:
        """A token of an hour, or the error of RFC 6749, 5.2."""
        await within(around.begin, around.clock, "tool-token", address=request.scope["state"]["address"])
        sent = await request.form()
        try:
            given = await tool_results.token({str(name): str(value) for name, value in sent.items()})
        except NotTheTool:
            return Response({"error": "invalid_client"}, status_code=401, headers=NO_STORE)
        return Response(given, headers=NO_STORE)


class ResultDoor(Controller):
    """The line item of one lesson in one run (LTI AGS 2.0)."""

    path = "/lti/kurse/{run_id:uuid}/lektionen/{lesson_id:uuid}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def item(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        tool_results: NamedDependency[Results],
    ) -> Response[Any]:
        """What there is to be scored."""
        try:
            found = await tool_results.item(
                _bearer(request.headers), LINE_ITEM, run_id=run_id, lesson_id=lesson_id
            )
        except DomainError as refusal:
            return _refused(refusal)
        return Response(found, media_type=LINE_ITEM_TYPE, headers=NO_STORE)

    @post("/scores", status_code=200)
    async def take(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        tool_results: NamedDependency[Results],
    ) -> Response[Any]:
        """A score."""
        try:
            body = await request.body()
            score = _score(body)
            await tool_results.take(
                _bearer(request.headers), score, scope=SCORE, run_id=run_id, lesson_id=lesson_id
            )
        except DomainError as refusal:
            return _refused(refusal)
        return Response(None, status_code=200, media_type=MediaType.JSON, headers=NO_STORE)

    @get("/results")
    async def results(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        tool_results: NamedDependency[Results],
    ) -> Response[Any]:
        """What stands there of the tool's own learners."""
        try:
            found = await tool_results.listed(
                _bearer(request.headers), scope=RESULTS, run_id=run_id, lesson_id=lesson_id
            )
        except DomainError as refusal:
            return _refused(refusal)
        return Response(found, media_type=RESULTS_TYPE, headers=NO_STORE)


def _bearer(headers: Headers) -> str:
    return headers.get("authorization", "")[:10_000]


def _score(body: bytes) -> Score:
    if len(body) > MOST_BODY:
        raise Invalid
    try:
        return msgspec.json.decode(body, type=Score)
    except (msgspec.DecodeError, RecursionError) as broken:
        raise Invalid from broken


def _refused(refusal: DomainError) -> Response[Any]:
    status = 401 if isinstance(refusal, NotTheTool) else refusal.status
    return Response({"error": type(refusal).__name__}, status_code=status, headers=NO_STORE)
