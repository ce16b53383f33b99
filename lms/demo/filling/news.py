"""People of the demo who want news, one piece of news that is being written, and an address that is wrong."""

from datetime import timedelta

from lms.correspondence.news.forms import WORDING
from lms.correspondence.news.models import News, Subscription
from lms.demo.filling.ground import Ground
from lms.messaging.models import WrongAddress
from lms.web.language import translated

READERS: tuple[tuple[str, list[str], list[str]], ...] = (
    ("gudrun.tietz@example.org", ["smartphone-und-tablet"], ["seniors"]),
    ("norbert.apel@example.org", [], []),
    ("silke.dorn@example.org", [], ["smes"]),
)
WRONG = "norbert.apel@example.org"
DAY = timedelta(days=1)


def fill_news(ground: Ground) -> None:
    """Three readers, a draft, and one of their addresses gone wrong."""
    asked = ground.now - 20 * DAY
    ground.session.add_all(
        Subscription(
            id=ground.key(), email=email, language="de", topics=topics, audiences=audiences, district="",
            wording=translated(WORDING), confirm_at_email=email, asked_at=asked, confirmed_at=asked,
        )
        for email, topics, audiences in READERS
    )  # fmt: skip
    ground.session.add(
        News(
            id=ground.key(), title="Neue Kurse im Frühjahr",
            body="Im neuen Programm sind über 20 Kurse dazugekommen.\n\nWir freuen uns auf **Sie**!",
            courses=[], topics=[], audiences=[], districts=[], made_at=ground.now - DAY, made_by_name="Claudia Wegmann",
        )
    )  # fmt: skip
    ground.session.add(
        WrongAddress(
            address=WRONG, since=ground.now - DAY, said="550 5.1.1 User unknown in virtual mailbox table"
        )
    )
