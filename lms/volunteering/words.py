"""Helpers and shifts in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from lms.helpdesk.models import HelpTopic
from lms.kernel.marking import N_
from lms.people.ages import age_on
from lms.volunteering.models import HelperState
from lms.volunteering.queries.helpers import Known
from lms.web.language import current_language, gettext

STATES: Mapping[HelperState, tuple[str, str]] = {
    HelperState.ASKED: (N_("waits for the team"), "warning"),
    HelperState.APPROVED: (N_("helps"), "success"),
    HelperState.DECLINED: (N_("declined"), "info"),
    HelperState.ENDED: (N_("has ended"), "info"),
}
NO_CONSENT = (N_("waits for a guardian"), "info")


def state_of(known: Known) -> tuple[str, str]:
    """The word and colour of a helper."""
    helper = known.helper
    if helper.state is HelperState.ASKED and helper.guardian_id and not known.has_consent:
        return NO_CONSENT
    return STATES[helper.state]


def topic_words(topic: HelpTopic) -> str:
    """A topic in the reader's language."""
    return topic.name_en if current_language() == "en" and topic.name_en else topic.name_de


def topic_choices(topics: Mapping[UUID, HelpTopic]) -> list[tuple[str, str]]:
    """These topics to choose from, in the order of the desk."""
    return [(str(one), topic_words(topic)) for one, topic in topics.items()]


def named(topics: Mapping[UUID, HelpTopic], ids: Iterable[UUID]) -> list[str]:
    """These topics in the order of the desk."""
    wanted = set(ids)
    return [topic_words(topic) for topic_id, topic in topics.items() if topic_id in wanted]


def age_words(known: Known, day: date) -> str:
    """How old somebody is that day; only for those under 18."""
    born = known.person.birth_date
    if born is None or not known.is_minor_on(day):
        return ""
    return gettext("%(age)s years", age=age_on(born, day))
