"""What is decided at the door without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken

from lms.accounts.browsers import browser_words
from lms.accounts.errors import PasswordTooCommon, PasswordTooLong, PasswordTooShort
from lms.accounts.passwords import check, fits, hashed_password
from lms.accounts.rules import folded, is_fresh, landing, own_path
from lms.accounts.sealing import Sealer
from lms.kernel.rights import Identity
from lms.people.rules import comes_of_age, is_minor, matching

NOW = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    ["/", "/kurse", "/en/kurse?ort=satuelle", "/anmelden/7/kontakt", "/kurse?q=%C3%BC", "/kurse#termine"],
)
def test_own_paths_lead_on(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None, "", "kurse", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "/%5Cevil.example",
        "/%2Fevil.example", "/%252Fevil.example", "https://evil.example", "https:/evil.example", "javascript:alert(1)",
        "/\t/evil.example", "/kurse\r\nSet-Cookie: a=b", "/kurse\x00", "/ausloggen", "/en/einloggen", "/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_other_paths_lead_nowhere(path: str | None) -> None:
    assert own_path(path, "/konto") == "/konto"


def test_a_proof_is_fresh_for_ten_minutes() -> None:
    assert is_fresh(NOW, NOW + timedelta(minutes=10))
    assert not is_fresh(NOW, NOW + timedelta(minutes=10, seconds=1))
    assert not is_fresh(None, NOW)


@pytest.mark.parametrize(
    ("roles", "path"),
    [
        ((), "/meine-kurse"),
        ((Identity.TRAINER,), "/kursleitung"),
        ((Identity.TRAINER, Identity.ENROLMENT), "/verwaltung"),
        ((Identity.ADMINISTRATOR,), "/verwaltung"),
    ],
)
def test_everybody_starts_where_their_work_is(roles: tuple[Identity, ...], path: str) -> None:
    assert landing(roles) == path


def test_an_address_is_the_same_however_its_letters_are_written() -> None:
    assert folded(" Ada.Lehmann@Example.COM ") == "ada.lehmann@example.com"


@pytest.mark.parametrize(
    "password",
    ["vier schöne Wörter hier", "correct horse battery", "Ohne Regeln geht es auch", "x9!kLm2#pQ8z", "ÄÖÜ äöü ß 😀 lang", "a" + "b c" * 60],
)  # fmt: skip
def test_long_passwords_of_any_signs_are_taken(password: str) -> None:
    check(password, has_second_factor=False)


def test_eight_signs_are_enough_beside_a_second_factor_and_twelve_without() -> None:
    check("k7-Rabe!", has_second_factor=True)
    for password, has_second_factor in (("k7-Rabe", True), ("k7-Rabe-bla", False)):
        with pytest.raises(PasswordTooShort):
            check(password, has_second_factor=has_second_factor)
    with pytest.raises(PasswordTooLong):
        check("ab c" * 51, has_second_factor=False)


@pytest.mark.parametrize(
    "password",
    [
        "passwort1234", "Passwort123!", "P@ssw0rd1234", "qwertzuiop123", "123456789012", "abcdefghijkl", "aaaaaaaaaaaa",
        "abcabcabcabc", "haldensleben", "Haldensleben2026", "innovationszentrum", "Zentrum-Zentrum", "sommer-sommer",
        "adalehmann2026", "ada.lehmann!", "iloveyou1234",
    ],
)  # fmt: skip
def test_what_many_people_take_or_the_centre_is_called_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check(
            password, has_second_factor=False, names=("Ada Lehmann", "ada.lehmann@example.com", "adalehmann")
        )


async def test_a_password_is_kept_as_argon2id_and_fits_only_itself() -> None:
    kept = await hashed_password("vier schöne Wörter hier")

    assert kept.startswith("$argon2id$")
    assert await fits("vier schöne Wörter hier", kept)
    assert not await fits("vier schöne wörter hier", kept)
    assert not await fits("the password of nobody", None)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("", "Anderer Browser"),
    ],
)
def test_browsers_are_named_in_words(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words


@pytest.mark.parametrize(
    ("given_name", "family_name", "folded_name"),
    [
        ("Jürgen", "Groß", "juergen gross"),
        ("JUERGEN", " gross ", "juergen gross"),
        ("Ju\u0308rgen", "Groß", "juergen gross"),
        ("Anne-Marie", "Müller Lüdenscheidt", "anne marie mueller luedenscheidt"),
        ("Željko", "Đorđević", "zeljko đorđevic"),
    ],
)
def test_one_name_is_found_however_it_was_typed(given_name: str, family_name: str, folded_name: str) -> None:
    assert matching(given_name, family_name) == folded_name


def test_somebody_is_a_minor_until_the_eighteenth_birthday() -> None:
    born = date(2008, 12, 4)

    assert is_minor(born, date(2026, 12, 3))
    assert not is_minor(born, date(2026, 12, 4))
    assert not is_minor(None, date(2026, 12, 4))
    assert comes_of_age(date(2008, 2, 29)) == date(2026, 3, 1)


def test_a_secret_sealed_with_the_former_key_opens_and_is_due_to_be_sealed_anew() -> None:
    former, both = (
        Sealer(["the former secret of this centre"]),
        Sealer(["a newer one", "the former secret of this centre"]),
    )
    sealed = former.seal("JBSWY3DPEHPK3PXP")

    assert both.open(sealed) == "JBSWY3DPEHPK3PXP"
    assert (former.is_up_to_date(sealed), both.is_up_to_date(sealed)) == (True, False)
    assert both.is_up_to_date(both.seal("JBSWY3DPEHPK3PXP"))
    with pytest.raises(InvalidToken):
        Sealer(["somebody else's"]).open(sealed)
