"""The service of these tests sends its letters to a mail server of their own."""

from collections.abc import AsyncIterator

import pytest

from lms.settings import Settings
from tests.messaging.gateway import SmsServer
from tests.messaging.mailing import MailServer


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.open()
    yield server
    await server.close()


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer) -> Settings:
    return settings.model_copy(update={"smtp_url": mail_server.url})


@pytest.fixture
async def sms_server() -> AsyncIterator[SmsServer]:
    server = SmsServer()
    await server.open()
    yield server
    await server.close()
