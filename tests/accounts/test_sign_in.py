"""Getting in by a mailed code, a link or a password, with a second step, and out again (S-10 to S-17, S-33)."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from lms.accounts.models import Account, BrowserSession, RecoveryCode, SignInCode
from lms.accounts.passwords import hashed_password
from lms.accounts.sealing import Sealer
from lms.accounts.second_factor import replace_recovery_codes
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.settings import Settings
from tests.conftest import BASE_URL
from tests.making import BOTH, FixedClock, make_person
from tests.visiting import Browser, another_browser, make_account, send

pytestmark = BOTH
SECRET = pyotp.random_base32()
PASSWORD = "vier schöne Wörter hier"


@pytest.fixture
def other(client: Browser) -> Browser:
    """Somebody else's browser."""
    return another_browser(client)


async def letters(begin: Begin) -> list[Letter]:
    async with begin.reading() as session:
        return list((await session.scalars(select(Letter).order_by(Letter.written_at))).all())


async def mailed(begin: Begin) -> tuple[str, str]:
    """The code and the path of the link in the newest letter."""
    newest = (await letters(begin))[-1]
    code = re.search(r"\d{4} \d{4}", newest.text)
    link = re.search(r"/einloggen/link/[\w-]+", newest.text)
    assert code is not None
    assert link is not None
    return code[0], link[0]


async def ask(browser: Browser, email: str, **more: str) -> None:
    answer = await send(browser, "/einloggen", {"email": email, **more})
    assert (answer.status_code, answer.headers["location"]) == (303, "/einloggen/code")


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/konto")).status_code == 200


