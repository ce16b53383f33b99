"""The files of a course for those who write it: `/inhalte/<course>/dateien`."""

from typing import Any, BinaryIO, cast
from uuid import UUID, uuid5

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.learning.addresses import writing_path
from lms.learning.contents.files import (
    PICTURE,
    ContentFiles,
    deleted_files,
    file_named,
    said_of_pictures,
    uses_of,
)
from lms.learning.contents.forms import AltForm, FilesForm, key_in, new_key
from lms.learning.contents.reading import course_to_write, files_of, written
from lms.learning.contents.rules import RESTORABLE
from lms.web.access import may
from lms.web.files.kinds import ACCEPT
from lms.web.files.serving import handed_out
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after, declare

ADDED = declare("dateien-da", N_("The files are there. Please describe each picture."))
GONE = declare(
    "datei-weg", N_("It is out of sight. You can restore it for thirty days, at the end of this page.")
)
BACK = declare("datei-zurueck", N_("It is back."))
MOST_FILES = 50


class FilePages(Controller):
    """For the trainers of a run of the course, and for the programme team."""

    path = "/inhalte/{course_id:uuid}/dateien"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def index(
        self,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """All files with where they are used, and what was deleted."""
        return await _page(begin, clock, actor, course_id, form_from(FilesForm, key=new_key()))

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        content_files: NamedDependency[ContentFiles],
    ) -> Template | Redirect:
        """Keep each of them that can be kept; what is refused is named with its reason."""
        sent = await request.form()
        form = form_from(FilesForm, sent)
        key = key_in(form)
        files = [one for one in sent.getall("files", []) if isinstance(one, UploadFile) and one.filename]
        if not files:
            form.refuse("files", N_("Choose a file."))
        status = 422
        for number, one in enumerate(files[:MOST_FILES]):
            try:
                await _add(content_files, actor, course_id, uuid5(key, str(number)), one)
            except NotFound:
                raise
            except DomainError as refusal:
                reason = gettext(refusal.message, **refusal.params)
                form.refuse("files", N_("%(name)s: %(reason)s"), name=one.filename, reason=reason)
                status = refusal.status
        if not form.problems:
            return after(_here(course_id), ADDED)
        form.key.raw_data, form.key.data = None, new_key()
        return await _page(begin, clock, actor, course_id, form, status=status)

    @get("/{file_id:uuid}")
    async def ask_describe(
        self,
        course_id: FromPath[UUID],
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The description as it stands."""
        return await _alt_page(begin, actor, course_id, file_id, None)

    @post("/{file_id:uuid}")
    async def describe(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        file_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        content_files: NamedDependency[ContentFiles],
    ) -> Template | Redirect:
        """Another one."""
        form = form_from(AltForm, await request.form())
        if not form.validate():
            return await _alt_page(begin, actor, course_id, file_id, form)
        await content_files.describe(actor, course_id=course_id, file_id=file_id, alt=form.alt.data)
        return after(f"{_here(course_id)}#d-{file_id}", SAVED)

    @post("/{file_id:uuid}/{act:str}")
    async def act(
        self,
        course_id: FromPath[UUID],
        file_id: FromPath[UUID],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        content_files: NamedDependency[ContentFiles],
    ) -> Redirect:
        """Away, back."""
        match act:
            case "loeschen":
                await content_files.delete(actor, course_id=course_id, file_id=file_id)
                return after(_here(course_id), GONE)
            case "zurueckholen":
                await content_files.restore(actor, course_id=course_id, file_id=file_id)
                return after(f"{_here(course_id)}#d-{file_id}", BACK)
        raise NotFound


class FileDoor(Controller):
    """The files themselves, for those who write."""

    path = "/inhalte/{course_id:uuid}/datei/{name:str}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def fetch(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        name: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        content_files: NamedDependency[ContentFiles],
    ) -> Response[Any]:
        """The bytes, whole or in part."""
        async with begin.reading() as session:
            file = await file_named(session, actor, course_id, name)
        return await handed_out(
            request, content_files.store, stored=file.stored, name=file.name, media_type=file.media_type
        )


async def _add(
    content_files: ContentFiles, actor: Actor, course_id: UUID, key: UUID, sent: UploadFile
) -> None:
    sent.file.seek(0, 2)
    size = sent.file.tell()
    sent.file.seek(0)
    await content_files.add(
        actor, course_id=course_id, key=key, name=sent.filename, source=cast(BinaryIO, sent.file), size=size
    )


async def _page(
    begin: Begin, clock: Clock, actor: Actor, course_id: UUID, form: FilesForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
        files = await files_of(session, what.outline)
        deleted = await deleted_files(session, what.outline)
    since = clock() - RESTORABLE
    return Template(
        "learning/contents/files.html",
        context={
            "what": what,
            "form": form,
            "accept": ACCEPT,
            "files": list(files.values()),
            "uses": uses_of(what, files),
            "said": said_of_pictures(what, files),
            "picture": PICTURE,
            "used": sum(one.size for one in files.values()),
            "deleted": [one for one in deleted if one.deleted_at and one.deleted_at >= since],
            "here": _here(course_id),
            "outline": writing_path(course_id),
        },
        status_code=status,
    )


async def _alt_page(
    begin: Begin, actor: Actor, course_id: UUID, file_id: UUID, form: AltForm | None
) -> Template:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
        files = await files_of(session, what.outline)
    file = next((one for one in files.values() if one.id == file_id), None)
    if file is None or not file.media_type.startswith(PICTURE):
        raise NotFound
    return Template(
        "learning/contents/file.html",
        context={
            "what": what,
            "file": file,
            "form": form or form_from(AltForm, alt=said_of_pictures(what, files).get(file.name, "")),
            "here": _here(course_id),
            "outline": writing_path(course_id),
        },
        status_code=200 if form is None else 422,
    )


def _here(course_id: UUID) -> str:
    return f"{writing_path(course_id)}/dateien"
