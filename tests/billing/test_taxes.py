"""Which tax holds on which day, and what of a gross price it is (L-62, L-63)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from lms.billing.errors import DayPassed, NoSuchTreatment
from lms.billing.models import Invoice
from lms.billing.tax.changes import changes_on, lines_changed, runs_changed
from lms.billing.tax.models import TaxCategory, TaxTreatment
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import net_of_lines, tax_in, tax_sums, treatment_on
from lms.billing.tax.service import TaxTable
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.billing.documents import line
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, MOMENT, staff

FINANCE = staff(Identity.FINANCE)
NEW_YEAR = date(2027, 1, 1)
RATES = st.sampled_from([("S", 1900), ("S", 700), ("S", 550), ("E", 0)])
LINES = st.lists(st.tuples(st.integers(1, 5_000_000), RATES), min_size=1, max_size=12)


@given(LINES)
@settings(max_examples=300)
def test_net_and_tax_of_every_rate_add_up_to_the_gross_sum_and_lines_to_their_rate(
    typed: list[tuple[int, tuple[str, int]]],
) -> None:
    lines = [line(cents, category, rate) for cents, (category, rate) in typed]

    sums, nets = tax_sums(lines), net_of_lines(lines)

    assert sum(one.net_cents + one.tax_cents for one in sums) == sum(cents for cents, _ in typed)
    for one in sums:
        of_rate = [net for net, row in zip(nets, lines, strict=True) if row["tax_rate_bp"] == one.rate_bp]
        assert sum(of_rate) == one.net_cents
        assert (
            abs(one.tax_cents * (10_000 + one.rate_bp) - one.gross_cents * one.rate_bp) * 2
            <= 10_000 + one.rate_bp
        )


@given(LINES)
def test_a_credit_note_takes_back_exactly_what_was_taxed(typed: list[tuple[int, tuple[str, int]]]) -> None:
    lines = [line(cents, category, rate) for cents, (category, rate) in typed]
    back = [row | {"amount_cents": -row["amount_cents"]} for row in lines]

    assert [-one.tax_cents for one in tax_sums(back)] == [one.tax_cents for one in tax_sums(lines)]
    assert [-net for net in net_of_lines(back)] == net_of_lines(lines)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"), [(11_900, 1900, 1900), (10_700, 700, 700), (100, 1900, 16), (3, 1900, 0), (4, 1900, 1), (4500, 0, 0)]
)  # fmt: skip
def test_the_tax_in_a_final_price(gross: int, rate: int, tax: int) -> None:
    assert tax_in(gross, rate) == tax


@BOTH
async def test_the_table_comes_with_what_the_law_says_today(begin: Begin) -> None:
    async with begin.reading() as session:
        known = await treatments(session)

    def told(code: str, day: date) -> tuple[str, int] | None:
        found = treatment_on(known, code, day)
        return (str(found.category), found.rate_bp) if found else None

    assert told("course_22a", NEW_YEAR) == ("E", 0)
    assert told("course_21", date(2024, 12, 31)) is None
    assert told("course_21", date(2025, 1, 1)) == ("E", 0)
    assert (told("standard", NEW_YEAR), told("reduced", NEW_YEAR)) == (("S", 1900), ("S", 700))
    assert told("public_2b", date(2026, 12, 31)) == ("O", 0)
    assert told("public_2b", NEW_YEAR) == ("S", 1900)


@BOTH
async def test_a_line_is_taxed_by_the_day_on_which_the_service_is_complete_not_by_that_of_the_invoice(
    house: Around, begin: Begin
) -> None:
    enrolments = Enrolments(house)
    spans = {"ends before": (10, 20), "over new year": (10, 35), "begins after": (35, 40)}
    told = {}
    for name, (starts, ends) in spans.items():
        run = await offered_run(
            begin, price_cents=11_900, tax_code="public_2b", starts_at=MOMENT + timedelta(days=starts),
            ends_at=MOMENT + timedelta(days=ends),
        )  # fmt: skip
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named(f"Ada{starts}x{ends} Lehmann")], payment_method=PaymentMethod.INVOICE
        )  # fmt: skip
        async with begin.reading() as session:
            newest = select(Invoice).order_by(Invoice.counter.desc()).limit(1)
            invoice = (await session.scalars(newest)).one()
        [written] = invoice.lines
        told[name] = (written["tax_category"], written["tax_rate_bp"], bool(invoice.tax_note))

    assert told == {
        "ends before": ("O", 0, True),
        "over new year": ("S", 1900, False),
        "begins after": ("S", 1900, False),
    }


@BOTH
async def test_a_new_rate_holds_from_its_day_and_touches_nothing_before(house: Around, begin: Begin) -> None:
    table, key, day = TaxTable(house), uuid4(), date(2027, 7, 1)
    for _ in range(2):  # the same form sent twice
        await table.add(
            FINANCE, treatment_id=key, code="standard", category=TaxCategory.STANDARD, rate_bp=2100, note_de="",
            note_en="", valid_from=day,
        )  # fmt: skip

    async with begin.reading() as session:
        known = await treatments(session)
    rows = [one for one in known if one.code == "standard"]
    assert [one.rate_bp for one in rows] == [1900, 2100]
    before, after = (
        treatment_on(known, "standard", day - timedelta(days=1)),
        treatment_on(known, "standard", day),
    )
    assert before is not None
    assert after is not None
    assert (before.rate_bp, after.rate_bp) == (1900, 2100)
    assert [(one.code, one.after and one.after.rate_bp) for one in changes_on(known, day)] == [
        ("standard", 2100)
    ]


@BOTH
async def test_nobody_rewrites_the_past(house: Around, begin: Begin) -> None:
    table = TaxTable(house)
    facts: dict[str, Any] = {"category": TaxCategory.STANDARD, "rate_bp": 2100, "note_de": "", "note_en": ""}

    with pytest.raises(DayPassed):
        await table.add(FINANCE, treatment_id=uuid4(), code="standard", valid_from=date(2026, 12, 3), **facts)
    with pytest.raises(NoSuchTreatment):
        await table.add(FINANCE, treatment_id=uuid4(), code="luxury", valid_from=NEW_YEAR, **facts)
    with pytest.raises(Forbidden):
        await table.add(
            staff(Identity.ENROLMENT), treatment_id=uuid4(), code="standard", valid_from=NEW_YEAR, **facts
        )
    for change in (update(TaxTreatment).values(rate_bp=100, category="S"), delete(TaxTreatment)):
        with pytest.raises(DBAPIError, match="treatment_is_kept"):
            async with begin() as session:
                await session.execute(change)


@BOTH
async def test_the_preview_names_runs_and_invoiced_lines_whose_tax_changes(
    house: Around, begin: Begin
) -> None:
    run = await offered_run(
        begin, price_cents=11_900, tax_code="public_2b", starts_at=MOMENT + timedelta(days=35), ends_at=MOMENT + timedelta(days=40)
    )  # fmt: skip
    quiet = await offered_run(begin, price_cents=11_900)
    await Enrolments(house).enrol(
        VISITOR, run_id=quiet.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    await TaxTable(house).add(
        FINANCE, treatment_id=uuid4(), code="course_22a", category=TaxCategory.STANDARD, rate_bp=700, note_de="",
        note_en="", valid_from=NEW_YEAR,
    )  # fmt: skip

    async with begin.reading() as session:
        known = await treatments(session)
        found = changes_on(known, NEW_YEAR)
        runs = await runs_changed(session, found, NEW_YEAR, "course_22a")
        lines = await lines_changed(session, known, NEW_YEAR)

    assert {one.code for one in found} == {"course_22a", "public_2b"}
    assert {one.number for one in runs} == {run.number, quiet.number}
    assert [(one.number, one.category, one.then and one.then.rate_bp) for one in lines] == [
        ("RE-2026-00001", "E", 700)
    ]
