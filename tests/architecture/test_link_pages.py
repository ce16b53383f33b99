"""Links in letters open for their token and for nothing else: a forged one answers like a missing page (S-03, S-18)."""

import re
from uuid import UUID, uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.billing.models import Refund
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.seats.contacts import Seats
from lms.enrolment.service import Enrolments
from lms.models import METADATA
from lms.people.models import Company, CompanyContact
from lms.web.access import routes
from lms.web.module import Around
from tests.billing.refunding import proposed
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import make_person, staff
from tests.visiting import send

LINKED = re.compile(r"\{(token|key|name):str\}")
WRITTEN = {"answer": "ja", "number": "1"}
SAYS_WHY = {"/einloggen/link/{token:str}", "/demo/postfach/{name:str}"}
"""The sign-in says that a link is void, whatever it was; the demo's letters have no token, and below /kiosk nothing opens but on a tablet of ours."""


async def real_ids(house: Around, begin: Begin) -> dict[str, UUID]:
    """Of a thing of each kind that is there: whoever forges a link may know its id."""
    run = await offered_run(begin, price_cents=4500)
    boss, firm = make_person("Chris", "Chef"), Company(name="Holz GmbH")
    async with begin() as session:
        session.add_all([boss, firm])
        await session.flush()
        session.add(CompanyContact(company_id=firm.id, person_id=boss.id))
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    order = await Seats(house).order_seats(
        staff(), order_id=uuid4(), run_id=run.id, seats=2, company=firm.id, contact=boss.id,
        payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip
    invitation = uuid4()
    await Seats(house).invite(staff(), invitation_id=invitation, company_id=firm.id, email="x@example.com")
    refund = await proposed(house, staff(), account=None)
    async with begin() as session:
        kept = await session.get_one(Refund, refund.id)
        kept.enrolment_id = placed.enrolments[0].id
    async with begin.reading() as session:
        person_id = await session.scalar(
            select(Enrolment.person_id).where(Enrolment.id == placed.enrolments[0].id)
        )
    assert person_id is not None
    return {
        "run_id": run.id, "enrolment_id": placed.enrolments[0].id, "order_id": order.id, "person_id": person_id,
        "invitation_id": invitation, "company_id": firm.id, "refund_id": refund.id,
    }  # fmt: skip


async def test_a_forged_token_opens_nothing_and_says_nothing(
    app: Litestar, client: AsyncTestClient[Litestar], house: Around, begin: Begin
) -> None:
    ids = await real_ids(house, begin)
    before = await _rows(begin)
    wrong: list[tuple[str, str, object]] = []
    knocked = 0

    for path, method, access in routes(app):
        if (
            access != "public"
            or not LINKED.search(path)
            or path in SAYS_WHY
            or path.startswith(("/static", "/kiosk/"))
        ):
            continue
        address = re.sub(r"\{(\w+):uuid\}", lambda found: str(ids.get(found[1], uuid4())), path)
        address = re.sub(r"\{(\w+):\w+\}", lambda found: WRITTEN.get(found[1], "q3vn4h2kq3vn4h2k"), address)
        answer = await (client.get(address) if method == "GET" else send(client, address))
        knocked += 1
        if answer.status_code != 404:
            wrong.append((method, path, answer.status_code))
        if "Lehmann" in answer.text or "Holz" in answer.text:
            wrong.append((method, path, "names somebody"))

    assert knocked > 40
    assert wrong == []
    assert await _rows(begin) == before


async def _rows(begin: Begin) -> dict[str, int]:
    """How many rows every table has, save the one that counts visits."""
    async with begin.reading() as session:
        return {
            table.name: len((await session.execute(select(*table.primary_key.columns))).all())
            for table in METADATA.sorted_tables
            if table.name != "rate_window"
        }
