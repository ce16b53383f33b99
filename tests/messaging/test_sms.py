"""Short messages: handed to a real gateway until it takes them, shown once, and a letter where that cannot be."""

from uuid import UUID

import pytest
from pydantic import SecretStr

from lms.db import Begin
from lms.jobs.worker import Worker
from lms.messaging.models import Channel, LetterState
from lms.messaging.troubles import read
from lms.messaging.ways import takes_sms, way_to
from lms.settings import Settings
from tests.making import BOTH, FixedClock
from tests.messaging.gateway import SmsServer
from tests.messaging.mailing import letter_of, put_in_outbox

MOBILE = "+4915112345678"


@pytest.fixture
def settings(settings: Settings, sms_server: SmsServer) -> Settings:
    given = {"sms_url": f"http://127.0.0.1:{sms_server.port}/senden", "sms_token": SecretStr("geheim")}
    return settings.model_copy(update=given)


async def short_message(
    begin: Begin, *, address: str = "Ada Lehmann\nHagenstraße 1\n39340 Haldensleben"
) -> UUID:
    return await put_in_outbox(
        begin, to=MOBILE, channel=Channel.SMS, short="Ein Platz ist frei.", postal_address=address
    )


@BOTH
async def test_a_message_is_handed_over_again_until_the_gateway_takes_it_and_shown_once(
    begin: Begin, jobs: Worker, sms_server: SmsServer, clock: FixedClock
) -> None:
    sms_server.answers = [503, 429, 202]
    letter_id = await short_message(begin)

    for _ in range(4):
        await jobs.drain()
        clock.forward(minutes=16)

    assert sms_server.shown == {str(letter_id): "Ein Platz ist frei."}
    assert (sms_server.took[0]["to"], sms_server.tokens) == (MOBILE, {"bearer geheim"})
    assert (await letter_of(begin, letter_id)).state is LetterState.SENT


@pytest.mark.parametrize(
    ("address", "becomes"),
    [
        ("Ada Lehmann\nHagenstraße 1", (Channel.POST, LetterState.WAITING)),
        ("Ada Lehmann", (Channel.SMS, LetterState.FAILED)),
    ],
)
async def test_what_the_gateway_will_never_take_goes_on_paper_or_before_the_eyes_of_the_team(
    begin: Begin,
    jobs: Worker,
    sms_server: SmsServer,
    address: str,
    becomes: tuple[Channel, LetterState],
) -> None:
    sms_server.answers = [422]
    letter_id = await short_message(begin, address=address)

    await jobs.drain()

    letter = await letter_of(begin, letter_id)
    assert (letter.channel, letter.state) == becomes
    assert read(letter.error)[0] == "The short message could not be delivered to this number."


async def test_after_a_day_without_the_gateway_the_letter_is_printed(
    begin: Begin, jobs: Worker, sms_server: SmsServer, clock: FixedClock
) -> None:
    await sms_server.close()
    letter_id = await short_message(begin)
    await jobs.drain()
    assert (await letter_of(begin, letter_id)).channel is Channel.SMS

    clock.forward(hours=25)
    await jobs.drain()

    letter = await letter_of(begin, letter_id)
    assert (letter.channel, letter.state) == (Channel.POST, LetterState.WAITING)


@pytest.mark.parametrize(
    ("channel", "known", "sms", "in_writing", "way"),
    [
        (Channel.EMAIL, {"email": "a@b.de"}, 1, 1, Channel.EMAIL),
        (Channel.EMAIL, {"phone": MOBILE}, 1, 0, Channel.POST),
        (Channel.SMS, {"phone": MOBILE}, 1, 0, Channel.SMS),
        (Channel.SMS, {"phone": MOBILE}, 0, 0, Channel.POST),
        (Channel.SMS, {"phone": MOBILE}, 1, 1, Channel.POST),
        (Channel.SMS, {"phone": "+493904112233"}, 1, 0, Channel.POST),
        (Channel.PHONE, {"phone": "+493904112233"}, 0, 0, Channel.PHONE),
        (Channel.PHONE, {"phone": "+493904112233"}, 0, 1, Channel.POST),
        (Channel.PHONE, {"email": "a@b.de"}, 1, 0, Channel.POST),
        (Channel.POST, {"email": "a@b.de", "phone": MOBILE}, 1, 0, Channel.POST),
    ],
)
def test_everybody_has_exactly_one_way(
    channel: Channel, known: dict[str, str], sms: int, in_writing: int, way: Channel
) -> None:
    email, phone = known.get("email"), known.get("phone")
    found = way_to(channel, email=email, phone=phone, has_sms=bool(sms), in_writing=bool(in_writing))
    assert found is way


def test_short_messages_go_to_mobile_numbers_only() -> None:
    numbers = (MOBILE, "+493904112233", "", None, "110", "keine")
    assert [takes_sms(number) for number in numbers] == [True, False, False, False, False, False]