async def sessions(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return list((await session.scalars(select(BrowserSession.hash))).all())


async def test_the_code_from_the_letter_lets_in_and_leads_to_where_one_wanted_to_go(
    client: Browser, begin: Begin
) -> None:
    account = await make_account(begin)
    stopped = await client.get("/konto/angaben?ansicht=lang")
    assert stopped.headers["location"] == "/einloggen?weiter=%2Fkonto%2Fangaben%3Fansicht%3Dlang"
    await ask(client, account.email.upper(), weiter="/konto/angaben?ansicht=lang")
    code, _ = await mailed(begin)

    answer = await send(client, "/einloggen/code", {"code": code})

    assert (answer.status_code, answer.headers["location"]) == (303, "/konto/angaben?ansicht=lang")
    assert await is_in(client)


async def test_the_link_lets_in_by_a_button_and_opening_it_consumes_nothing(
    client: Browser, begin: Begin
) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    _, link = await mailed(begin)

    for _scan in range(3):
        page = await client.get(link)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert await sessions(begin) == []

    assert (await send(client, link)).status_code == 303
    assert await is_in(client)


async def test_a_link_opened_in_another_browser_is_refused_and_stays_good_for_the_first(
    client: Browser, other: Browser, begin: Begin
) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    _, link = await mailed(begin)

    assert (await other.get(link)).status_code == 403
    assert (await send(other, link)).status_code == 403
    await ask(other, "somebody.else@example.com")
    assert (await send(other, link)).status_code == 403

    assert (await send(client, link)).status_code == 303


async def test_a_code_works_only_in_the_browser_that_asked_for_it(
    client: Browser, other: Browser, begin: Begin
) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    code, _ = await mailed(begin)
    await ask(other, "somebody.else@example.com")

    assert (await send(other, "/einloggen/code", {"code": code})).status_code == 422
    assert not await is_in(other)


async def test_code_and_link_are_used_once_and_together(client: Browser, begin: Begin) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    code, link = await mailed(begin)
    cookie = client.cookies["asking"]
    await send(client, "/einloggen/code", {"code": code})
    await send(client, "/ausloggen")
    client.cookies.set("asking", cookie)

    assert (await send(client, "/einloggen/code", {"code": code})).status_code == 422
    assert (await client.get(link)).status_code == 410
    assert (await send(client, link)).status_code == 410


async def test_code_and_link_are_good_for_ten_minutes(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    code, link = await mailed(begin)

    clock.forward(minutes=10)

    assert (await send(client, "/einloggen/code", {"code": code})).status_code == 422
    assert (await send(client, link)).status_code == 410


async def test_after_five_wrong_codes_the_right_one_no_longer_helps(client: Browser, begin: Begin) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    code, _ = await mailed(begin)
    wrong = "00000000" if code != "0000 0000" else "11111111"

    for _try in range(5):
        assert (await send(client, "/einloggen/code", {"code": wrong})).status_code == 422

    answer = await send(client, "/einloggen/code", {"code": code})
    assert (answer.status_code, await is_in(client)) == (422, False)
    assert "Dieser Code gilt nicht mehr." in answer.text


async def test_a_code_is_eight_digits_and_neither_it_nor_the_link_is_stored_in_clear(
    client: Browser, begin: Begin
) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    code, link = await mailed(begin)

    async with begin.reading() as session:
        row = (await session.scalars(select(SignInCode))).one()
    assert len(code.replace(" ", "")) == 8
    assert len(link.removeprefix("/einloggen/link/")) >= 43  # 256 bits in base64
    assert row.link_hash == hashed(link.removeprefix("/einloggen/link/"))
    # eight digits alone could be tried out against a stolen database: the browser's secret belongs to the hash
    assert row.code_hash not in {hashed(code), hashed(code.replace(" ", ""))}


async def test_known_and_unknown_addresses_get_the_same_answer_and_both_get_a_letter(
    client: Browser, other: Browser, begin: Begin
) -> None:
    account = await make_account(begin, person=make_person(email="known-one@example.com"))

    for browser, email in ((client, account.email), (other, "nobody-one@example.com")):
        await ask(browser, email)
    known, unknown = await client.get("/einloggen/code"), await other.get("/einloggen/code")

    assert _neutral(known.text) == _neutral(unknown.text)
    assert [(letter.kind, letter.to_address) for letter in await letters(begin)] == [
        ("sign-in-code", "known-one@example.com"),
        ("no-account", "nobody-one@example.com"),
    ]


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: Browser, other: Browser, begin: Begin
) -> None:
    await make_account(begin, email="known-one@example.com", password_hash=await hashed_password(PASSWORD))

    first = await send(
        client, "/einloggen/passwort", {"email": "known-one@example.com", "password": "not this"}
    )
    second = await send(
        other, "/einloggen/passwort", {"email": "nobody-one@example.com", "password": "not this"}
    )

    assert (first.status_code, second.status_code) == (422, 422)
    assert _neutral(first.text) == _neutral(second.text)


def _neutral(page: str) -> str:
    """A page without what the visitor brought along: address and CSRF token."""
    page = re.sub(r"(known|nobody)-one@example\.com", "…", page)
    return re.sub(r'name="_csrf_token" value="[^"]+"', "", page)


async def test_an_unknown_address_becomes_an_account_by_proving_it_and_giving_a_name(
    client: Browser, begin: Begin
) -> None:
    await ask(client, "Neu@Example.com", weiter="/konto")
    code, _ = await mailed(begin)

    asked = await send(client, "/einloggen/code", {"code": code})
    assert asked.headers["location"] == "/einloggen/neu"
    assert await sessions(begin) == []
    done = await send(client, "/einloggen/neu", {"given_name": "Jürgen", "family_name": "Groß"})

    assert done.headers["location"] == "/konto"
    assert await is_in(client)
    async with begin.reading() as session:
        account, person = (await session.execute(select(Account, Person).join(Person))).one()
        entry = (await session.scalars(select(AuditEntry))).one()
    assert (account.email, person.name, person.matching) == (
        "neu@example.com",
        "Jürgen Groß",
        "juergen gross",
    )
    assert (entry.action, entry.person_id) == ("account.opened", person.id)


async def test_nobody_gets_an_account_without_having_proved_the_address(
    client: Browser, begin: Begin
) -> None:
    await ask(client, "neu@example.com")

    answer = await send(client, "/einloggen/neu", {"given_name": "Jürgen", "family_name": "Groß"})

    assert (answer.status_code, await sessions(begin)) == (422, [])


async def test_who_was_enrolled_by_phone_finds_their_record_by_name_and_proved_address(
    client: Browser, begin: Begin
) -> None:
    known = make_person("Jürgen", "Groß", matching="juergen gross", email="juergen@example.com")
    namesake = make_person("Erika", "Groß", matching="erika gross", email="juergen@example.com")
    async with begin() as session:
        session.add_all([known, namesake])
    await ask(client, "juergen@example.com")
    code, _ = await mailed(begin)
    await send(client, "/einloggen/code", {"code": code})

    await send(client, "/einloggen/neu", {"given_name": "juergen", "family_name": "GROSS"})

    async with begin.reading() as session:
        assert (await session.scalars(select(Account.person_id))).one() == known.id


async def test_the_right_password_lets_in(client: Browser, begin: Begin) -> None:
    await make_account(begin, email="ada@example.com", password_hash=await hashed_password(PASSWORD))

    answer = await send(client, "/einloggen/passwort", {"email": "ADA@example.com", "password": PASSWORD})

    assert answer.headers["location"] == "/meine-kurse"
    assert await is_in(client)


async def test_a_locked_account_is_refused_like_a_wrong_password_and_told_by_letter(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    await make_account(
        begin, email="ada@example.com", password_hash=await hashed_password(PASSWORD), locked_at=clock()
    )

    answer = await send(client, "/einloggen/passwort", {"email": "ada@example.com", "password": PASSWORD})
    await ask(client, "ada@example.com")

    assert answer.status_code == 422
    assert [letter.kind for letter in await letters(begin)] == ["locked"]


async def test_an_id_planted_before_signing_in_is_never_signed_in(client: Browser, begin: Begin) -> None:
    """The framework's own sessions fail this (S-10)."""
    account = await make_account(begin)
    client.cookies.set("session", "planted")
    await ask(client, account.email)
    code, _ = await mailed(begin)

    answer = await send(client, "/einloggen/code", {"code": code})

    given = [value for value in answer.headers.get_list("set-cookie") if value.startswith("session=")]
    assert len(given) == 1
    assert "planted" not in given[0]
    assert hashed("planted") not in await sessions(begin)


async def test_signing_in_again_gives_a_new_id_and_the_old_one_dies(client: Browser, begin: Begin) -> None:
    account = await make_account(begin)
    ids = []
    for _time in range(2):
        await ask(client, account.email)
        code, _ = await mailed(begin)
        await send(client, "/einloggen/code", {"code": code})
        ids.append(client.cookies["session"])

    assert ids[0] != ids[1]
    assert await sessions(begin) == [hashed(ids[1])]


async def test_signing_out_ends_the_session_for_good(client: Browser, begin: Begin) -> None:
    account = await make_account(begin)
    await ask(client, account.email)
    await send(client, "/einloggen/code", {"code": (await mailed(begin))[0]})
    cookie = client.cookies["session"]

    assert (await client.get("/ausloggen")).status_code == 200
    assert await is_in(client)
    await send(client, "/ausloggen")

    client.cookies.set("session", cookie)
    assert (await is_in(client), await sessions(begin)) == (False, [])


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Browser, begin: Begin) -> None:
    account = await make_account(begin)
    await ask(client, account.email, stays="1")

    answer = await send(client, "/einloggen/code", {"code": (await mailed(begin))[0]})

    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("session="))
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=lax", f"max-age={90 * 86400}"}


