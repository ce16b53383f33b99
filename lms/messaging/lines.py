"""Open lines to the mail server: a few connections, each used for many letters."""

import asyncio
import ssl
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP

from lms.messaging.answers import UNAVAILABLE, Failed, Later, OurServer, data_refused, recipient_refused
from lms.messaging.troubles import Trouble

STEP_SECONDS = 10
WHOLE_SECONDS = 40
PER_LINE = 100
"""So many letters go over one connection, then a new one is opened: servers limit that, and say so only by refusing."""
RECOVERY = 200
FEWER_LINES_AFTER = timedelta(seconds=3)
TOO_LARGE = 552
STARTTLS = "smtp+starttls"


class Lines:
    """Hands letters over to one mail server, on at most `most` connections and `per_minute` letters (0: as many as can be).

    What is urgent waits for neither. Call `hang_up` when there is nothing to send.
    """

    def __init__(self, url: str, *, most: int, per_minute: int = 0, hostname: str = "localhost") -> None:
        self.url, self.most, self.hostname = url, most, hostname
        self._interval = 60 / per_minute if per_minute else 0.0
        self._next_at = 0.0
        self._allowed, self._taken = most, 0
        self._free = asyncio.Condition()
        self._idle: list[_Line] = []
        self._since_fewer = 0

    async def send(self, sender: str, to: str, content: bytes, *, is_urgent: bool = False) -> None:
        """Hand one letter over. Raises OurServer when none can be sent now, Failed and Later when this one cannot."""
        if not is_urgent:
            await self._wait_for_turn()
        try:
            await self._send(sender, to, content)
        finally:
            if not is_urgent:
                async with self._free:
                    self._taken -= 1
                    self._free.notify()

    async def hang_up(self) -> None:
        """Say good-bye on every line that is idle."""
        while self._idle:
            await self._idle.pop().hang_up()

    async def _wait_for_turn(self) -> None:
        async with self._free:
            await self._free.wait_for(lambda: self._taken < self._allowed)
            self._taken += 1
        if self._interval:
            now = asyncio.get_running_loop().time()
            mine = max(now, self._next_at)
            self._next_at = mine + self._interval
            try:
                await asyncio.sleep(mine - now)
            except asyncio.CancelledError:
                async with self._free:
                    self._taken -= 1
                    self._free.notify()
                raise

    async def _send(self, sender: str, to: str, content: bytes) -> None:
        line = self._idle.pop() if self._idle else await self._open()
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                try:
                    await line.begin(sender, len(content))
                except OurServer:
                    if not line.letters:
                        raise
                    line.cut()  # the server had hung up meanwhile; nothing of this letter was said yet
                    line = await self._open()
                    await line.begin(sender, len(content))
                await line.deliver(to, content)
        except (Failed, Later):
            if not await line.is_ready_again():
                line.cut()
                raise
            self._idle.append(line)
            raise
        except TimeoutError as error:
            line.cut()
            raise Later("the mail server took too long") from error
        except BaseException:
            line.cut()
            raise
        await self._keep(line)

    async def _keep(self, line: "_Line") -> None:
        self._since_fewer += 1
        if self._allowed < self.most and self._since_fewer >= RECOVERY:
            self._allowed, self._since_fewer = self._allowed + 1, 0
        if line.letters >= PER_LINE:
            await line.hang_up()
        else:
            self._idle.append(line)

    async def _open(self) -> "_Line":
        if not self.url:
            raise OurServer("no mail server is set")
        try:
            return await _Line.open(self.url, self.hostname)
        except OurServer as trouble:
            if trouble.code == UNAVAILABLE and self._taken > 1:  # too many connections: fewer will do
                self._allowed, self._since_fewer = max(1, self._taken - 1), 0
                raise Later(str(trouble), after=FEWER_LINES_AFTER) from trouble
            raise


class _Line:
    """One connection."""

    def __init__(self, smtp: SMTP) -> None:
        self.smtp = smtp
        self.letters = 0

    @classmethod
    async def open(cls, url: str, hostname: str) -> "_Line":
        try:
            smtp = SMTP(**server(url), local_hostname=hostname)
            async with asyncio.timeout(WHOLE_SECONDS):
                await smtp.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            raise OurServer(f"{error.code} {error.message}", trouble=Trouble.LOGIN) from error
        except ssl.SSLError as error:
            raise OurServer(f"{type(error).__name__}: {error}", trouble=Trouble.ENCRYPTION) from error
        except aiosmtplib.SMTPResponseException as error:
            raise OurServer(f"{error.code} {error.message}", code=error.code) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            is_tls = isinstance(error.__cause__, ssl.SSLError) or "TLS" in str(error)
            raise OurServer(
                f"{type(error).__name__}: {error}", trouble=Trouble.ENCRYPTION if is_tls else Trouble.AWAY
            ) from error
        return cls(smtp)

    async def begin(self, sender: str, size: int) -> None:
        """Name the sender. Raises OurServer: nothing was said of any letter yet."""
        options = [f"SIZE={size}"] if self.smtp.supports_extension("size") else []
        try:
            await self.smtp.mail(sender, options=options)
        except aiosmtplib.SMTPSenderRefused as error:
            said = f"{error.code} {error.message}"
            if error.code == TOO_LARGE:
                raise Failed(Trouble.CONTENT, said) from error
            raise OurServer(said, code=error.code) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise OurServer(f"{type(error).__name__}: {error}") from error

    async def deliver(self, to: str, content: bytes) -> None:
        """Hand the letter over. Raises Failed and Later."""
        self.letters += 1
        try:
            await self.smtp.rcpt(to)
            await self.smtp.data(content)
        except aiosmtplib.SMTPRecipientRefused as error:
            raise recipient_refused(error.code, error.message) from error
        except aiosmtplib.SMTPDataError as error:
            raise data_refused(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Later(f"{type(error).__name__}: {error}") from error

    async def is_ready_again(self) -> bool:
        """Forget the letter that was refused (RSET) and be ready for the next."""
        if not self.smtp.is_connected:
            return False
        try:
            await self.smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    async def hang_up(self) -> None:
        try:
            await self.smtp.quit(timeout=1)
        except (aiosmtplib.SMTPException, OSError):
            self.cut()

    def cut(self) -> None:
        self.smtp.close()


def server(url: str) -> dict[str, Any]:
    """What aiosmtplib wants to know, from smtp://, smtp+starttls:// or smtps://user:password@host:port.

    smtp:// uses STARTTLS when the server offers it, and insists on it as soon as there is a password to protect.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", STARTTLS} or not parts.hostname:
        raise ValueError("the mail server's address starts with smtp://, smtp+starttls:// or smtps://")
    is_tls = parts.scheme == "smtps"
    insists = parts.scheme == STARTTLS or (parts.password is not None and not is_tls)
    return {
        "hostname": parts.hostname,
        "port": parts.port or {"smtps": 465, STARTTLS: 587}.get(parts.scheme, 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "start_tls": True if insists else None,
        "timeout": STEP_SECONDS,
    }
