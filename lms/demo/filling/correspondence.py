"""Rules by which messages go out, one sentence that the team has worded anew, and somebody whom letters call "du"."""

from datetime import time, timedelta

from sqlalchemy import select

from lms.correspondence.models import Anchor, MessageRule, RecipientRole, RuleState
from lms.correspondence.pages.words import PATTERNS
from lms.correspondence.rules import Conditions
from lms.demo.filling.ground import Ground
from lms.messaging.models import AddressForm
from lms.messaging.wordings import LetterWording, Voice
from lms.people.models import Person

ACTIVE = ("beginn", "termin", "kursleitung")
PAUSED = ("vermisst", "danke")
AGO = timedelta(days=20)
FAREWELL = "Kind regards"


async def fill_correspondence(ground: Ground) -> None:
    """Three rules at work and two that wait to be switched on. What was due before this moment is not caught up on."""
    await ground.put([_rule(ground, name, RuleState.ACTIVE) for name in ACTIVE])
    await ground.put([_rule(ground, name, RuleState.PAUSED) for name in PAUSED])
    await ground.put(
        [
            LetterWording(
                template="web/letter.md", voice=Voice.FORMAL, message=FAREWELL, text="Herzliche Grüße aus der Ziegelei", plural="",
                changed_at=ground.now - AGO, changed_by_name="Claudia Wegmann",
            )
        ]
    )  # fmt: skip
    young = await ground.session.scalars(select(Person).where(Person.given_name == "Emilia"))
    for person in young:
        person.address_form = AddressForm.INFORMAL


def _rule(ground: Ground, name: str, state: RuleState) -> MessageRule:
    given = PATTERNS[name].fields
    days = int(given["days"])
    return MessageRule(
        id=ground.key(),
        name=given["name"],
        anchor=Anchor(given["anchor"]),
        role=RecipientRole(given["role"]),
        days=-days if given["when"] == "before" else days,
        at=time(9),
        subject_de=given["subject_de"],
        text_de=given["text_de"],
        conditions=Conditions(presence=str(given.get("presence", ""))).kept(),
        state=state,
        active_since=ground.now if state is RuleState.ACTIVE else None,
        changed_at=ground.now - AGO,
    )