@pytest.mark.parametrize(
    ("roles", "stays", "idle", "altogether"),
    [
        ((), "", timedelta(hours=2), timedelta(days=90)),
        ((), "1", timedelta(days=14), timedelta(days=90)),
        ((Identity.TRAINER,), "1", timedelta(hours=2), timedelta(hours=12)),
        ((Identity.TRAINER, Identity.ENROLMENT), "1", timedelta(minutes=30), timedelta(hours=12)),
        ((Identity.ADMINISTRATOR,), "", timedelta(minutes=30), timedelta(hours=12)),
    ],
)
async def test_staff_stay_in_for_a_short_time_and_learners_as_long_as_they_ask(
    client: Browser,
    begin: Begin,
    roles: tuple[Identity, ...],
    stays: str,
    idle: timedelta,
    altogether: timedelta,
) -> None:
    account = await make_account(begin, *roles)
    await ask(client, account.email, stays=stays)

    await send(client, "/einloggen/code", {"code": (await mailed(begin))[0]})

    async with begin.reading() as session:
        row = (await session.scalars(select(BrowserSession))).one()
    assert (timedelta(minutes=row.idle_minutes), row.ends_at - row.created_at) == (idle, altogether)


async def with_app(begin: Begin, settings: Settings, *roles: Identity) -> Account:
    return await make_account(begin, *roles, totp_secret=Sealer(settings.secret_values).seal(SECRET))


