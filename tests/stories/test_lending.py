"""At the counter: the phone's camera reads the label, the device goes out, comes back, is wiped."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from lms.db import Begin
from lms.resources.models import Device, DeviceModel
from tests.stories.conftest import PATIENCE_MS, PHONE, Centre, arrange, look_closely, sit_down

KEEPER = "Claudia Wegmann"
WIDTH, HEIGHT, FRAMES = 640, 480, 12
SCAN = "/verwaltung/ausleihe/scan"


async def put_on_the_shelf(begin: Begin) -> str:
    """A tablet that is lent and wiped, with an inventory number of this story's own."""
    mark = uuid4().hex[:6].upper()
    model = DeviceModel(
        slug=f"story-{mark}",
        name="Tablet der Geschichte",
        kind="tablet",
        is_lendable=True,
        needs_wipe=True,
        accessories=["Netzteil", "Hülle"],
    )
    async with begin() as session:
        session.add(model)
        await session.flush()
        session.add(Device(inventory_number=f"G{mark}", model_id=model.id))
    return f"G{mark}"


def film_of(label: str, file: Path) -> Path:
    """What the camera sees: a label held still before it, as raw video (YUV4MPEG2)."""
    code = segno.make(label, micro=False, error="m")
    size = len(code.matrix) + 8
    square = Image.new("L", (size, size), 255)
    for row, line in enumerate(code.matrix):
        for column, is_dark in enumerate(line):
            if is_dark:
                square.putpixel((column + 4, row + 4), 0)
    side = HEIGHT * 3 // 4
    view = Image.new("L", (WIDTH, HEIGHT), 200)
    view.paste(
        square.resize((side, side), Image.Resampling.NEAREST), ((WIDTH - side) // 2, (HEIGHT - side) // 2)
    )
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + view.tobytes() + grey
    file.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + frame * FRAMES)
    return file


@pytest.fixture(scope="module")
def label(centre: Centre) -> str:
    """The inventory number on the device."""
    return arrange(put_on_the_shelf, centre)


@pytest.fixture
def phone(centre: Centre, label: str, tmp_path: Path) -> Iterator[Page]:
    """A phone whose camera looks at the label; what the browser complains about fails the story."""
    film = film_of(f"{centre.url}/g/{label}", tmp_path / "label.y4m")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        context = browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]}, base_url=centre.url
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
    assert complaints == []


def test_a_tablet_is_scanned_handed_out_taken_back_and_wiped(phone: Page, label: str) -> None:
    sit_down(phone, KEEPER)
    phone.goto(SCAN)
    look_closely(phone)

    phone.get_by_role("button", name="Mit der Kamera scannen").click()
    expect(phone.get_by_role("heading", name=f"{label}, Tablet der Geschichte")).to_be_visible(timeout=60_000)
    phone.get_by_role("button", name="Kamera ausschalten").click()
    look_closely(phone)

    phone.get_by_role("link", name="Ausgeben").click()
    phone.get_by_label("Wer leiht aus?").fill("Waltraud Kersten")
    phone.locator("main").get_by_role("button", name="Suchen").click()
    phone.get_by_role("link", name="Kersten, Waltraud").first.click()
    look_closely(phone)
    phone.get_by_role("button", name="Ausgeben").click()
    expect(phone.get_by_text("Das Gerät ist ausgegeben.")).to_be_visible()
    expect(phone.get_by_text("Auf Papier unterschrieben")).to_be_visible()

    phone.goto(SCAN)
    phone.get_by_label("Nummer des Geräts").fill(label)
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("bei Waltraud Kersten bis")).to_be_visible()
    phone.get_by_label("Hülle").uncheck()
    phone.get_by_role("button", name="Zurücknehmen").click()
    expect(phone.get_by_text("Was fehlt, ist bei der Ausleihe vermerkt.")).to_be_visible()

    phone.get_by_role("button", name=f"{label} ist gelöscht und geprüft").click()
    expect(phone.get_by_text("Es ist vermerkt: Das Gerät ist gelöscht und geprüft.")).to_be_visible()
    expect(phone.get_by_role("link", name="Ausgeben")).to_be_visible()
