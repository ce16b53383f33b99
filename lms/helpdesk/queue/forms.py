"""What is asked on the day."""

from lms.helpdesk.models import ContactWay
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.errors import UnknownTopicAsked
from lms.helpdesk.queue.words import WAYS, ages
from lms.kernel.marking import N_
from lms.web.forms import DateParts, Form, Hidden, Number, Radios, Text

AGE = N_("How old, about?")
MINUTES = N_("Minutes")


class PlaceForm(Form):
    """Where somebody sits."""

    place = Text(
        N_("At which table do you sit?"),
        hint=N_("So it is shown on the screen, for example: Table 2."),
        missing=N_("Enter your table, so that people find you."),
        longest=40,
        width=20,
    )


class FinishForm(Form):
    """What is counted of a visit: no name, no time of day."""

    topic = Radios(N_("What was it about?"), missing=UnknownTopicAsked.message)
    age = Radios(AGE, choices=ages, missing=N_("Choose about how old the person is, or “not known”."))
    minutes = Number(
        MINUTES, least=1, most=rules.LONGEST_MINUTES, missing=N_("Enter how many minutes it took."), width=5
    )


class ContactForm(FinishForm):
    """The same where no number was drawn."""

    way = Radios(
        N_("How were they helped?"),
        choices=[(one.value, WAYS[one]) for one in (ContactWay.PHONE, ContactWay.HOME, ContactWay.WALK_IN)],
        missing=N_("Choose how they were helped."),
    )
    day = DateParts(N_("On which day?"), missing=N_("Enter the day."))
    key = Hidden()
