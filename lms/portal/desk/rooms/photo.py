"""The picture of a room: sent, described, shown, taken away."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.rooms.reading import ROOMS, room_of
from lms.portal.desk.step import Step, step_page
from lms.resources.models import Room, RoomPhoto
from lms.resources.queries import PhotoFacts, photos_of
from lms.resources.service import RoomPhotos
from lms.web.access import PUBLIC, may
from lms.web.forms import Form, Text, Upload, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after

PICTURE_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",  # another picture has another address
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox",
}
"""S-61: shown within a page, and never opened as one."""


class PhotoForm(Form):
    """A file, and what is to be seen on it."""

    file = Upload(N_("Picture"), hint=N_("JPEG, PNG or WebP, at most 5 MB. Where it was taken is not kept."))
    alt_de = Text(
        N_("What is to be seen, in German"),
        longest=300,
        hint=N_("For people who cannot see the picture. For example: Heller Raum mit zwei Tischreihen."),
        missing=N_("Say in German what is to be seen."),
    )
    alt_en = Text(N_("What is to be seen, in English"), longest=300)


class PhotoPages(Controller):
    """Sending a picture, and taking it away."""

    path = f"{ROOMS}/{{room_id:uuid}}/foto"
    opt = may("U", "resource")
    include_in_schema = False

    @get()
    async def ask(self, room_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        room, photo = await _known(begin, room_id)
        known: dict[str, Any] = {"alt_de": photo.alt_de, "alt_en": photo.alt_en} if photo else {}
        return _page(room, photo, form_from(PhotoForm, **known))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        room_photos: NamedDependency[RoomPhotos],
    ) -> Template | Redirect:
        """Another picture, or other words for the same one."""
        form = form_from(PhotoForm, await request.form())
        room, photo = await _known(begin, room_id)
        is_fine = form.validate()
        if photo is None and form.file.data is None:
            form.refuse("file", N_("Choose a picture."))
            is_fine = False
        if not is_fine:
            return _page(room, photo, form, 422)
        words = {"alt_de": form.alt_de.data, "alt_en": form.alt_en.data or ""}
        try:
            if form.file.data is None:
                await room_photos.describe(actor, room_id=room_id, **words)
            else:
                name, content = form.file.data.filename, await form.file.data.read()
                await room_photos.show(actor, room_id=room_id, name=name, content=content, **words)
        except DomainError as refusal:
            form.refuse("file", refusal.message)
            return _page(room, photo, form, refusal.status)
        return after(f"{ROOMS}/{room_id}/uebersicht", SAVED)

    @get("/entfernen")
    async def ask_remove(self, room_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        room, _ = await _known(begin, room_id)
        return step_page(
            Step(
                title=gettext("Remove the picture: %(room)s", room=room.name),
                about=room.name,
                path=f"{ROOMS}/{room_id}/foto/entfernen",
                back=f"{ROOMS}/{room_id}/uebersicht",
                button=gettext("Remove the picture"),
                way_out=gettext("Keep the picture"),
                sentences=[gettext("The picture is deleted and no longer shown anywhere.")],
            )
        )

    @post("/entfernen")
    async def remove(
        self, room_id: FromPath[UUID], actor: NamedDependency[Actor], room_photos: NamedDependency[RoomPhotos]
    ) -> Redirect:
        """The picture is gone."""
        await room_photos.remove(actor, room_id=room_id)
        return after(f"{ROOMS}/{room_id}/uebersicht", SAVED)


class PictureDoor(Controller):
    """Pictures for everybody: rooms are no secret."""

    path = "/bilder/raeume"
    opt = PUBLIC
    include_in_schema = False

    @get("/{photo_id:uuid}")
    async def show(self, photo_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Response[bytes]:
        """The bytes of one picture."""
        async with begin.reading() as session:
            photo = await session.get(RoomPhoto, photo_id)
        if photo is None:
            raise NotFound
        return Response(photo.image, media_type=photo.media_type, headers=PICTURE_HEADERS)


async def _known(begin: Begin, room_id: UUID) -> tuple[Room, PhotoFacts | None]:
    async with begin.reading() as session:
        room, _ = await room_of(session, room_id)
        return room, (await photos_of(session, [room_id])).get(room_id)


def _page(room: Room, photo: PhotoFacts | None, form: PhotoForm, status: int = 200) -> Template:
    return Template(
        "portal/desk/rooms/photo.html",
        context={"room": room, "photo": photo, "form": form},
        status_code=status,
    )
