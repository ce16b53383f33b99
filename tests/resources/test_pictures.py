"""Pictures of rooms: read by what they are, without where they were taken, and described for whoever cannot see them."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.resources.errors import NotAPicture, PictureTooLarge
from lms.resources.models import RoomPhoto
from lms.resources.pictures import LARGEST_FILE, as_our_picture
from lms.web.module import Around
from tests.office import Office, open_office
from tests.visiting import Browser, send, sign_in

GPS, ORIENTATION, LIES_ON_ITS_SIDE = 0x8825, 0x0112, 6


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    """A picture that lies on its side and says where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = LIES_ON_ITS_SIDE
    exif.get_ifd(GPS)[1] = "N"
    written = BytesIO()
    Image.new(mode, size, "red").save(written, kind, exif=exif)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "kind", "mode"),
    [("Raum.JPG", "JPEG", "RGB"), ("raum.jpeg", "JPEG", "L"), ("raum.png", "PNG", "RGBA"), ("raum.webp", "WEBP", "RGB")],
)  # fmt: skip
def test_a_picture_becomes_ours_upright_and_without_where_it_was_taken(
    name: str, kind: str, mode: str
) -> None:
    sent = picture(kind, mode=mode)

    ours = opened(as_our_picture(name, sent))

    assert GPS in opened(sent).getexif()
    assert (ours.format, ours.mode, ours.size, dict(ours.getexif())) == ("JPEG", "RGB", (20, 40), {})


def test_a_large_picture_is_made_as_large_as_a_screen_needs() -> None:
    assert opened(as_our_picture("saal.png", picture("PNG", (200, 4000)))).size == (1600, 80)


def bomb() -> bytes:
    """A file of a few kilobytes that would unpack into a hundred megapixels."""
    written = BytesIO()
    Image.new("1", (10_000, 10_000)).save(written, "PNG")
    return written.getvalue()


REFUSED: Sequence[tuple[str, bytes, type[Exception]]] = [
    ("raum.gif", b"GIF89a", NotAPicture),
    ("raum", picture(), NotAPicture),
    ("raum.png", picture("JPEG"), NotAPicture),
    ("raum.jpg", b"", NotAPicture),
    ("raum.jpg", b"<html>" * 100, NotAPicture),
    ("raum.jpg", picture(size=(400, 400))[:300], NotAPicture),
    ("raum.jpg", b"\xff\xd8" + b"0" * LARGEST_FILE, PictureTooLarge),
    ("raum.png", bomb(), PictureTooLarge),
]


@pytest.mark.parametrize(("name", "content", "refusal"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_picture_or_too_large_is_refused(
    name: str, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        as_our_picture(name, content)


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.RESOURCES)
    return await open_office(house)


async def test_a_picture_is_sent_seen_by_everybody_described_anew_and_taken_away(
    client: Browser, office: Office, begin: Begin
) -> None:
    here = f"/verwaltung/raeume/{office.room.id}"
    words = {"alt_de": "Heller Raum", "alt_en": "Bright room"}

    sent = await send(client, f"{here}/foto", words, files={"file": ("raum.jpg", picture(), "image/jpeg")})
    async with begin.reading() as session:
        photo = (await session.scalars(select(RoomPhoto))).one()
    overview = (await client.get(f"{here}/uebersicht")).text
    described = await send(client, f"{here}/foto", words | {"alt_de": "Großer, heller Raum"})
    client.cookies.clear()
    seen = await client.get(f"/bilder/raeume/{photo.id}")

    assert (sent.status_code, described.status_code) == (303, 303)
    assert f'src="/bilder/raeume/{photo.id}" alt="Heller Raum"' in overview
    assert (seen.headers["content-type"], opened(seen.content).size) == ("image/jpeg", (20, 40))
    assert seen.headers["content-disposition"] == "attachment"
    assert seen.headers["content-security-policy"] == "sandbox"
    assert seen.headers["x-content-type-options"] == "nosniff"

    await sign_in(client, begin, Identity.RESOURCES)
    assert 'alt="Großer, heller Raum"' in (await client.get(f"{here}/uebersicht")).text
    for _ in range(2):
        assert (await send(client, f"{here}/foto/entfernen")).status_code == 303
    assert (await client.get(f"/bilder/raeume/{photo.id}")).status_code == 404


async def test_a_form_without_words_or_with_no_picture_is_refused_and_keeps_what_was_typed(
    client: Browser, office: Office, begin: Begin
) -> None:
    here = f"/verwaltung/raeume/{office.room.id}/foto"

    silent = await send(client, here, {"alt_de": ""}, files={"file": ("raum.jpg", picture(), "image/jpeg")})
    without = await send(client, here, {"alt_de": "Heller Raum"})
    text = await send(client, here, {"alt_de": "Heller Raum"}, files={"file": ("raum.jpg", b"Hallo", "image/jpeg")})  # fmt: skip

    assert [answer.status_code for answer in (silent, without, text)] == [422, 422, 422]
    assert "Sagen Sie auf Deutsch, was zu sehen ist." in silent.text
    assert "Wählen Sie ein Bild." in without.text
    assert "Wir können diese Datei nicht lesen." in text.text
    assert 'value="Heller Raum"' in text.text


async def test_four_megabytes_of_picture_come_through_the_door_and_seven_do_not(
    client: Browser, office: Office, begin: Begin
) -> None:
    here = f"/verwaltung/raeume/{office.room.id}/foto"

    async def status(size: int) -> tuple[int, bool]:
        file = {"file": ("raum.jpg", b"0" * size, "image/jpeg")}
        answer = await send(client, here, {"alt_de": "Raum"}, files=file)
        return answer.status_code, "zu groß" in answer.text

    assert [await status(size) for size in (4_000_000, 5_500_000, 7_000_000)] == [
        (422, False),
        (422, True),
        (413, True),
    ]
