"""The lessons of one course, published once: something to look at before the complete courses are there."""

from datetime import timedelta

from sqlalchemy import select

from lms.catalogue.models import Course
from lms.demo.filling.ground import Ground
from lms.learning.contents.editions import write_edition
from lms.learning.contents.reading import written
from lms.learning.contents.writing import add_chapter, add_lesson
from lms.learning.models import LessonKind, Outline

COURSE = "smartphone-erste-schritte"
PUBLISHED_AGO = timedelta(days=90)
READ = """Ihr Router verbindet alle Geräte in der Wohnung mit dem Internet. Meist steht er neben der Telefondose.

## Woran Sie ihn erkennen

- Er hat mehrere kleine Lampen.
- Auf der Rückseite klebt ein Schild mit einem langen Passwort.

::: merke
Das Passwort auf dem Schild ist ein Geheimnis wie ein Hausschlüssel.
:::
"""
DO = """## Das Schild finden

Drehen Sie den Router vorsichtig um. Lassen Sie alle Kabel stecken.

## Das Passwort abschreiben

Schreiben Sie den *Netzwerknamen* und das *Passwort* auf einen Zettel. Achten Sie auf große und kleine Buchstaben.
"""


async def fill_lessons(ground: Ground) -> None:
    """A chapter with a text and a practice lesson, and one edition of it."""
    session, then = ground.session, ground.now - PUBLISHED_AGO
    course = (await session.scalars(select(Course).where(Course.slug == COURSE))).one()
    outline = Outline(id=ground.key(), course_id=course.id, changed_at=then)
    await ground.put([outline])
    chapter = await add_chapter(session, outline, title="Zu Hause ins Netz", key=ground.key())
    for title, kind, text, minutes in (
        ("Was ein Router tut", LessonKind.TEXT, READ, 5),
        ("Das WLAN-Passwort finden", LessonKind.PRACTICE, DO, 10),
    ):
        await add_lesson(
            session, chapter, kind=kind, title=title, now=then, text=text, minutes=minutes,
            is_preview=kind is LessonKind.TEXT, key=ground.key(),
        )  # fmt: skip
    await write_edition(
        session, outline, await written(session, course), note="", key=ground.key(), now=then, by=None
    )
