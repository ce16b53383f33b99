"""Second and third choice on the pages: named by link, proposed to the team, offered line by line."""

from datetime import date, time

import pytest

from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.places import states
from tests.office import Office, open_office, words_of
from tests.visiting import Browser, another_browser, let_in, make_account, send, sign_in

LINE = 'name="line" value="'


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.ENROLMENT)
    return await open_office(house)


async def test_who_waits_names_another_run_and_the_team_offers_it_from_the_proposal(
    client: Browser, office: Office, begin: Begin, house: Around
) -> None:
    full = await office.run(capacity=1)
    small = await office.run(first_day=date(2026, 12, 9), at=time(14), capacity=2)
    closed = await office.run(first_day=date(2026, 12, 10), at=time(16), capacity=1, publish=False)
    await office.enrol(full, "Ada", "Lehmann")
    waiting = [await office.enrol(full, name, "Weber") for name in ("Ben", "Cara")]
    visitor = another_browser(client)
    proposal = f"/verwaltung/durchfuehrungen/{full.id}/zuteilung"
    assert "hat eine andere Durchführung genannt" in words_of((await client.get(proposal)).text)

    for placed in waiting:
        first = placed.enrolments[0]
        here = f"/anmeldung/{first.id}/{house.signer.token('enrolment', first.id, first.link_version)}"
        assert "Passt auch ein anderer Termin?" in words_of((await visitor.get(here)).text)
        form = (await visitor.get(f"{here}/andere-termine")).text
        assert str(small.id) in form
        assert str(closed.id) not in form
        twice = {"first": str(small.id), "second": str(small.id)}
        refused = await send(visitor, f"{here}/andere-termine", twice)
        assert (refused.status_code, refused.text.count(" selected")) == (422, 2)
        assert (await send(visitor, f"{here}/andere-termine", {"first": str(closed.id)})).status_code == 422
        saved = await send(visitor, f"{here}/andere-termine", {"first": "", "second": str(small.id)})
        assert saved.headers["location"].endswith(here)
        assert "Sie haben uns gesagt, dass Ihnen auch passt:" in words_of((await visitor.get(here)).text)
        assert (await visitor.get(f"/anmeldung/{first.id}/{'a' * 32}/andere-termine")).status_code == 404

    page = await client.get(proposal)
    ticks = [part.split('"')[0] for part in page.text.split(LINE)[1:]]
    fits = "1. Wunsch: Platz für alle, und niemand, der dort wartet, wird überholt."
    assert words_of(page.text).count(fits) == 2
    assert (await send(client, proposal, {"line": "unfug"})).headers["location"].endswith("nichts-angekreuzt")
    await office.enrol(small, "Eva", "Eilig")
    one_refused = await send(client, proposal, {"line": ticks})

    assert one_refused.status_code == 409
    assert await states(begin, small) == [EnrolmentState.CONFIRMED, EnrolmentState.OFFERED]
    assert "Cara Weber" in words_of(one_refused.text)
    stranger = another_browser(client)
    await let_in(stranger, begin, await make_account(begin))
    assert (await stranger.get(proposal)).status_code == 403
    assert (await send(stranger, proposal, {"line": ticks})).status_code == 403
