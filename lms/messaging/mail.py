"""The one builder of e-mails (S-65)."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from lms.kernel.clock import local
from lms.messaging.models import Enclosure, Letter

_BREAKS = re.compile("[\r\n\0]")
INVITING = ("REQUEST", "CANCEL")
"""Methods of iTIP that a calendar programme acts upon, the weightier first."""
_ENCODED_WORD = re.compile(r"=(?=\?)")


class BadAddress(ValueError):
    """Nothing can be sent to this address."""


def mail(letter: Letter, enclosures: Sequence[Enclosure], *, sender: str) -> EmailMessage:
    """The letter as an e-mail: plain text, HTML, an invitation and what travels with it.

    An invitation among the enclosures (iTIP: method REQUEST or CANCEL) is the third way to read the letter, for calendar
    programmes, and a file as well (RFC 6047, 2.4).

    Message-ID and Date are made from the letter, so that sending it twice sends the same message twice.
    Raises BadAddress when the reader's address is none, ValueError when a header holds a line break.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = _party(name, address)
    message["To"] = _party(letter.to_name, letter.to_address)
    message["Subject"] = header_text(letter.subject)
    message["Date"] = format_datetime(local(letter.written_at))
    message["Message-ID"] = message_id(letter, sender=sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes in return
    if letter.unsubscribe:  # RFC 8058: one click, without signing in; only what is news has it
        message["List-Unsubscribe"] = f"<{header_text(letter.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Precedence"] = "bulk"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    invitation = _invitation(enclosures)
    if invitation is not None:
        _offer(message, invitation)
    for item in enclosures:
        _enclose(message, item)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():  # left to chance, every attempt would be another message
            part.set_boundary(f"part-{number}-{letter.id.hex}")
    # last: building the parts moves all content headers into the first
    message["Content-Language"] = letter.language
    return message


def message_id(letter: Letter, *, sender: str) -> str:
    """The same for every attempt, so that what arrives twice is recognised."""
    return f"<{letter.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"


def header_text(value: str) -> str:
    """The value as it may stand in a header. Raises ValueError for a line break.

    Python 3.11 and 3.12 write what an encoded word hides (=?utf-8?q?=0D=0ABcc…?=) as real header lines; a space after
    the equals sign leaves it the text that it is.
    """
    if _BREAKS.search(value):
        raise ValueError("a header holds a line break")
    return _ENCODED_WORD.sub("= ", value)


def _party(name: str, address: str) -> Address:
    try:
        return Address(display_name=header_text(name), addr_spec=_ascii_domain(address))
    except (ValueError, IndexError) as error:  # the parser of 3.11 gives up with either
        raise BadAddress(address) from error


def _ascii_domain(address: str) -> str:
    mailbox, at, domain = address.rpartition("@")
    if not at or not mailbox or not domain or _BREAKS.search(address) or not mailbox.isascii():
        raise ValueError("no mail address")
    return f"{mailbox}@{domain.encode('idna').decode()}"


def _invitation(enclosures: Sequence[Enclosure]) -> Enclosure | None:
    """What a calendar programme is to act upon: the first date that is entered, else the first that is taken out.

    One alone: programmes act upon one part, and a part speaks of one date.
    """
    for method in INVITING:
        for item in enclosures:
            media_type, params = _read(item.media_type)
            if media_type == "text/calendar" and params.get("method", "").upper() == method:
                return item
    return None


def _offer(message: EmailMessage, item: Enclosure) -> None:
    media_type, params = _read(item.media_type)
    main, _, sub = media_type.partition("/")
    message.add_alternative(item.content, maintype=main, subtype=sub, cte="base64")
    part = list(message.iter_parts())[-1]
    for key, value in params.items():
        part.set_param(key, value)


def _enclose(message: EmailMessage, item: Enclosure) -> None:
    """Attach it in base64, byte for byte: calendar files and PDFs suffer from a mail server's idea of line ends."""
    media_type, params = _read(item.media_type)
    main, _, sub = media_type.partition("/")
    message.add_attachment(
        item.content, maintype=main, subtype=sub, filename=header_text(item.name), cte="base64"
    )
    part = list(message.iter_attachments())[-1]
    for key, value in params.items():
        part.set_param(key, value)


def _read(media_type: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters."""
    name, *params = [part.strip() for part in media_type.split(";")]
    pairs = (param.partition("=") for param in params)
    return name, {key: value for key, _, value in pairs}
