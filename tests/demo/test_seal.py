"""The demonstration's own seal: made at the first start, kept for the next, and of no legal force."""

import socket
from pathlib import Path

import pytest

from certificates.sealing import inspect_seals
from lms.certification.sealing import ensure_seal, sealer, seals
from lms.cli.demo_seal import demo_seal
from lms.settings import Settings
from tests.certificates.sealing import BLANK, now


@pytest.fixture
def chosen(settings: Settings, tmp_path: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return settings.model_copy(update={"port": port - 11, "files": tmp_path})


def with_(chosen: Settings, additions: dict[str, str]) -> Settings:
    facts = {name.removeprefix("LMS_").lower(): value for name, value in additions.items()}
    paths = {name: Path(value) for name, value in facts.items() if not name.endswith("url")}
    return chosen.model_copy(update=facts | paths)


async def test_the_demonstration_seals_with_a_time_stamp_and_says_that_it_has_no_legal_force(
    chosen: Settings,
) -> None:
    with demo_seal(chosen) as additions:
        given = with_(chosen, dict(additions))
        await ensure_seal(given, now())
        seal = sealer(given)
        assert seal is not None
        sealed = await seal.seal(BLANK, at=now())

    found = inspect_seals(sealed, seals(given).certificates)
    assert found.is_ours_and_unchanged
    assert found.seals[0].stamped_at is not None
    assert "ohne Rechtskraft" in found.seals[0].subject
    assert [one.subject.split(" ")[0] for one in seals(given).former] == ["Früheres"]


def test_the_next_start_uses_the_same_seal_and_only_its_owner_may_read_it(chosen: Settings) -> None:
    with demo_seal(chosen) as additions:
        first = seals(with_(chosen, dict(additions))).current
    with demo_seal(chosen) as again:
        second = seals(with_(chosen, dict(again))).current

    assert first is not None
    assert first == second
    assert additions == again
    files = [file for file in chosen.files.rglob("*") if file.is_file()]
    assert len(files) >= 6
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_when_its_port_is_taken_there_is_a_new_seal_and_the_old_one_is_listed_as_former(
    chosen: Settings,
) -> None:
    with demo_seal(chosen) as additions:
        first = seals(with_(chosen, dict(additions))).current
        with demo_seal(chosen) as others:
            found = seals(with_(chosen, dict(others)))

    assert found.current is not None
    assert found.current != first
    assert first in found.former


def test_a_centre_with_a_seal_of_its_own_and_one_in_service_get_none(
    chosen: Settings, tmp_path: Path
) -> None:
    with demo_seal(chosen.model_copy(update={"seal_file": tmp_path / "own.p12"})) as own:
        assert own == {}
    with demo_seal(chosen.model_copy(update={"demo": False})) as real:
        assert real == {}
    assert not (tmp_path / "seal").exists()
