"""Which seals a stranger's file carries: what differs is named, and no file can make the inspection fail."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.render import Renderer
from certificates.sealing import FoundSeal, Inspection, inspect_seals
from certificates.sealing.inspecting import LARGEST_FILE, MOST_SEALS
from tests.certificates.making import make_certificate
from tests.certificates.sealing import House, now, open_house


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as house:
        yield house


@pytest.fixture(scope="module")
def paper(renderer: Renderer) -> bytes:
    return renderer.pdf(make_certificate())


@pytest.fixture(scope="module")
def sealed(house: House, paper: bytes) -> bytes:
    return asyncio.run(house.sealer().seal(paper, at=now()))


def only(inspection: Inspection) -> FoundSeal:
    (seal,) = inspection.seals
    return seal


def test_our_own_seal_is_intact_over_the_whole_file_and_stamped(house: House, sealed: bytes) -> None:
    found = inspect_seals(sealed, [house.issued.certificate])

    seal = only(found)
    assert found.is_ours_and_unchanged
    assert seal.fingerprint == house.key().public.fingerprint
    assert seal.subject == "Testsiegel der Vorführung – ohne Rechtskraft, Zentrum für digitale Bildung"
    assert seal.issuer == "Ausstellerin der Vorführung – ohne Rechtskraft"
    assert seal.stamped_at is not None
    assert abs(seal.stamped_at - now()) < timedelta(minutes=5)


def test_a_paper_without_a_seal_has_none(paper: bytes) -> None:
    assert inspect_seals(paper) == Inspection()


def test_a_changed_byte_breaks_the_seal(house: House, sealed: bytes) -> None:
    for place in (50, len(sealed) // 3, len(sealed) - 30):
        changed = bytearray(sealed)
        changed[place] ^= 1

        found = inspect_seals(bytes(changed), [house.issued.certificate])

        assert not found.is_ours_and_unchanged
        assert not any(seal.intact for seal in found.seals)


def test_what_is_appended_later_leaves_the_seal_intact_but_no_longer_over_the_whole_file(
    house: House, sealed: bytes
) -> None:
    found = inspect_seals(sealed + b"\n1 0 obj\n<< /Type /Page >>\nendobj\n%%EOF", [house.issued.certificate])

    assert only(found).intact
    assert not only(found).covers_whole_file
    assert not found.is_ours_and_unchanged


def test_a_file_saved_anew_has_a_broken_seal(house: House, sealed: bytes) -> None:
    again = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as file:
        file.save(again)

    found = inspect_seals(again.getvalue(), [house.issued.certificate])

    assert not any(seal.intact for seal in found.seals)


def test_a_cut_file_is_not_covered(house: House, sealed: bytes) -> None:
    found = inspect_seals(sealed[:-20], [house.issued.certificate])

    assert not only(found).intact
    assert not only(found).covers_whole_file


async def test_a_foreign_seal_is_intact_but_not_ours_even_under_our_name(
    house: House, sealed: bytes, paper: bytes
) -> None:
    with open_house() as forger:
        forged = await forger.sealer(stamps=False).seal(paper, at=now())

    found = inspect_seals(forged, [house.issued.certificate])

    assert only(found).intact
    assert only(found).subject == only(inspect_seals(sealed)).subject
    assert not only(found).trusted
    assert not found.is_ours_and_unchanged


def test_a_stolen_signature_does_not_fit_another_paper(house: House, sealed: bytes) -> None:
    number = sealed.index(b"/ByteRange")
    other = b"%PDF-1.7\n" + bytes(number - 9) + sealed[number:]

    assert not only(inspect_seals(other, [house.issued.certificate])).intact


async def test_after_rotation_a_former_seal_still_counts_where_it_is_listed(
    house: House, paper: bytes
) -> None:
    former = house.authority.seal_for("Zentrum", now=now() - timedelta(days=800))
    old = await house.sealer(former, stamps=False).seal(paper, at=now() - timedelta(days=400))
    new = await house.sealer(stamps=False).seal(paper, at=now())

    listed = [house.issued.certificate, former.certificate]

    assert inspect_seals(old, listed).is_ours_and_unchanged
    assert inspect_seals(new, listed).is_ours_and_unchanged
    assert not inspect_seals(old, [house.issued.certificate]).is_ours_and_unchanged


def test_a_range_that_hides_more_than_its_own_signature_is_refused(sealed: bytes) -> None:
    start = sealed.index(b"/ByteRange")
    end = sealed.index(b"]", start)
    for numbers in (
        "0 10 20 30",
        "5 10 20 30",
        "0 99999999 99999999 5",
        "0 0 0 0",
        "9 9 9 9",
        "0 9999999999 9999999999 9999999999",
    ):
        put = f"/ByteRange [{numbers}".encode().ljust(end - start)

        assert not only(inspect_seals(sealed[:start] + put + sealed[end:])).intact


def test_thousands_of_signatures_and_huge_files_are_not_looked_at(sealed: bytes) -> None:
    crowded = inspect_seals(b"/ByteRange [0 1 3 4]<aa>" * 5_000)

    assert crowded.more
    assert len(crowded.seals) == MOST_SEALS
    assert inspect_seals(sealed + bytes(LARGEST_FILE)) == Inspection(too_large=True)
    assert inspect_seals(b"/ByteRange [" + b" " * 1_000_000 + b"0").seals == ()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.binary(min_size=1, max_size=40))
def test_nothing_that_stands_in_place_of_the_signature_makes_it_fail(place: int, junk: bytes) -> None:
    content = bytes.fromhex("3082") + junk
    hidden = content.hex().encode()
    head = b"%PDF-1.7\n"
    text = b"%(head)b<%(hidden)b>/ByteRange [0 %(first)d %(second)d 0]" % {
        b"head": head,
        b"hidden": hidden,
        b"first": len(head),
        b"second": len(head) + len(hidden) + 2,
    }

    assert not any(seal.intact for seal in inspect_seals(text).seals)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_to_the_signature_makes_it_fail(sealed: bytes, data: st.DataObject) -> None:
    start = sealed.index(b"/Contents <") + 11
    damaged = bytearray(sealed)
    for place in data.draw(st.lists(st.integers(0, 6_000), min_size=1, max_size=4)):
        damaged[start + place] = data.draw(st.sampled_from(b"0123456789abcdef"))

    inspect_seals(bytes(damaged))
