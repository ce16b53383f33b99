"""Fields in which words are typed."""

import unicodedata
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from lms.kernel.marking import N_
from lms.web.fields.base import LINE_BREAKS_AND_TABS, OurField, is_readable, refuse

SHORTEST_NUMBER = 5  # digits with the area code; shorter ones only work inside a town
LONGEST = 8192  # bytes, unless a field states more or less (S-34)


class Text(OurField):
    """One line of text, stripped, without control characters."""

    is_single_line = True

    def __init__(
        self, label: str = "", *, longest: int = 200, most_bytes: int = LONGEST, **rest: Any
    ) -> None:
        super().__init__(label, **rest)
        self.longest = longest
        self.most_bytes = most_bytes

    def read(self, text: str) -> str:
        clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
        breaks = LINE_BREAKS_AND_TABS if self.is_single_line else frozenset[str]()
        if any(not is_readable(sign) or sign in breaks for sign in clean):
            raise refuse(N_("The text contains signs that cannot be read. Please type it again."))
        if len(clean) > self.longest or len(clean.encode()) > self.most_bytes:
            raise refuse(
                N_("This text is too long: %(count)s characters. Shorten it to at most %(most)s characters."),
                count=len(clean),
                most=min(self.longest, self.most_bytes),
            )
        return self.understand(clean)

    def understand(self, text: str) -> str:
        """The value of a clean text; raises ValueError with the sentence for the person."""
        return text


class TextArea(Text):
    """Several lines of text."""

    kind = "textarea"
    is_single_line = False

    def __init__(self, label: str = "", *, rows: int = 5, longest: int = 2000, **rest: Any) -> None:
        super().__init__(label, longest=longest, **rest)
        self.rows = rows


class Hidden(Text):
    """A value the page carries along: the key of a draft, or what it showed, which may have several lines."""

    kind = "hidden"
    is_single_line = False


class Password(Text):
    """A secret: taken as typed, spaces included, and never sent back to the browser."""

    kind = "password"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist and isinstance(valuelist[0], str) else None
        if self.data and len(self.data) > self.longest:
            raise refuse(N_("This password is too long. Use at most %(most)s characters."), most=self.longest)


class Email(Text):
    """An e-mail address, checked for its form only: whether it reaches somebody shows when we write."""

    kind = "email"

    def __init__(
        self, label: str = N_("E-mail address"), *, autocomplete: str = "email", **rest: Any
    ) -> None:
        super().__init__(label, autocomplete=autocomplete, longest=254, **rest)

    def understand(self, text: str) -> str:
        try:
            return validate_email(text, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError as problem:
            raise refuse(N_("Enter an e-mail address, for example name@beispiel.de.")) from problem


class Phone(Text):
    """A telephone number as people write it; the value is in the international form, +4939041234."""

    kind = "tel"

    def __init__(
        self, label: str = N_("Telephone number"), *, autocomplete: str = "tel", **rest: Any
    ) -> None:
        super().__init__(label, autocomplete=autocomplete, longest=40, **rest)

    def understand(self, text: str) -> str:
        try:
            number = phonenumbers.parse(text, "DE")
        except phonenumbers.NumberParseException as problem:
            raise refuse(ADVICE) from problem
        if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < SHORTEST_NUMBER:
            raise refuse(ADVICE)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


ADVICE = N_("Enter a telephone number with its area code, for example 03904 12345.")
