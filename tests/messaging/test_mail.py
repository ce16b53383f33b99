"""Every e-mail comes from one builder, and nothing that people write becomes a header of its own (S-65)."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import pytest

from lms.messaging.lines import server
from lms.messaging.mail import BadAddress, mail
from lms.messaging.models import Channel, Enclosure, Letter
from tests.making import MOMENT

SENDER = "Zentrum für digitale Bildung <kontakt@zdb.example>"


def letter(**given: Any) -> Letter:
    words: dict[str, Any] = {
        "to_name": "Ada Lehmann",
        "to_address": "ada@example.com",
        "subject": "Ihr Platz",
        "text": "Guten Tag\n",
        "html": '<html lang="de"><p>Guten Tag</p></html>',
    }
    return Letter(
        id=UUID("0b5a5a86-6f0f-4b39-8d3e-3d3c1b1f2a11"), key=uuid4().hex, kind="test", person_id=None,
        channel=Channel.EMAIL, language="de", written_at=MOMENT, **words | given,
    )  # fmt: skip


def sent(written: Letter) -> EmailMessage:
    """What a reader's programme sees, and not what we have in hand."""
    message = message_from_bytes(bytes(mail(written, [], sender=SENDER)), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_same_letter_makes_the_same_message_whenever_it_is_sent() -> None:
    first, second = sent(letter()), sent(letter())

    assert first["Message-ID"] == second["Message-ID"] == "<0b5a5a86-6f0f-4b39-8d3e-3d3c1b1f2a11@zdb.example>"
    assert first["Date"] == second["Date"] == "Fri, 04 Dec 2026 09:00:00 +0100"
    assert bytes(first) == bytes(second)


@pytest.mark.parametrize("field", ["subject", "to_name"])
@pytest.mark.parametrize(
    "hidden", ["Hallo\r\nBcc: evil@example.com", "Hallo\nBcc: evil@example.com", "Hallo\rBcc: x", "a\0b"]
)
def test_a_line_break_in_a_header_is_an_error(field: str, hidden: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a bad name reads as a bad address, a bad subject as a bad header
        mail(letter(**{field: hidden}), [], sender=SENDER)


@pytest.mark.parametrize("field", ["subject", "to_name"])
@pytest.mark.parametrize(
    "hidden",
    [
        "=?utf-8?q?Hallo=0D=0ABcc=3A_evil=40example=2Ecom?=",
        "=?utf-8?b?SGFsbG8NCkJjYzogZXZpbEBleGFtcGxlLmNvbQ==?=",
        "Kurs =?iso-8859-1?q?=0ABcc:_evil@example.com?= Kurs",
    ],
)
def test_an_encoded_word_stays_text_and_makes_no_header(field: str, hidden: str) -> None:
    message = sent(letter(**{field: hidden}))

    assert message.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Language",
    ]  # fmt: skip
    shown = message["Subject"] if field == "subject" else message["To"].addresses[0].display_name
    assert shown == hidden.replace("=?", "= ?")
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.com"]


@pytest.mark.parametrize(
    "name",
    ["Lehmann, Ada", 'Ada "die Erste" Lehmann', "Ada <evil@example.com>", "Ürgens; Bcc: x@y.example", ""],
)
def test_a_name_never_adds_a_reader(name: str) -> None:
    [reader] = sent(letter(to_name=name))["To"].addresses

    assert (reader.display_name, reader.addr_spec) == (name, "ada@example.com")


def test_a_domain_with_an_umlaut_is_written_as_the_mail_servers_know_it() -> None:
    [reader] = sent(letter(to_address="ada@müller.example"))["To"].addresses

    assert reader.addr_spec == "ada@xn--mller-kva.example"


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "@example.com", "ada@example.com, ben@example.com", "ada <a@b.example>"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        mail(letter(to_address=address), [], sender=SENDER)


def test_an_enclosure_arrives_byte_for_byte_under_its_name() -> None:
    content = bytes(range(256)) * 40
    enclosed = Enclosure(
        letter_id=uuid4(), name="Rechnung für März.pdf", media_type="application/pdf", content=content
    )

    message = message_from_bytes(bytes(mail(letter(), [enclosed], sender=SENDER)), policy=default)

    assert isinstance(message, EmailMessage)
    [part] = message.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("application/pdf", "Rechnung für März.pdf")
    assert part.get_payload(decode=True) == content


def test_no_line_is_longer_than_mail_servers_take() -> None:
    raw = bytes(mail(letter(html="<p>" + "ä" * 5_000 + "</p>", text="x" * 3_000), [], sender=SENDER))

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mx.example", (25, False, None, None, None)),
        ("smtp://mx.example:2525", (2525, False, None, None, None)),
        ("smtp://a%40b:p%3Aw@mx.example:587", (587, False, True, "a@b", "p:w")),
        ("smtp+starttls://mx.example", (587, False, True, None, None)),
        ("smtps://u:p@mx.example", (465, True, None, "u", "p")),
    ],
)
def test_a_password_never_travels_in_the_clear(url: str, expected: tuple[object, ...]) -> None:
    chosen = server(url)

    assert tuple(chosen[key] for key in ("port", "use_tls", "start_tls", "username", "password")) == expected
