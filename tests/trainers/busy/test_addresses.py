"""Which addresses are read: those on the open Internet, whatever they are called and wherever they lead (S-66)."""

import gzip
from collections.abc import Sequence

import pytest

from lms.trainers.busy.addresses import Allowed, UnfitAddress, is_public, place_of
from lms.trainers.busy.fetching import LARGEST, NotRead, fetch
from lms.trainers.busy.models import Failure
from tests.trainers.busy.strangers import answer, calendar, hour, serving

PLAIN = Allowed()


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.0.8", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
        "2002:7f00:1::", "2001::1", "2001:db8::1", "fe80::1%eth0", "localhost", "",
    ],
)  # fmt: skip
def test_what_leads_inside_is_not_public(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize("number", ["93.184.216.34", "2a00:1450:4001::200e"])
def test_the_open_internet_is_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "address",
    [
        "", "kalender", "ftp://example.org/a.ics", "file:///etc/passwd", "http://example.org/a.ics", "https://",
        "https://example.org:8443/a.ics", "https://user:secret@example.org/a.ics", "https://example.org\\@evil/a",
        "https://exa mple.org/", "https://example.org/\r\nHost: inside", "gopher://example.org", "https://example.org:x/",
        "javascript:alert(1)", "https://[fe80::1%25eth0]/a.ics", "https://" + "a" * 3000,
    ],
)  # fmt: skip
def test_other_schemes_ports_and_names_in_the_address_are_refused(address: str) -> None:
    with pytest.raises(UnfitAddress):
        place_of(address, PLAIN)


def test_webcal_means_https_and_names_are_written_in_ascii() -> None:
    assert place_of(" webcal://Bücher.example/k.ics?x=1#y ", PLAIN).address == (
        "https://xn--bcher-kva.example/k.ics?x=1"
    )


async def leads_to(*numbers: str) -> Failure:
    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return numbers

    with pytest.raises(NotRead) as refusal:
        await fetch("https://calendar.example/a.ics", allowed=PLAIN, resolver=resolver)
    return refusal.value.failure


async def test_a_name_that_leads_inside_is_not_asked_not_even_when_it_leads_outside_as_well() -> None:
    assert await leads_to("169.254.169.254") is Failure.NOT_PUBLIC
    assert await leads_to("93.184.216.34", "127.0.0.1") is Failure.NOT_PUBLIC
    assert await leads_to() is Failure.AWAY


@pytest.mark.parametrize(
    "address", ["https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/"]
)
async def test_numbers_in_other_spellings_lead_inside_all_the_same(address: str) -> None:
    with pytest.raises(NotRead) as refusal:
        await fetch(address, allowed=PLAIN)
    assert refusal.value.failure in {Failure.NOT_PUBLIC, Failure.AWAY}


async def test_each_redirect_is_looked_at_anew_and_there_are_three_at_most() -> None:
    text = calendar(hour("20261207"))
    steps = {
        "/inside": "https://127.0.0.1/a",
        "/file": "file:///etc/passwd",
        "/round": "/round",
        "/ok": "/good",
    }

    def say(path: str, _headers: dict[str, str]) -> bytes:
        if path in steps:
            return answer(b"", f"Location: {steps[path]}", status="302 Found")
        return answer(text)

    async with serving(say) as host:
        allowed = Allowed(hosts=[host])
        assert (await fetch(f"http://{host}/ok", allowed=allowed)).text == text
        for path, failure in (
            ("inside", Failure.NOT_PUBLIC), ("file", Failure.NOT_PUBLIC), ("round", Failure.REFUSED),
        ):  # fmt: skip
            with pytest.raises(NotRead) as refusal:
                await fetch(f"http://{host}/{path}", allowed=allowed)
            assert refusal.value.failure is failure


async def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_asked_for_once() -> None:
    asked: list[str] = []

    async with serving(lambda _path, headers: answer(headers["host"].encode())) as host:
        port = int(host.rsplit(":", 1)[1])

        async def rebinding(name: str, _port: int) -> Sequence[str]:
            asked.append(name)
            return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

        name = f"calendar.example:{port}"
        found = await fetch(f"http://{name}/", allowed=Allowed(hosts=[name]), resolver=rebinding)

    assert (found.text, asked) == (name.encode(), ["calendar.example"])


async def test_what_is_too_large_or_unpacks_too_large_is_not_taken_in() -> None:
    bomb = gzip.compress(b"x" * (LARGEST + 1))
    answers = {
        "/long": answer(b"x" * (LARGEST + 1)),
        "/lies": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * (LARGEST + 1),
        "/bomb": answer(bomb, "Content-Encoding: gzip"),
    }
    packed = answer(gzip.compress(b"BEGIN"), "Content-Encoding: gzip")

    async with serving(lambda path, _headers: answers.get(path, packed)) as host:
        allowed = Allowed(hosts=[host])
        for path in answers:
            with pytest.raises(NotRead) as refusal:
                await fetch(f"http://{host}{path}", allowed=allowed)
            assert refusal.value.failure is Failure.TOO_LARGE
        assert (await fetch(f"http://{host}/packed", allowed=allowed)).text == b"BEGIN"


async def test_who_knows_the_calendar_already_is_told_that_nothing_has_changed() -> None:
    def say(_path: str, headers: dict[str, str]) -> bytes:
        if headers.get("if-none-match") == '"1"':
            return answer(status="304 Not Modified")
        return answer(b"BEGIN", 'ETag: "1"', "Last-Modified: Fri, 04 Dec 2026 08:00:00 GMT")

    async with serving(say) as host:
        first = await fetch(f"http://{host}/", allowed=Allowed(hosts=[host]))
        second = await fetch(f"http://{host}/", allowed=Allowed(hosts=[host]), etag=first.etag)

    assert (first.text, first.etag) == (b"BEGIN", '"1"')
    assert (second.text, second.etag) == (None, '"1"')


@pytest.mark.parametrize(
    ("status", "failure"),
    [("404 Not Found", Failure.MISSING), ("401 Unauthorized", Failure.MISSING), ("503 Away", Failure.AWAY)],
)
async def test_a_refusal_says_what_to_do(status: str, failure: Failure) -> None:
    async with serving(lambda _path, _headers: answer(status=status)) as host:
        with pytest.raises(NotRead) as refusal:
            await fetch(f"http://{host}/", allowed=Allowed(hosts=[host]))
    assert refusal.value.failure is failure
