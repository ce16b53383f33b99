"""What the runs of a course begin with: kept once, found in every new form, shown twice when two people edit it."""

import re

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.resources.models import Equipment
from lms.web.module import Around
from tests.office import open_office, words_of
from tests.visiting import Browser, send, sign_in


async def test_a_new_run_begins_with_the_pattern_of_its_course(
    client: Browser, house: Around, begin: Begin
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    office = await open_office(house)
    async with begin() as session:
        session.add(Equipment(key="beamer", name_de="Beamer"))
    here = f"/verwaltung/kurse/{office.course.id}"
    page = (await client.get(f"{here}/vorgaben")).text
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    typed = {"equipment": "beamer", "step_free": "1", "note_de": "Brille mitbringen", "seen": seen}

    saved = await send(client, f"{here}/vorgaben", typed)
    stale = await send(client, f"{here}/vorgaben", typed | {"note_de": "Stift mitbringen"})

    assert saved.status_code == 303
    assert stale.status_code == 409
    assert "Brille mitbringen Stift mitbringen" in words_of(stale.text)
    form = (await client.get(f"{here}/neue-durchfuehrung")).text
    assert re.search(r'name="equipment"[^>]* value="beamer"[^>]* checked', form.replace("\n", " "))
    assert "Brille mitbringen" in form
    again = re.findall(r'name="seen" value="(\w+)"', stale.text)[0]
    assert (await send(client, f"{here}/vorgaben", typed | {"seen": again})).status_code == 303


async def test_only_planners_keep_patterns(client: Browser, house: Around, begin: Begin) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    office = await open_office(house)

    assert (await client.get(f"/verwaltung/kurse/{office.course.id}/vorgaben")).status_code == 403
