"""The cashiers put the open invoices of a company together in the browser (F-G14)."""

from uuid import uuid4

from httpx import AsyncClient

from lms.billing.models import Invoice
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.billing.test_together import company_with_orders, invoices_of
from tests.enrolment.walking import text
from tests.visiting import send, sign_in


async def test_the_page_names_the_invoices_and_leads_to_the_new_one(
    client: AsyncClient, begin: Begin, house: Around
) -> None:
    _, company_id, _ = await company_with_orders(begin, house, 2, 1)
    await sign_in(client, begin, Identity.FINANCE, Identity.ENROLMENT)
    single = await invoices_of(begin, company_id)
    here, key = f"/verwaltung/finanzen/sammelrechnung/{company_id}", uuid4()

    company = await client.get(f"/verwaltung/unternehmen/{company_id}")
    page = await client.get(here)
    too_few = await send(client, here, {"invoices": [str(single[0].id)], "key": str(key)})
    nothing = await send(client, here, {"key": str(key)})
    done = await send(client, here, {"invoices": [str(one.id) for one in single], "key": str(key)})

    assert here in company.text
    assert all(one.number in page.text for one in single)
    assert page.text.count("checked") == 2
    assert "Wählen Sie mindestens zwei" in text(too_few)
    assert (nothing.status_code, "Wählen Sie mindestens zwei" in text(nothing)) == (422, True)
    assert done.headers["location"].startswith(f"/verwaltung/finanzen/rechnungen/{key}")
    async with begin.reading() as session:
        assert (await session.get_one(Invoice, key)).total_cents == 13500
    assert "keine zwei Rechnungen" in text(await client.get(here))


async def test_nobody_but_the_cashiers_sees_it(client: AsyncClient, begin: Begin, house: Around) -> None:
    _, company_id, _ = await company_with_orders(begin, house, 1, 1)
    await sign_in(client, begin, Identity.ENROLMENT)

    assert (await client.get(f"/verwaltung/finanzen/sammelrechnung/{company_id}")).status_code == 403
