"""The forms of news: what somebody wants to hear of, and what the team writes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience
from lms.catalogue.queries import topics
from lms.correspondence.news.sending import Words
from lms.correspondence.news.subscribing import Choice
from lms.kernel.marking import N_
from lms.resources.models import Venue
from lms.web.forms import (
    Checkbox,
    Checkboxes,
    DateParts,
    Email,
    Form,
    Hidden,
    Select,
    Text,
    TextArea,
    TimeOfDay,
)
from lms.web.language import current_language, gettext

WORDING = N_(
    "I want to get news about courses by e-mail. I can end this at any time with one click, and still get the messages about my own courses."
)
OLD_ENOUGH = N_("I am 16 or older.")
AUDIENCES = {
    Audience.SENIORS: N_("For older people"),
    Audience.YOUTH: N_("For young people"),
    Audience.SMES: N_("For companies"),
}
LONGEST_BODY = 20_000
EVERYTHING = N_("Nothing ticked means everything.")


class ChoiceForm(Form):
    """What somebody wants to hear of."""

    topics = Checkboxes(N_("What do you want to hear of?"), hint=EVERYTHING)
    audiences = Checkboxes(N_("For whom?"), hint=EVERYTHING)
    district = Select(N_("Where?"), choices=[])

    def choice(self) -> Choice:
        """The choice of a form that is valid; what is not offered is left out."""
        return Choice(
            topics=_offered(self.topics),
            audiences=_offered(self.audiences),
            district=self.district.data or "",
        )


class AskForm(ChoiceForm):
    """Asking for news."""

    email = Email(
        missing=N_("Enter your e-mail address."), hint=N_("We send a link there. You confirm with it.")
    )
    wanted = Checkbox(WORDING, missing=N_("Please tick that you want to get news."))
    is_old_enough = Checkbox(
        OLD_ENOUGH,
        missing=N_("Under 16 your parents decide. They can ask for the news with their own address."),
    )


class WordsForm(Form):
    """What the team writes."""

    title = Text(N_("Heading"), missing=N_("Enter a heading."), longest=150)
    body = TextArea(
        N_("Text"),
        missing=N_("Enter the text."),
        hint=N_("An empty line begins a new paragraph. Two stars around a word make it **bold**."),
        rows=12,
        longest=LONGEST_BODY,
    )
    courses = Checkboxes(
        N_("Courses of the programme"), hint=N_("They stand below the text, with their beginnings.")
    )
    topics = Checkboxes(N_("Only for people who chose one of these topics"), hint=EVERYTHING)
    audiences = Checkboxes(N_("Only for"), hint=EVERYTHING)
    districts = Checkboxes(N_("Only for these districts"), hint=EVERYTHING)
    version = Hidden()

    def words(self) -> Words:
        """The words of a form that is valid."""
        return Words(
            title=self.title.data, body=self.body.data, courses=_offered(self.courses), topics=_offered(self.topics),
            audiences=_offered(self.audiences), districts=_offered(self.districts),
        )  # fmt: skip


class SendForm(Form):
    """When the news goes."""

    day = DateParts(N_("Day"), hint=N_("Empty means: at once."))
    hour = TimeOfDay(N_("Time"))


def _offered(field: Checkboxes) -> Sequence[str]:
    known = {value for value, _ in field.choices}
    return [value for value in field.data or () if value in known]


async def offers(session: AsyncSession) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen: topics, audiences and districts, in the reader's language."""
    english = current_language() == "en"
    districts = await session.scalars(
        select(Venue.district).where(Venue.district != "").distinct().order_by(Venue.district)
    )
    return {
        "topics": [
            (one.slug, one.name_en if english and one.name_en else one.name_de)
            for one in await topics(session)
        ],
        "audiences": [(kind.value, gettext(words)) for kind, words in AUDIENCES.items()],
        "districts": [(name, name) for name in districts],
    }


def offered(form: ChoiceForm, given: dict[str, list[tuple[str, str]]]) -> Any:
    """The form with what can be chosen."""
    form.topics.choices, form.audiences.choices = given["topics"], given["audiences"]
    form.district.choices = [("", gettext("everywhere")), *given["districts"]]
    return form
