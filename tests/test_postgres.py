"""The tests' own PostgreSQL: real databases, copied quickly, and nothing left behind."""

import psycopg
import pytest

from tests.postgres import Refilled, create_database, database_url, drop_database, template_database


def note(url: str, words: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (words text)")
        connection.execute("INSERT INTO note VALUES (%s)", [words])


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [words for (words,) in connection.execute("SELECT words FROM note").fetchall()]


def test_a_copy_has_what_its_template_has_and_goes_its_own_way(postgres: str, worker: str) -> None:
    template = template_database(postgres, f"template_{worker}", lambda url: note(url, "from the template"))

    one = create_database(postgres, f"one_{worker}", template)
    other = create_database(postgres, f"other_{worker}", template)
    note(one, "mine")

    assert (notes(one), notes(other)) == (["from the template", "mine"], ["from the template"])


def test_a_template_is_filled_once(postgres: str, worker: str) -> None:
    filled: list[str] = []

    for _ in range(2):
        template_database(postgres, f"once_{worker}", filled.append)

    assert filled == [database_url(postgres, f"once_{worker}")]


def test_a_dropped_database_is_gone_though_somebody_was_connected(postgres: str, worker: str) -> None:
    url = create_database(postgres, f"short_{worker}")

    with psycopg.connect(url):
        drop_database(postgres, f"short_{worker}")

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_the_next_test_finds_the_rows_of_the_template_and_no_others(postgres: str, worker: str) -> None:
    template = template_database(postgres, f"next_{worker}", lambda url: note(url, "from the template"))
    refilled = Refilled(postgres, f"again_{worker}", template)
    first = refilled.url()
    still_there = psycopg.connect(first)
    note(first, "mine")
    mine = notes(first)

    again = refilled.url()

    assert (mine, notes(again)) == (["from the template", "mine"], ["from the template"])
    assert again == first
    with pytest.raises(psycopg.OperationalError):
        still_there.execute("SELECT 1")


def test_a_table_too_many_is_gone_for_the_next_test(postgres: str, worker: str) -> None:
    template = template_database(postgres, f"shape_{worker}", lambda url: note(url, "from the template"))
    refilled = Refilled(postgres, f"changed_{worker}", template)
    with psycopg.connect(refilled.url()) as connection:
        connection.execute("CREATE TABLE too_many (words text)")

    with psycopg.connect(refilled.url()) as connection:
        left = connection.execute("SELECT to_regclass('too_many')").fetchone()

    assert left == (None,)


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> str:
    return str(getattr(request.config, "workerinput", {}).get("workerid", "alone"))
