"""Pictures of rooms."""

import asyncio
from uuid import UUID

from sqlalchemy import delete, select

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.resources.models import Room, RoomPhoto
from lms.resources.pictures import MEDIA_TYPE, as_our_picture
from lms.resources.service.keeping import Keeping


class RoomPhotos(Keeping):
    """One picture per room, with words for whoever cannot see it."""

    async def show(
        self, actor: Actor, *, room_id: UUID, name: str, content: bytes, alt_de: str, alt_en: str
    ) -> RoomPhoto:
        """Give a room this picture in place of any other; it gets a new id. Raises NotAPicture, PictureTooLarge, NotFound."""
        ensure(actor.may_for_all("U", "resource"), actor)
        image = await asyncio.to_thread(as_our_picture, name, content)
        return await self._write(actor, room_id, image, alt_de, alt_en)

    @retried
    async def describe(self, actor: Actor, *, room_id: UUID, alt_de: str, alt_en: str) -> RoomPhoto:
        """Other words for the same picture. Raises NotFound when the room has none."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            photo = await session.scalar(
                select(RoomPhoto).where(RoomPhoto.room_id == room_id).with_for_update()
            )
            if photo is None:
                raise NotFound
            before = {"alt_de": photo.alt_de, "alt_en": photo.alt_en}
            photo.alt_de, photo.alt_en = alt_de, alt_en
            record(
                session, actor, "room.photo-described", at=self.clock(), kind="room", object_id=room_id,
                before=before, after={"alt_de": alt_de, "alt_en": alt_en},
            )  # fmt: skip
        return photo

    @retried
    async def remove(self, actor: Actor, *, room_id: UUID) -> None:
        """Take the picture away. Twice is as good as once."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            of_room = RoomPhoto.room_id == room_id
            if await session.scalar(select(RoomPhoto.id).where(of_room)) is None:
                return
            await session.execute(delete(RoomPhoto).where(of_room))
            record(session, actor, "room.photo-removed", at=self.clock(), kind="room", object_id=room_id)

    @retried
    async def _write(self, actor: Actor, room_id: UUID, image: bytes, alt_de: str, alt_en: str) -> RoomPhoto:
        async with self.begin() as session:
            if await session.get(Room, room_id, with_for_update=True) is None:
                raise NotFound
            await session.execute(delete(RoomPhoto).where(RoomPhoto.room_id == room_id))
            photo = RoomPhoto(
                room_id=room_id, image=image, media_type=MEDIA_TYPE, alt_de=alt_de, alt_en=alt_en
            )
            session.add(photo)
            record(
                session, actor, "room.photo", at=self.clock(), kind="room", object_id=room_id,
                after={"bytes": len(image), "alt_de": alt_de},
            )  # fmt: skip
        return photo