async def halfway(client: Browser, begin: Begin, account: Account) -> str:
    await ask(client, account.email)
    answer = await send(client, "/einloggen/code", {"code": (await mailed(begin))[0]})
    return str(answer.headers["location"])


async def test_who_has_an_app_is_asked_for_its_code_and_is_not_in_before(
    client: Browser, begin: Begin, settings: Settings, clock: FixedClock
) -> None:
    account = await with_app(begin, settings, Identity.ENROLMENT)
    assert await halfway(client, begin, account) == "/einloggen/zweiter-faktor?weiter=%2Fverwaltung"
    before = client.cookies["session"]
    assert not await is_in(client)
    assert (await client.get("/einloggen")).headers["location"].startswith("/einloggen/zweiter-faktor")

    answer = await send(client, "/einloggen/zweiter-faktor", {"code": pyotp.TOTP(SECRET).at(clock())})

    assert answer.headers["location"] == "/verwaltung"
    assert await is_in(client)
    assert client.cookies["session"] != before
    assert await sessions(begin) == [hashed(client.cookies["session"])]


async def test_a_code_of_the_app_works_once(
    client: Browser, other: Browser, begin: Begin, settings: Settings, clock: FixedClock
) -> None:
    account = await with_app(begin, settings)
    code = pyotp.TOTP(SECRET).at(clock())
    await halfway(client, begin, account)
    await send(client, "/einloggen/zweiter-faktor", {"code": code})
    await halfway(other, begin, account)

    assert (await send(other, "/einloggen/zweiter-faktor", {"code": code})).status_code == 422
    clock.forward(seconds=30)
    fresh = pyotp.TOTP(SECRET).at(clock())
    assert (await send(other, "/einloggen/zweiter-faktor", {"code": fresh})).status_code == 303


async def test_an_emergency_code_replaces_the_app_once_and_is_told_by_letter(
    client: Browser, other: Browser, begin: Begin, settings: Settings
) -> None:
    account = await with_app(begin, settings)
    async with begin() as session:
        codes = await replace_recovery_codes(session, account.id)
    assert (len(codes), len(set(codes))) == (10, 10)

    await halfway(client, begin, account)
    assert (await send(client, "/einloggen/zweiter-faktor", {"code": codes[3].upper()})).status_code == 303
    await halfway(other, begin, account)
    assert (await send(other, "/einloggen/zweiter-faktor", {"code": codes[3]})).status_code == 422

    async with begin.reading() as session:
        kept = (await session.scalars(select(RecoveryCode))).all()
    assert sum(code.used_at is not None for code in kept) == 1
    assert not {code.hash for code in kept} & set(codes)
    assert "account-changed" in {letter.kind for letter in await letters(begin)}


async def test_staff_without_an_app_are_led_to_set_one_up_and_have_no_rights_before(
    client: Browser, begin: Begin
) -> None:
    account = await make_account(begin, Identity.ADMINISTRATOR)

    assert await halfway(client, begin, account) == "/konto/zweiter-faktor?weiter=%2Fverwaltung"
    stopped = await client.get("/verwaltung/konten")
    assert stopped.headers["location"] == "/einloggen?weiter=%2Fverwaltung%2Fkonten"
    onward = await client.get(stopped.headers["location"])
    assert onward.headers["location"] == "/konto/zweiter-faktor?weiter=%2Fverwaltung%2Fkonten"


