"""The demo's own mail server: a real one on a loopback port, whose post office is a folder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.parser import BytesHeaderParser
from email.policy import default
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from aiosmtpd.smtp import SMTP, Envelope, Session

from lms.settings import Settings

LARGEST = 20_000_000
ACCEPTED = "250 Message accepted for delivery"


def mailbox(settings: Settings) -> Path:
    """The folder in which the demo's letters arrive."""
    return settings.files / "mailbox"


@asynccontextmanager
async def demo_mail_server(settings: Settings) -> AsyncIterator[str]:
    """Take mail in while the block runs; gives the address for `LMS_SMTP_URL`. Only this machine can reach it."""
    folder = mailbox(settings)
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            Postman(folder), data_size_limit=LARGEST, hostname="demo", loop=loop, enable_SMTPUTF8=True
        ),
        host="127.0.0.1",
        port=0,
    )
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


class Postman:
    """Puts what arrives into the folder. The file is named after the Message-ID: what arrives twice is there once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message as it came, under its final name only when it is whole."""
        content = envelope.original_content or b""
        message_id = BytesHeaderParser(policy=default).parsebytes(content).get("Message-ID", "")
        name = sha256(str(message_id).encode() or content).hexdigest()[:32]
        await asyncio.to_thread(self._keep, name, content)
        return ACCEPTED

    def _keep(self, name: str, content: bytes) -> None:
        with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            file.write(content)
        Path(file.name).rename(self.folder / f"{name}.eml")
