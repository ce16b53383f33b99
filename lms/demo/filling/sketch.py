"""A drawing of a room for the demonstration, which has no camera."""

from io import BytesIO

from PIL import Image, ImageDraw

SIZE = WIDTH, HEIGHT = 960, 640
WALL, FLOOR, SKIRTING = "#f1ece2", "#c9a77c", "#e0d6c4"
FRAME, SKY, SCREEN, TABLE, LEG, CHAIR = "#ffffff", "#cfe4f2", "#2f3b52", "#8a5a36", "#5d3c24", "#3e6a8f"
WALL_ENDS = 350


def sketch_of_hall() -> bytes:
    """A bright hall with a screen, four windows and rows of tables, as a PNG."""
    picture = Image.new("RGB", SIZE, WALL)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, WALL_ENDS, WIDTH, HEIGHT), fill=FLOOR)
    pen.rectangle((0, WALL_ENDS - 12, WIDTH, WALL_ENDS), fill=SKIRTING)
    for left in (40, 160, 700, 820):
        _window(pen, left)
    pen.rectangle((330, 60, 650, 250), fill=FRAME, outline=SCREEN, width=6)
    pen.line((490, 20, 490, 60), fill=SCREEN, width=6)
    for row in range(3):
        _row_of_tables(pen, row)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _window(pen: ImageDraw.ImageDraw, left: int) -> None:
    right, top, bottom = left + 100, 60, 270
    pen.rectangle((left, top, right, bottom), fill=SKY, outline=FRAME, width=8)
    pen.line(((left + right) // 2, top, (left + right) // 2, bottom), fill=FRAME, width=6)
    pen.line((left, top + 70, right, top + 70), fill=FRAME, width=6)


def _row_of_tables(pen: ImageDraw.ImageDraw, row: int) -> None:
    """Nearer rows are larger and lower."""
    width, top, thick = 150 + 40 * row, 375 + 80 * row, 12 + 4 * row
    gap = 24 + 8 * row
    first = (WIDTH - 3 * width - 2 * gap) // 2
    for number in range(3):
        left = first + number * (width + gap)
        for seat in (left + width // 4, left + 3 * width // 4):
            half = 16 + 4 * row
            pen.rounded_rectangle((seat - half, top - 26 - 6 * row, seat + half, top + 10), 8, fill=CHAIR)
        pen.rectangle((left, top, left + width, top + thick), fill=TABLE)
        for leg in (left + 8, left + width - 16):
            pen.rectangle((leg, top + thick, leg + 8, top + thick + 34 + 8 * row), fill=LEG)
