"""The pages of helpers, guardians and the team, over HTTP."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.volunteering.models import Basis, Duty, Helper, HelperAllowance, HelperLimits, HelperState
from lms.web.module import Around
from tests.making import FixedClock
from tests.office import counted, words_of
from tests.visiting import Browser, send, sign_in
from tests.volunteering.crew import SATURDAY, TEAM, Crew, open_crew

SATURDAY_NOON = datetime(2026, 12, 12, 11, tzinfo=UTC)
YOUNG: dict[str, str] = {
    "given_name": "Lea", "family_name": "Neu", "email": "lea@example.com", "birth-day": "1", "birth-month": "2",
    "birth-year": "2011", "guardian_given_name": "Udo", "guardian_family_name": "Neu",
    "guardian_email": "udo@example.com",
}  # fmt: skip


@pytest.fixture
async def crew(house: Around) -> Crew:
    return await open_crew(house)


async def test_the_page_for_the_young_says_du_and_the_other_sie(crew: Crew, client: Browser) -> None:
    young, grown_up = await client.get("/mithelfen/jung"), await client.get("/mithelfen")

    assert "Was hast du davon?" in words_of(young.text)
    assert " Sie " not in words_of(young.text)
    assert "Was Sie bekommen" in words_of(grown_up.text)


async def test_a_form_without_a_guardian_is_refused_at_its_field_and_keeps_what_was_typed(
    crew: Crew, client: Browser, begin: Begin
) -> None:
    young = YOUNG | {"topics": str(crew.photos.id)}
    without = {key: value for key, value in young.items() if not key.startswith("guardian")}

    refused = await send(client, "/mithelfen/jung/anmelden", without | {"key": str(uuid4())})
    child = await send(
        client, "/mithelfen/jung/anmelden", young | {"birth-year": "2016", "key": str(uuid4())}
    )
    long = await send(client, "/mithelfen/jung/anmelden", YOUNG | {"note": "x" * 10_000, "key": str(uuid4())})
    sent = await send(client, "/mithelfen/jung/anmelden", young | {"key": str(uuid4())})

    assert (refused.status_code, child.status_code, long.status_code, sent.status_code) == (
        422,
        422,
        422,
        303,
    )
    assert "Du bist unter 18" in words_of(refused.text)
    assert 'value="Lea"' in refused.text
    assert "ab 13 Jahren" in words_of(child.text)
    assert "Wähle mindestens ein Thema" in words_of(long.text)
    async with begin.reading() as session:
        asked = (await session.scalars(select(Helper).where(Helper.state == HelperState.ASKED))).all()
    assert [one.guardian_id is not None for one in asked] == [True]


async def test_the_guardian_agrees_and_takes_it_back(crew: Crew, client: Browser, begin: Begin) -> None:
    async with begin() as session:
        row = await session.get_one(Helper, crew.emil.id)
        row.consented_at, row.consent_asked_until = None, SATURDAY_NOON
    here = f"/mithelfen/einwilligung/{crew.emil.id}/{crew.consent_link(crew.emil)}"

    asked = await client.get(here)
    unticked = await send(client, here, {})
    agreed = await send(client, here, {"agreed": "1"})
    shown = await client.get(here)
    back = await send(client, f"{here}/ablehnen", {})

    assert "Darf Emil in der Sprechstunde mithelfen?" in words_of(asked.text)
    assert asked.headers["cache-control"] == "no-store"
    assert (unticked.status_code, agreed.status_code, back.status_code) == (422, 303, 303)
    assert "Emil darf mithelfen" in words_of(shown.text)
    async with begin.reading() as session:
        assert (await session.get_one(Helper, crew.emil.id)).consent_ended_at is not None


async def test_a_young_helper_sees_why_the_night_is_not_for_them(crew: Crew, client: Browser) -> None:
    await crew.shift(starts=time(19), ends=time(22))
    good = await crew.shift()

    page = await client.get(crew.path(crew.emil))
    taken = await send(client, f"{crew.path(crew.emil)}/schichten/{good}", {})
    after = await client.get(crew.path(crew.emil))

    assert "zwischen 06:00 und 20:00 Uhr möglich, nicht nachts" in words_of(page.text)
    assert "passt zu dir" in words_of(page.text)
    assert taken.status_code == 303
    assert "Du hast noch keine Schicht" not in words_of(after.text)


async def test_hours_are_confirmed_corrected_and_certified_on_the_pages(
    crew: Crew, client: Browser, begin: Begin, clock: FixedClock
) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna)
    clock.forward(days=9)
    async with begin.reading() as session:
        duty_id = (await session.scalars(select(Duty.id))).one()
    here = f"{crew.path(crew.anna)}/stunden"

    refused = await send(client, f"{here}/{duty_id}", {"hours": "3", "minutes": "0"})
    said = await send(client, f"{here}/{duty_id}", {"hours": "2", "minutes": "0"})
    wished = await send(client, f"{here}/nachweis", {})
    page = await client.get(here)
    await sign_in(client, begin, Identity.CERTIFICATES, at=clock.moment)
    issued = await send(client, f"/verwaltung/helfer/{crew.anna.id}/nachweis", {})
    again = await send(client, f"/verwaltung/helfer/{crew.anna.id}/nachweis", {})

    assert (refused.status_code, said.status_code, wished.status_code) == (422, 303, 303)
    assert "warum es eine andere Zeit ist" in words_of(refused.text)
    assert "um eine Bescheinigung gebeten" in words_of(page.text)
    assert (issued.status_code, again.status_code) == (303, 409)


async def test_the_team_sees_gaps_and_who_fits(
    crew: Crew, client: Browser, begin: Begin, clock: FixedClock
) -> None:
    shift_id = await crew.shift(places=3)
    await crew.take(shift_id, crew.emil)
    await sign_in(client, begin, Identity.PROGRAMME)

    week = await client.get("/verwaltung/helfer/schichten?woche=2026-12-12")
    shift = await client.get(f"/verwaltung/helfer/schichten/{shift_id}")
    asked = await send(
        client, f"/verwaltung/helfer/schichten/{shift_id}/fragen", {"helper": str(crew.anna.id)}
    )
    helper = await client.get(f"/verwaltung/helfer/{crew.emil.id}")
    everybody = await client.get("/verwaltung/helfer?ansicht=dabei")
    files = [
        (await client.get(path)).status_code
        for path in (
            "/verwaltung/helfer/liste.csv",
            "/verwaltung/helfer/schichten/liste.xlsx?woche=2026-12-12",
        )
    ]

    assert "2 Plätze sind noch frei" in words_of(week.text)
    assert "Emil Zander (16 Jahre)" in words_of(week.text)
    assert "Erwachsene Person fehlt" in words_of(week.text)
    said = words_of(shift.text)
    assert said.index("Anna Alt") < said.index("Bernd Berg")
    assert "Kennt sich aus mit: Fotos" in said
    assert (asked.status_code, helper.status_code, everybody.status_code, files) == (
        303,
        200,
        200,
        [200, 200],
    )


async def test_opening_a_shift_refuses_the_wrong_way_round_and_keeps_the_form(
    crew: Crew, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    form = {
        "desk": str(crew.desk.id), "day-day": "12", "day-month": "12", "day-year": "2026", "starts": "16:00",
        "ends": "14:00", "places": "2", "repeat": "once", "key": str(uuid4()),
    }  # fmt: skip

    refused = await send(client, "/verwaltung/helfer/schichten/neu", form)
    opened = await send(client, "/verwaltung/helfer/schichten/neu", form | {"ends": "18:00"})

    assert (refused.status_code, opened.status_code) == (422, 303)
    assert "endet, bevor sie beginnt" in words_of(refused.text)


async def test_the_limits_are_settings_of_the_centre(crew: Crew, client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    limits = {
        "least_age": "14", "night_until": "7:00", "night_from": "19:00", "youth_minutes": "240", "child_from": "8:00",
        "child_until": "17:00", "child_minutes": "90", "school_until": "15:00", "withdraw_hours": "24", "version": "0",
    }  # fmt: skip

    kept = await send(client, "/verwaltung/helfer/regeln", limits)
    stale = await send(client, "/verwaltung/helfer/regeln", limits)

    async with begin.reading() as session:
        row = await session.get_one(HelperLimits, 1)
    assert (kept.status_code, stale.status_code, row.least_age, row.withdraw_hours) == (303, 409, 14, 24)


async def test_finance_approves_pays_and_prints(
    crew: Crew, client: Browser, begin: Begin, clock: FixedClock
) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna)
    clock.forward(days=9)
    await crew.hours.confirm_as_planned(TEAM, shift_id=shift_id)
    await crew.allowances.set_rate(TEAM, from_day=SATURDAY, basis=Basis.HOUR, cents=500)
    here = "/verwaltung/finanzen/helfer"
    await sign_in(client, begin, Identity.FINANCE, at=clock.moment)

    due = await client.get(here)
    form: dict[str, Any] = {"helper": str(crew.anna.id), "monat": "2026-12", "cents": "1000"}
    said = [(await send(client, f"{here}/freigeben", form)).status_code for _ in range(2)]
    key = str(uuid4())
    paid = [(await send(client, f"{here}/zahlen", {"key": key})).status_code for _ in range(2)]
    async with begin.reading() as session:
        row = (await session.scalars(select(HelperAllowance))).one()
    receipt = await client.get(f"{here}/belege/{row.id}/beleg.pdf")
    table = await client.get(f"{here}/listen/{row.list_id}/zahlungsliste.csv")
    month = await client.get(f"{here}/monat.csv?monat=2026-12")

    assert "10,00" in words_of(due.text)
    assert (said, paid) == ([303, 409], [303, 303])
    assert receipt.content.startswith(b"%PDF")
    assert "Anna Alt" in table.text
    assert "bezahlt" in month.text


async def test_hours_that_nobody_confirmed_are_still_found_weeks_later(
    crew: Crew, client: Browser, begin: Begin, clock: FixedClock
) -> None:
    shift_id = await crew.shift()
    await crew.take(shift_id, crew.anna)
    clock.forward(days=30)
    await sign_in(client, begin, Identity.PROGRAMME, at=clock.moment)

    before = await client.get("/verwaltung/helfer/schichten")
    await crew.hours.confirm_as_planned(TEAM, shift_id=shift_id)
    after = await client.get("/verwaltung/helfer/schichten")

    assert [str(shift_id) in page.text for page in (before, after)] == [True, False]


async def test_the_week_costs_as_many_statements_for_one_shift_as_for_many(
    crew: Crew, client: Browser, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    await crew.take(await crew.shift(), crew.anna)
    here = "/verwaltung/helfer/schichten?woche=2026-12-12"
    await client.get(here)
    with counted() as one:
        await client.get(here)
    for hour in (8, 10, 12, 17):
        await crew.take(await crew.shift(starts=time(hour), ends=time(hour + 1)), crew.anna, crew.bernd)

    with counted() as many:
        await client.get(here)

    assert len(one) == len(many)