async def test_the_secret_of_the_app_is_sealed_in_the_database_and_opens_with_the_old_key_too(
    begin: Begin, settings: Settings
) -> None:
    account = await with_app(begin, settings)
    sealed = account.totp_secret or ""

    assert SECRET not in sealed
    assert (
        Sealer(["a new secret that is long enough for service", *settings.secret_values]).open(sealed)
        == SECRET
    )


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2F/evil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
        "konto",
        "/einloggen/code",
        "/ausloggen",
    ],
)
async def test_signing_in_leads_only_to_pages_of_ours(client: Browser, begin: Begin, evil: str) -> None:
    account = await make_account(begin)
    await ask(client, account.email, weiter=evil)

    answer = await send(client, "/einloggen/code", {"code": (await mailed(begin))[0]})

    assert answer.headers["location"] == "/meine-kurse"


async def test_the_way_back_keeps_the_language(client: Browser, begin: Begin) -> None:
    account = await make_account(begin)
    stopped = await client.get("/en/konto/angaben")
    assert stopped.headers["location"] == "/en/einloggen?weiter=%2Fen%2Fkonto%2Fangaben"
    await send(client, "/en/einloggen", {"email": account.email, "weiter": "/en/konto/angaben"})

    answer = await send(client, "/en/einloggen/code", {"code": (await mailed(begin))[0]})

    assert answer.headers["location"] == "/en/konto/angaben"


async def test_somebody_guessing_passwords_is_stopped_and_later_let_try_again(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    await make_account(begin, email="ada@example.com", password_hash=await hashed_password(PASSWORD))
    guess = {"email": "ada@example.com", "password": "guess"}

    for _try in range(10):
        assert (await send(client, "/einloggen/passwort", guess)).status_code == 422
    stopped = await send(client, "/einloggen/passwort", {**guess, "password": PASSWORD})

    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["retry-after"]) <= 301
    clock.forward(minutes=5)
    assert (await send(client, "/einloggen/passwort", {**guess, "password": PASSWORD})).status_code == 303


async def test_nobody_is_flooded_with_letters(client: Browser, begin: Begin) -> None:
    for _letter in range(3):
        await ask(client, "ada@example.com")

    stopped = await send(client, "/einloggen", {"email": "ADA@example.com"})

    assert stopped.status_code == 429
    assert len(await letters(begin)) == 3


async def test_a_password_kept_with_old_parameters_is_kept_anew_after_signing_in(
    client: Browser, begin: Begin
) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await make_account(begin, email="ada@example.com", password_hash=weak)

    await send(client, "/einloggen/passwort", {"email": "ada@example.com", "password": PASSWORD})

    async with begin.reading() as session:
        kept = (await session.scalars(select(Account.password_hash))).one() or ""
    assert kept.startswith("$argon2id$")
    assert kept != weak


async def test_a_form_without_its_token_and_one_from_a_foreign_page_are_refused(
    client: Browser, begin: Begin
) -> None:
    account = await make_account(begin)

    bare = await client.post("/einloggen", data={"email": account.email})
    foreign = [
        await send(client, "/einloggen", {"email": account.email}, headers=headers)
        for headers in (
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
        )
    ]

    assert [answer.status_code for answer in (bare, *foreign)] == [403] * 4
    assert await letters(begin) == []


async def test_a_wrong_address_is_shown_at_its_field_with_what_was_typed(client: Browser) -> None:
    answer = await send(client, "/einloggen", {"email": "ada at home"})

    assert answer.status_code == 422
    assert 'value="ada at home"' in answer.text
    assert answer.text.count("Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@beispiel.de.") == 2


async def test_a_session_that_ended_while_a_form_was_open_leads_back_to_the_page_of_the_form(
    client: Browser,
) -> None:
    await client.get("/health/live")

    answer = await send(
        client, "/konto/ueberall-ausloggen", headers={"referer": f"{BASE_URL}/konto", "origin": BASE_URL}
    )

    assert answer.status_code == 401
    assert "/einloggen?weiter=%2Fkonto" in answer.text
