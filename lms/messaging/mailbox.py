"""The mailbox for returns, over IMAP (RFC 3501): reads what is new, a little of each, and puts away what was dealt with."""

import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

SECONDS = 20
BYTES = 200_000
"""What matters of a returned letter stands in its first parts; a stranger's hundred megabytes are not fetched."""
STARTTLS = "imap+starttls"


class Mailbox:
    """One connection, to be used in a thread: `with Mailbox(url) as box`. Raises IMAPClientError, OSError."""

    def __init__(self, url: str, *, done: str = "Bearbeitet") -> None:
        parts = urlsplit(url)
        self.done = done
        self.folder = unquote(parts.path.lstrip("/")) or "INBOX"
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self._is_tls, self._starttls = parts.scheme == "imaps", parts.scheme == STARTTLS
        self._host, self._port = parts.hostname or "", parts.port or (993 if self._is_tls else 143)

    def __enter__(self) -> Self:
        self._client = IMAPClient(
            self._host, self._port, ssl=self._is_tls, timeout=SECONDS, ssl_context=ssl.create_default_context() if self._is_tls else None,
        )  # fmt: skip
        try:
            if self._starttls:
                self._client.starttls(ssl.create_default_context())
            self._client.login(self.user, self.password)
            selected = self._client.select_folder(self.folder)
        except BaseException:
            self._client.shutdown()
            raise
        self.validity = int(selected[b"UIDVALIDITY"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(IMAPClientError, OSError):
            self._client.logout()

    def unread(self) -> dict[str, int]:
        """The unread messages by a key that never names another one, oldest first."""
        return {f"{self.validity}/{uid}": uid for uid in sorted(self._client.search(["UNSEEN"]))}

    def beginnings(self, uids: Collection[int]) -> Mapping[int, bytes]:
        """The beginning of each of these messages, which stay unread."""
        part = f"BODY.PEEK[]<0.{BYTES}>"
        found = {}
        for uid in uids:
            data = self._client.fetch([uid], [part]).get(uid, {})
            found[uid] = next((value for name, value in data.items() if name.startswith(b"BODY[]")), b"")
        return found

    def put_away(self, uids: Collection[int]) -> None:
        """Move these into the folder of what was dealt with, which is made when there is none."""
        if not uids:
            return
        if not self._client.folder_exists(self.done):
            self._client.create_folder(self.done)
        if self._client.has_capability("MOVE"):
            self._client.move(list(uids), self.done)
            return
        self._client.copy(list(uids), self.done)
        self._client.delete_messages(list(uids))
        if self._client.has_capability("UIDPLUS"):  # else the server tidies up by itself, some day
            self._client.uid_expunge(list(uids))
