"""The record store on the wire: `/xapi/…` on our own host, heard from the address of packages alone (`lms.web.edge` says so).

No cookie counts here; every request brings the token of its launch.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from lms.kernel.errors import TooMany
from lms.players.records import words
from lms.players.records.asking import (
    DOCUMENTS,
    AnyRequest,
    body_of,
    filter_in,
    json_of,
    media_type_in,
    named_in,
)
from lms.players.records.documents import JSON
from lms.players.records.keeping import in_xapi
from lms.players.records.launching import Launching
from lms.players.records.refusal import Refusal, broken
from lms.players.records.statements import moment_of, uuid_of
from lms.players.records.store import Records, Written
from lms.web.access import PUBLIC
from lms.web.module import Around

Answer = Response[Any]
NO_STORE = {"cache-control": "no-store"}
PATHS = list(DOCUMENTS)


class AboutDoor(Controller):
    """What this store speaks."""

    path = "/xapi/about"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def about(self) -> Answer:
        """The versions of xAPI (Communication, 2.8)."""
        return _answer({"version": list(words.VERSIONS)})


class FetchDoor(Controller):
    """Where a unit gets its token from (cmi5, 8.2)."""

    path = "/xapi/cmi5/{session_id:uuid}/{secret:str}"
    opt = PUBLIC
    include_in_schema = False

    @post(status_code=200)
    async def fetch(
        self, session_id: FromPath[UUID], secret: FromPath[str], launching: NamedDependency[Launching]
    ) -> Answer:
        """Once; later the error 1 of cmi5, 8.2.3."""
        try:
            token = await launching.fetch(session_id, secret)
        except Refusal as refusal:
            return _refused(refusal)
        if token is None:
            return _answer({"error-code": "1", "error-text": "The token was handed out already."})
        return _answer({"auth-token": token})


class StatementDoor(Controller):
    """Statements (Communication, 2.1)."""

    path = "/xapi/statements"
    opt = PUBLIC
    include_in_schema = False

    @put(status_code=200)
    async def put_one(self, request: AnyRequest, records: NamedDependency[Records]) -> Answer:
        """One statement under an id that its unit has chosen."""

        async def act(session_id: UUID) -> Answer:
            known_as = uuid_of(request.query_params.get("statementId"))
            await records.take(session_id, json_of(request, await body_of(request)), known_as=known_as)
            return _answer(None, 204)

        return await _within(request, records, act)

    @post(status_code=200)
    async def post_some(self, request: AnyRequest, records: NamedDependency[Records]) -> Answer:
        """One or several; the answer are their ids."""

        async def act(session_id: UUID) -> Answer:
            if request.query_params:
                raise broken("POST takes no parameters here.")
            kept = await records.take(session_id, json_of(request, await body_of(request)))
            return _answer([str(one) for one in kept])

        return await _within(request, records, act)

    @get()
    async def find(
        self, request: AnyRequest, records: NamedDependency[Records], around: NamedDependency[Around]
    ) -> Answer:
        """One's own statements: one of them, or those that a few filters let through."""

        async def act(session_id: UUID) -> Answer:
            wanted = await filter_in(request, records, session_id)
            found, has_more = await records.find(session_id, wanted)
            if wanted.statement_id is not None:
                if not found:
                    raise Refusal(404, "There is no such statement.")
                return _answer(found[0])
            more = ""
            if has_more:
                asked = {**dict(request.query_params), "offset": wanted.offset + len(found)}
                more = f"/xapi/statements?{urlencode(asked)}"
            return _answer({"statements": found, "more": more})

        answer = await _within(request, records, act)
        answer.headers["X-Experience-API-Consistent-Through"] = in_xapi(around.clock().astimezone(UTC))
        return answer


class DocumentDoor(Controller):
    """Documents (Communication, 2.2 to 2.7)."""

    path = "/xapi"
    opt = PUBLIC
    include_in_schema = False

    @get(PATHS)
    async def read(self, request: AnyRequest, records: NamedDependency[Records]) -> Answer:
        """A document with its ETag, or the names of all."""

        async def act(session_id: UUID) -> Answer:
            asked = await named_in(request, records, session_id)
            if asked.name is None:
                since = request.query_params.get("since")
                listed = await records.listed(session_id, asked, moment_of(since) if since else None)
                return _answer(list(listed))
            found = await records.read(session_id, asked)
            if found is None:
                raise Refusal(404, "There is no such document.")
            headers = {
                "ETag": found.etag,
                "Last-Modified": found.updated_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            }
            return Response(
                found.content, media_type=found.content_type, headers={**_headers(), **headers, **_as_data()}
            )

        return await _within(request, records, act)

    @put(PATHS, status_code=200)
    async def replace(self, request: AnyRequest, records: NamedDependency[Records]) -> Answer:
        """A document instead of the one before."""
        return await _write(request, records, merges=False)

    @post(PATHS, status_code=200)
    async def merge(self, request: AnyRequest, records: NamedDependency[Records]) -> Answer:
        """A document whose properties go over those before."""
        return await _write(request, records, merges=True)

    @delete(PATHS, status_code=200)
    async def drop(self, request: AnyRequest, records: NamedDependency[Records]) -> Answer:
        """Away with it."""

        async def act(session_id: UUID) -> Answer:
            asked = await named_in(request, records, session_id)
            if asked.name is None and asked.kind != "state":
                raise broken("profileId is missing.")
            await records.drop(session_id, asked, if_match=request.headers.get("if-match", ""))
            return _answer(None, 204)

        return await _within(request, records, act)


async def _write(request: AnyRequest, records: Records, *, merges: bool) -> Answer:
    async def act(session_id: UUID) -> Answer:
        asked = await named_in(request, records, session_id)
        if asked.name is None:
            raise broken("The document has no name.")
        content = await body_of(request)
        kind = request.headers.get("content-type", "application/octet-stream")
        if JSON in kind:
            json_of(request, content)
        written = Written(
            content,
            media_type_in(kind),
            request.headers.get("if-match", ""),
            request.headers.get("if-none-match", ""),
            merges,
        )
        await records.write(session_id, asked, written)
        return _answer(None, 204)

    return await _within(request, records, act)


async def _within(request: AnyRequest, records: Records, act: Callable[[UUID], Awaitable[Answer]]) -> Answer:
    """What every request has to bring: the version and the token."""
    try:
        if not request.headers.get("x-experience-api-version", "").startswith("1.0"):
            raise broken("X-Experience-API-Version has to be 1.0.x.")
        session_id = await records.knock(request.headers.get("authorization", "")[:1_000])
        return await act(session_id)
    except Refusal as refusal:
        return _refused(refusal)
    except TooMany as refusal:
        answer = _answer({"error": "That was too often. Please wait."}, 429)
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer


def _as_data() -> dict[str, str]:
    """What a unit keeps is never shown as a page of ours."""
    return {"Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox"}


def _headers() -> dict[str, str]:
    return {"X-Experience-API-Version": words.VERSION, **NO_STORE}


def _answer(told: Any, status: int = 200) -> Answer:
    content = b"" if status == 204 else msgspec.json.encode(told)
    return Response(content, status_code=status, media_type=JSON, headers=_headers())


def _refused(refusal: Refusal) -> Answer:
    return _answer({"error": refusal.words}, refusal.status)
