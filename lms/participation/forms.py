"""The forms of wishes and votes."""

from datetime import date
from typing import Any
from uuid import UUID

from lms.catalogue.models import Audience
from lms.kernel.marking import N_
from lms.participation.models import Round, RoundAudience, Way, WishKind
from lms.participation.proposing import Contact, Proposal
from lms.participation.rules import LONGEST_TEXT, LONGEST_TITLE
from lms.participation.voters import Voter
from lms.participation.words import AUDIENCES, KINDS, WAYS
from lms.web.forms import (
    Checkbox,
    DateParts,
    Email,
    Form,
    Hidden,
    Number,
    Phone,
    Radios,
    Select,
    Text,
    TextArea,
)
from lms.web.language import current_language
from lms.web.sent import uuid_in

EARLIEST_BIRTH = date(1900, 1, 1)


class WishForm(Form):
    """A wish; only its title has to be there."""

    kind = Radios(
        N_("What do you want to tell us?"), choices=[(one.value, words) for one, words in KINDS.items()],
        missing=N_("Choose what you want to tell us."),
    )  # fmt: skip
    title = Text(
        N_("What is it about?"), missing=N_("Say in a few words what it is about."), longest=LONGEST_TITLE,
        hint=N_("For example: Edit photos on the mobile phone"),
    )  # fmt: skip
    text = TextArea(
        N_("What exactly?"), rows=4, longest=LONGEST_TEXT,
        hint=N_("This is published. Please do not write names, addresses or telephone numbers here."),
    )  # fmt: skip
    for_whom = Select(N_("For whom?"), choices=[(one.value, words) for one, words in AUDIENCES.items()])
    topic = Select(N_("Topic"))
    district = Select(N_("In which part of town?"))
    when_words = Text(
        N_("When would it suit?"), longest=120, hint=N_("For example: in the morning, from March")
    )
    runde = Hidden()
    name = Text(N_("Your name"), longest=120, autocomplete="name")
    email = Email(N_("E-mail address"), hint=N_("We tell you what becomes of your wish."))
    phone = Phone(N_("Telephone number"))
    form_id = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever offers something is called back."""
        valid: bool = super().validate(extra_validators)
        offers = self.kind.data in {WishKind.TEACH.value, WishKind.ROOM.value}
        if offers and not (self.email.data or self.phone.data or self.email.errors or self.phone.errors):
            self.refuse(
                "email",
                N_("Enter an e-mail address or a telephone number, so that we can talk about your offer."),
            )
            return False
        return valid

    def proposal(self, topics: dict[str, UUID]) -> Proposal:
        """What a form that is valid says."""
        return Proposal(
            title=self.title.data, text=self.text.data or "", kind=WishKind(self.kind.data),
            for_whom=Audience(self.for_whom.data or Audience.EVERYONE),
            topic_id=topics.get(self.topic.data or ""), district=self.district.data or "",
            when_words=self.when_words.data or "", round_id=uuid_in(self.runde.data),
            contact=self.contact(), language=current_language(),
        )  # fmt: skip

    def contact(self) -> Contact:
        """How we reach whoever wishes."""
        return Contact(name=self.name.data or "", email=self.email.data or "", phone=self.phone.data or "")


class TeamWishForm(WishForm):
    """The same for somebody who calls, stands at the counter or has written a slip."""

    way = Radios(
        N_("How did it reach us?"),
        choices=[(one.value, WAYS[one]) for one in (Way.PHONE, Way.COUNTER, Way.PAPER)],
        missing=N_("Choose how it reached us."),
    )


class WordsForm(Form):
    """The words of a wish as the team publishes them."""

    title = Text(N_("Title"), missing=N_("Enter the title."), longest=LONGEST_TITLE)
    text = TextArea(N_("Text"), rows=5, longest=LONGEST_TEXT)
    kind = Select(N_("Kind"), choices=[(one.value, words) for one, words in KINDS.items()])
    for_whom = Select(N_("For whom?"), choices=[(one.value, words) for one, words in AUDIENCES.items()])
    topic = Select(N_("Topic"))
    district = Select(N_("District"))
    when_words = Text(N_("When would it suit?"), longest=120)
    runde = Select(N_("Voting"))
    version = Hidden()


class AnswerForm(Form):
    """What the public reads."""

    answer_de = TextArea(
        N_("Reason in German"), rows=4, longest=2000, missing=N_("State the reason. Everybody can read it."),
        hint=N_("In plain words: why not, and what there is instead."),
    )  # fmt: skip
    answer_en = TextArea(N_("The same in English"), rows=3, longest=2000)
    version = Hidden()


class OfferForm(Form):
    """Somebody wants to help with a wish; we have to reach them."""

    kind = Radios(
        N_("What do you offer?"),
        choices=[(one.value, KINDS[one]) for one in (WishKind.TEACH, WishKind.ROOM)],
        missing=N_("Choose what you offer."),
    )
    text = TextArea(
        N_("What should we know?"), rows=4, longest=1000,
        hint=N_("For example: what you have taught, or how many people the room seats. Only the team reads this."),
    )  # fmt: skip
    name = Text(N_("Your name"), missing=N_("Enter your name."), longest=120, autocomplete="name")
    email = Email(N_("E-mail address"), is_asked=True)
    phone = Phone(N_("Telephone number"), is_asked=True)
    form_id = Hidden()

    def validate(self, extra_validators: Any = None) -> bool:
        """One of both ways has to be there."""
        valid: bool = super().validate(extra_validators)
        if valid and not self.email.data and not self.phone.data:
            self.refuse(
                "email", N_("Enter an e-mail address or a telephone number. One of the two is enough.")
            )
            return False
        return valid


class VoteForm(Form):
    """One vote. Which fields are asked depends on the round: `vote_form`."""

    email = Email(
        N_("E-mail address"), missing=N_("Enter your e-mail address."),
        hint=N_("We send a link there. Your vote counts once you have opened it and pressed the button."),
    )  # fmt: skip
    name = Text(
        N_("First name and family name"), missing=N_("Enter your name."), longest=120, autocomplete="name",
        hint=N_("So that nobody counts twice. We keep only a check number of it."),
    )  # fmt: skip
    born = DateParts(
        N_("Date of birth"), missing=N_("Enter your date of birth."), earliest=EARLIEST_BIRTH,
        autocomplete="bday",
    )  # fmt: skip
    year = Number(
        N_("Year of birth"), least=1, most=9999, width=4, missing=N_("Enter your year of birth."),
        hint=N_("So that nobody counts twice who has handed in a slip. We keep only a check number of it."),
    )  # fmt: skip
    code = Text(
        N_("Code from our letter"), missing=N_("Enter the code."), longest=20, width=10, autocomplete="off",
        hint=N_("For example: ABCDE-FGHJK"),
    )  # fmt: skip
    street = Text(N_("Street and house number"), missing=N_("Enter street and house number."), longest=120)
    postal_code = Text(N_("Postal code"), missing=N_("Enter the postal code."), longest=10, width=5)
    points = Select(N_("How many points?"), is_asked=True)
    district = Checkbox("", missing=N_("This voting is only for people who live there."))
    phone = Phone(N_("Telephone number"))
    wants_news = Checkbox(N_("Write to me when this becomes a course. I can book before others then."))
    way = Radios(
        N_("How was the vote given?"),
        choices=[(Way.COUNTER.value, WAYS[Way.COUNTER]), (Way.PAPER.value, WAYS[Way.PAPER])],
        missing=N_("Choose how the vote was given."),
    )

    def voter(self) -> Voter:
        """Who votes, from a form that is valid."""
        texts = ("email", "name", "street", "postal_code", "code", "phone")
        return Voter(
            **{name: self[name].data or "" for name in texts if name in self},
            born=self.born.data if "born" in self else None,
            year=self.year.data if "year" in self else None,
            lives_in_district="district" in self and bool(self.district.data),
            wants_news=bool(self.wants_news.data),
            language=current_language(),
        )

    @property
    def wanted_points(self) -> int:
        """One, unless points can be given."""
        return int(self.points.data or 1) if "points" in self else 1


def fit(
    form: VoteForm,
    voting: Round | None,
    *,
    known: bool = False,
    has_birth: bool = False,
    at_counter: bool = False,
) -> VoteForm:
    """Leave of the form what this round asks: `known` whoever is signed in, `at_counter` whoever stands before us.

    `has_birth`: the date of birth stands with the person, so that outside of rounds nothing has to be asked.
    """
    residents = voting is not None and voting.residents_only
    is_young = voting is not None and voting.audience is RoundAudience.YOUTH
    asked = {
        "email": at_counter or not known,
        "name": at_counter or (not residents and (voting is not None or not known)),
        "born": is_young or (not residents and (at_counter or voting is not None)),
        "year": voting is None and not at_counter and not (known and has_birth),
        "code": residents and not at_counter,
        "street": residents and at_counter,
        "postal_code": residents and at_counter,
        "points": voting is not None and voting.most_per_wish > 1,
        "district": voting is not None and bool(voting.district),
        "phone": at_counter,
        "way": at_counter,
    }
    for name, is_asked in asked.items():
        if not is_asked:
            del form[name]
    if at_counter:
        form.email.missing, form.email.hint = "", N_("Only if the person has one and wants to be told.")
    return form


class ResidentForm(Form):
    """Whose letter it is."""

    name = Text(
        N_("First name and family name"), missing=N_("Enter your name."), longest=120, autocomplete="name"
    )
    street = Text(
        N_("Street and house number"), missing=N_("Enter street and house number."), longest=120,
        autocomplete="address-line1",
    )  # fmt: skip
    postal_code = Text(
        N_("Postal code"), missing=N_("Enter the postal code."), longest=10, width=5, inputmode="numeric",
        autocomplete="postal-code",
    )  # fmt: skip
    city = Text(
        N_("Town"), missing=N_("Enter the town."), longest=80, width=20, autocomplete="address-level2"
    )
