"""Looking after one's own account (S-10 to S-12, S-14, S-16, S-18)."""

import re

import pyotp
import pytest
from sqlalchemy import select, update

from lms.accounts.models import Account, ApiToken, BrowserSession
from lms.accounts.passwords import hashed_password
from lms.accounts.sealing import Sealer
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.settings import Settings
from tests.making import BOTH, FixedClock, make_person
from tests.visiting import Browser, another_browser, let_in, make_account, send, sign_in

pytestmark = BOTH
PASSWORD = "vier schöne Wörter hier"


async def trail(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


async def told(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return sorted(
            await session.scalars(select(Letter.to_address).where(Letter.kind == "account-changed"))
        )


async def test_somebody_sees_their_account_and_nobody_elses(client: Browser, begin: Begin) -> None:
    await make_account(begin, person=make_person("Ben", "Brandt"))
    await sign_in(client, begin, person=make_person("Ada", "Lehmann"))

    page = await client.get("/konto")

    assert page.status_code == 200
    assert "ada.lehmann@example.com" in page.text
    assert "Brandt" not in page.text


async def test_details_are_changed_with_a_trace_that_holds_no_names(client: Browser, begin: Begin) -> None:
    person = make_person("Ada", "Lehmann")
    await sign_in(client, begin, person=person)
    details = {
        "given_name": "Ada", "family_name": "Groß", "phone": "03904 12345", "street": "Am Markt 1", "postal_code": "39340",
        "city": "Haldensleben", "language": "en", "channel": "post", "version": "1",
    }  # fmt: skip

    assert (await send(client, "/konto/angaben", details)).status_code == 303

    async with begin.reading() as session:
        kept = await session.get_one(Person, person.id)
        entry = (await session.scalars(select(AuditEntry))).one()
    assert (kept.name, kept.matching, kept.phone, kept.version) == (
        "Ada Groß",
        "ada gross",
        "+49390412345",
        2,
    )
    assert (entry.action, sorted(entry.after["changed"])) == (
        "person.changed",
        ["channel", "city", "family_name", "language", "phone", "postal_code", "street"],
    )
    assert "Groß" not in str((entry.before, entry.after))


async def test_what_was_changed_meanwhile_is_not_overwritten(client: Browser, begin: Begin) -> None:
    person = make_person()
    await sign_in(client, begin, person=person)
    async with begin() as session:
        await session.execute(update(Person).values(version=2))
    details = {"given_name": "Eva", "family_name": "L", "language": "de", "channel": "email", "version": "1"}

    assert (await send(client, "/konto/angaben", details)).status_code == 409


async def test_nothing_but_the_own_details_can_be_written_through_the_form(
    client: Browser, begin: Begin
) -> None:
    person = make_person()
    account = await sign_in(client, begin, person=person)
    details = {
        "given_name": "Ada", "family_name": "Lehmann", "language": "de", "channel": "email", "version": "1",
        "note": "a discount for ever", "email": "other@example.com", "role": "AD", "person_id": str(account.id),
    }  # fmt: skip

    assert (await send(client, "/konto/angaben", details)).status_code == 303

    async with begin.reading() as session:
        kept = await session.get_one(Person, person.id)
    assert (kept.note, kept.email) == ("", "ada.lehmann@example.com")


async def test_a_new_password_signs_out_everybody_else_and_gives_this_browser_a_new_id(
    client: Browser, begin: Begin
) -> None:
    account = await sign_in(client, begin)
    other = another_browser(client)
    await let_in(other, begin, account)
    before = client.cookies["session"]

    answer = await send(client, "/konto/passwort", {"password": PASSWORD})

    assert answer.status_code == 303
    async with begin.reading() as session:
        kept = (await session.scalars(select(BrowserSession.hash))).all()
    assert kept == [hashed(client.cookies["session"])]
    assert client.cookies["session"] != before
    assert (await other.get("/konto")).status_code == 303
    assert (await trail(begin), await told(begin)) == (["account.password_changed"], [account.email])


@pytest.mark.parametrize("password", ["kurz", "haldensleben2026", "passwort1234"])
async def test_a_weak_password_is_refused_at_its_field(client: Browser, begin: Begin, password: str) -> None:
    await sign_in(client, begin)

    answer = await send(client, "/konto/passwort", {"password": password})

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert password not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/konto/passwort", "/konto/email", "/konto/zweiter-faktor", "/konto/notfall-codes", "/konto/schluessel"],
)
async def test_what_opens_doors_is_changed_only_after_a_fresh_proof(
    client: Browser, begin: Begin, clock: FixedClock, path: str
) -> None:
    await sign_in(client, begin)
    assert (await client.get(path)).status_code == 200

    clock.forward(minutes=11)

    stopped = await client.get(path)
    assert (stopped.status_code, stopped.headers["location"]) == (
        303,
        f"/einloggen/bestaetigen?weiter={path.replace('/', '%2F')}",
    )
    assert (await send(client, path, {"password": PASSWORD, "email": "new@example.com"})).status_code == 401


async def test_the_password_proves_it_anew_and_renews_the_id(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    account = await make_account(begin, password_hash=await hashed_password(PASSWORD))
    before = await let_in(client, begin, account, has_second_factor=False)
    clock.forward(minutes=11)

    wrong = await send(
        client, "/einloggen/bestaetigen", {"password": "not this one", "weiter": "/konto/email"}
    )
    right = await send(client, "/einloggen/bestaetigen", {"password": PASSWORD, "weiter": "/konto/email"})

    assert (wrong.status_code, right.headers["location"]) == (422, "/konto/email")
    assert client.cookies["session"] != before
    assert (await client.get("/konto/email")).status_code == 200


async def test_who_has_an_app_proves_it_with_the_app(
    client: Browser, begin: Begin, settings: Settings, clock: FixedClock
) -> None:
    secret = pyotp.random_base32()
    account = await make_account(
        begin,
        totp_secret=Sealer(settings.secret_values).seal(secret),
        password_hash=await hashed_password(PASSWORD),
    )
    await let_in(client, begin, account)
    clock.forward(minutes=11)

    page = await client.get("/einloggen/bestaetigen?weiter=/konto/email")
    assert page.headers["location"] == "/einloggen/zweiter-faktor?weiter=%2Fkonto%2Femail"
    assert (await send(client, "/einloggen/bestaetigen", {"password": PASSWORD})).status_code == 422
    code = {"code": pyotp.TOTP(secret).at(clock()), "weiter": "/konto/email"}
    assert (await send(client, "/einloggen/zweiter-faktor", code)).headers["location"] == "/konto/email"
    assert (await client.get("/konto/email")).status_code == 200


async def test_an_app_is_set_up_by_showing_its_code_and_gives_ten_emergency_codes_once(
    client: Browser, begin: Begin, clock: FixedClock, settings: Settings
) -> None:
    account = await make_account(begin, Identity.ENROLMENT)
    await let_in(client, begin, account, has_second_factor=False)
    page = (await client.get("/konto/zweiter-faktor?weiter=/verwaltung/konten")).text
    secret = "".join(re.findall(r"\b[A-Z2-7]{4}\b", page.split("lms-number", 1)[1])[:8])
    assert "<svg" in page
    wrong = await send(client, "/konto/zweiter-faktor", {"code": "000000"})
    before = client.cookies["session"]

    done = await send(
        client, "/konto/zweiter-faktor", {"code": pyotp.TOTP(secret).at(clock()), "weiter": "/konto"}
    )

    assert (wrong.status_code, done.status_code) == (422, 200)
    codes = re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", done.text)
    assert len(set(codes)) == 10
    assert client.cookies["session"] != before
    assert codes[0] not in (await client.get("/konto")).text
    async with begin.reading() as session:
        kept = await session.get_one(Account, account.id)
    assert Sealer(settings.secret_values).open(kept.totp_secret or "") == secret
    assert (await trail(begin), await told(begin)) == (["account.second_factor_set_up"], [account.email])
    again = {"code": pyotp.TOTP(secret).at(clock())}
    assert (await send(client, "/einloggen/zweiter-faktor", again)).status_code == 422


async def test_who_needs_the_second_step_for_a_role_cannot_remove_it(
    client: Browser, begin: Begin, settings: Settings
) -> None:
    sealed = Sealer(settings.secret_values).seal(pyotp.random_base32())
    trainer = await make_account(begin, Identity.TRAINER, totp_secret=sealed)
    learner = await make_account(begin, totp_secret=sealed)

    await let_in(client, begin, trainer)
    assert (await send(client, "/konto/zweiter-faktor/entfernen")).status_code == 403
    await let_in(client, begin, learner)
    assert (await send(client, "/konto/zweiter-faktor/entfernen")).status_code == 303

    async with begin.reading() as session:
        assert (await session.get_one(Account, learner.id)).totp_secret is None


async def code_in_newest_letter(begin: Begin) -> str:
    async with begin.reading() as session:
        text = (await session.scalars(select(Letter.text).where(Letter.kind == "new-address"))).all()[-1]
    found = re.search(r"\d{4} \d{4}", text)
    assert found is not None
    return found[0]


async def test_a_new_address_counts_when_it_is_proved_and_both_addresses_are_told(
    client: Browser, begin: Begin
) -> None:
    account = await sign_in(client, begin, person=make_person("Ada", "Lehmann"))

    await send(client, "/konto/email", {"email": "New@Example.com"})
    async with begin.reading() as session:
        assert (await session.get_one(Account, account.id)).email == "ada.lehmann@example.com"
    wrong = await send(client, "/konto/email/code", {"code": "0000 0000"})
    done = await send(client, "/konto/email/code", {"code": await code_in_newest_letter(begin)})

    assert (wrong.status_code, done.status_code) == (422, 303)
    async with begin.reading() as session:
        assert (await session.get_one(Account, account.id)).email == "new@example.com"
        assert (await session.get_one(Person, account.person_id)).email == "new@example.com"
    assert await told(begin) == ["ada.lehmann@example.com", "new@example.com"]
    assert await trail(begin) == ["account.email_changed"]


async def test_a_code_for_a_new_address_lets_nobody_in(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin)
    await send(client, "/konto/email", {"email": "new@example.com"})
    client.cookies.delete("session")

    answer = await send(client, "/einloggen/code", {"code": await code_in_newest_letter(begin)})

    assert answer.status_code == 422


async def test_an_address_that_has_an_account_is_not_taken_over(client: Browser, begin: Begin) -> None:
    await make_account(begin, email="ben@example.com")
    account = await sign_in(client, begin)
    await send(client, "/konto/email", {"email": "ben@example.com"})

    answer = await send(client, "/konto/email/code", {"code": await code_in_newest_letter(begin)})

    assert answer.status_code == 422
    async with begin.reading() as session:
        assert (await session.get_one(Account, account.id)).email == account.email


async def test_signing_out_everywhere_ends_every_session(client: Browser, begin: Begin) -> None:
    account = await sign_in(client, begin)
    other = another_browser(client)
    await let_in(other, begin, account)

    await send(client, "/konto/ueberall-ausloggen")

    assert [(await browser.get("/konto")).status_code for browser in (client, other)] == [303, 303]


async def test_a_token_is_shown_once_kept_as_a_hash_and_revoked_at_once(
    client: Browser, begin: Begin, clock: FixedClock
) -> None:
    account = await sign_in(client, begin, Identity.ENROLMENT)

    wishes = {"name": "Zahlen fürs Rathaus", "scopes": ["R:enrolment", "R:report"], "days": "90"}
    made = await send(client, "/konto/schluessel", wishes)

    value = re.search(r"<code[^>]*>(lms_[\w-]{43,})</code>", made.text)
    assert value is not None
    async with begin.reading() as session:
        token = (await session.scalars(select(ApiToken))).one()
    assert (token.hash, token.scopes) == (hashed(value[1]), "R:enrolment R:report")
    assert (token.expires_at - clock()).days == 90
    page = (await client.get("/konto")).text
    assert "Zahlen fürs Rathaus" in page
    assert value[1] not in page
    assert (await trail(begin), await told(begin)) == (["token.made"], [account.email])

    await send(client, f"/konto/schluessel/{token.id}/widerrufen")
    async with begin.reading() as session:
        assert (await session.scalars(select(ApiToken.revoked_at))).one() == clock()


async def test_nobody_hands_on_more_than_they_may_or_revokes_what_is_not_theirs(
    client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    greedy = await send(client, "/konto/schluessel", {"name": "x", "scopes": ["C:plan"], "days": "30"})
    too_long = await send(
        client, "/konto/schluessel", {"name": "x", "scopes": ["R:enrolment"], "days": "9999"}
    )
    await send(client, "/konto/schluessel", {"name": "x", "scopes": ["R:enrolment"], "days": "30"})
    async with begin.reading() as session:
        token = (await session.scalars(select(ApiToken))).one()

    await sign_in(client, begin, Identity.ENROLMENT)
    answer = await send(client, f"/konto/schluessel/{token.id}/widerrufen")

    assert (greedy.status_code, too_long.status_code, answer.status_code) == (422, 422, 404)
    async with begin.reading() as session:
        assert (await session.scalars(select(ApiToken.revoked_at))).one() is None
