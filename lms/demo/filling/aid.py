"""De-minimis aid: what three companies have declared, and four statements, one of them replaced."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.aid.models import AidDeclaration, AidEnd, AidKind, AidRegisterEntry, AidRule, AidStatement
from lms.aid.rules import SERIES, hourly, rule_on, statement_number
from lms.billing.rules import series_year
from lms.billing.service import draw_number, issuer_facts
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Employer, Everybody

CASHIER = "ralf-hellwig"


async def fill_aid(ground: Ground, everybody: Everybody) -> None:
    """The bakery has had aid of others, the joinery belongs together with another company."""
    bakery, joinery, haulier = (
        everybody.employers[key] for key in ("boerdebaeckerei", "tischlerei-assmann", "spedition-ohretrans")
    )
    other = [
        {
            "granted_on": (ground.today - timedelta(days=500)).isoformat(),
            "amount_cents": 1_500_000,
            "giver": "Investitionsbank des Landes",
        }
    ]
    of_bakery = await _declare(ground, everybody, bakery, 200, other)
    of_joinery = await _declare(ground, everybody, joinery, 120, [])
    of_haulier = await _declare(ground, everybody, haulier, 60, [])
    rate = ground.settings.advice_hour_cents
    hour = f"60 Minuten zu {rate / 100:.2f} Euro die Stunde".replace(".", ",")
    first = await _state(
        ground, everybody, bakery, of_bakery, 180, what="Beratung: Bestellungen am Tablet, 60 Minuten", cents=hourly(60, rate),
        reckoning=hour, others=1_500_000, registered=3,
    )  # fmt: skip
    await _state(
        ground, everybody, joinery, of_joinery, 100, what="Drei Plätze im Kurs „Sichere Passwörter“", cents=13_500,
        reckoning="3 Plätze zu 45,00 Euro, nichts gezahlt", kind=AidKind.SEAT,
    )  # fmt: skip
    wrong = await _state(
        ground, everybody, haulier, of_haulier, 40, what="Beratung: Wo fangen wir an?, 120 Minuten", cents=hourly(120, rate),
        reckoning=hour,
    )  # fmt: skip
    right = await _state(
        ground, everybody, haulier, of_haulier, 40, what="Beratung: Wo fangen wir an?, 90 Minuten", cents=hourly(90, rate),
        reckoning=hour.replace("60", "90", 1), replaces=wrong.id,
    )  # fmt: skip
    await ground.put(
        [AidEnd(statement_id=wrong.id, at=right.issued_at, reason=f"→ {right.number}", by=right.issued_by)]
    )
    ground.note(first.issued_at, "aid.granted", "company", bakery.company.id, by=everybody.member(CASHIER))


async def _declare(
    ground: Ground, everybody: Everybody, employer: Employer, days_ago: int, other: list[dict[str, Any]]
) -> AidDeclaration:
    cashier = everybody.member(CASHIER)
    row = AidDeclaration(
        id=ground.key(), company_id=employer.company.id, declared_on=ground.today - timedelta(days=days_ago + 1),
        signed_by=employer.contact.name, received_at=ground.now - timedelta(days=days_ago), other=other,
        recorded_by=cashier.account_id, recorded_by_name=cashier.name,
    )  # fmt: skip
    await ground.put([row])
    return row


async def _state(
    ground: Ground,
    everybody: Everybody,
    employer: Employer,
    declaration: AidDeclaration,
    days_ago: int,
    *,
    what: str,
    cents: int,
    reckoning: str,
    kind: AidKind = AidKind.CONSULTATION,
    others: int = 0,
    registered: int | None = None,
    replaces: UUID | None = None,
) -> AidStatement:
    at, day = ground.now - timedelta(days=days_ago), ground.today - timedelta(days=days_ago)
    rule = rule_on((await ground.session.scalars(select(AidRule))).all(), day)
    if rule is None:
        raise LookupError("the table of regulations comes with the database")
    year, company = series_year(at), employer.company
    counter = await draw_number(ground.session, SERIES, year)
    statement = AidStatement(
        id=ground.key(), number=statement_number(year, counter), year=year, counter=counter, company_id=company.id, kind=kind,
        what=what, granted_on=day, gross_cents=cents, reckoning=reckoning, rule_id=rule.id, declaration_id=declaration.id,
        before_cents=others, issued_at=at, replaces_id=replaces, issued_by=everybody.member(CASHIER).account_id,
        facts={
            "company": {name: getattr(company, name) for name in ("name", "street", "postal_code", "city")},
            "rule": {
                "regulation": rule.regulation, "ceiling_cents": rule.ceiling_cents, "window": str(rule.window),
                "valid_from": rule.valid_from.isoformat(), "source": rule.source,
            },
            "declared_on": declaration.declared_on.isoformat(), "ours_cents": 0, "others_cents": others,
            "issuer": issuer_facts(ground.settings),
        },
    )  # fmt: skip
    await ground.put([statement])
    if registered is not None:
        await ground.put(
            [
                AidRegisterEntry(
                    statement_id=statement.id, entered_on=day + timedelta(days=registered), noted_at=at + timedelta(days=registered),
                    noted_by=statement.issued_by,
                )
            ]
        )  # fmt: skip
    return statement
