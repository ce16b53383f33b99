"""Five people with open browsers, while households, mandates, guardians, companies and roles change (S-04).

After every change everybody knocks at everybody's pages. What they get on the very next request is what a plain model of
the rights says (`rights_model.py`). A failure names its seed and the changes that led there.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from httpx import AsyncClient
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.accounts.models import Account, ApiToken
from lms.accounts.service.administration import Administration
from lms.accounts.sessions import Entry
from lms.billing.models import Invoice, InvoiceDocument, InvoiceKind
from lms.certification.models import Certificate
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.enrolment.seats.contacts import Seats
from lms.feeds.models import Feed
from lms.feeds.service import PURPOSE
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.rights import Identity
from lms.kernel.tokens import hashed
from lms.people.family import Family
from lms.people.guardians import Guardians
from lms.people.mandates import Limits, Mandates
from lms.people.models import Company, Mandate, MandateScope, Membership
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.accounts.rights_model import World
from tests.making import BOTH, MOMENT, FixedClock, make_course, make_person, make_run, staff
from tests.visiting import another_browser, let_in, make_account

pytestmark = BOTH

SEED = 4
CHANGES = 4
BIRTHS = {
    "Ilse": date(1948, 5, 9), "Katja": date(1980, 1, 1), "Jens": date(1979, 1, 1), "Chris": date(1970, 1, 1),
    "Olga": date(1971, 1, 1), "Lena": date(2008, 12, 9), "Emil": date(1990, 1, 1),
}  # fmt: skip
FIVE = ("Ilse", "Katja", "Jens", "Chris", "Olga")
"""The mother, her daughter, the father of Lena, and two contacts of companies; Lena and the employee Emil never sign in."""
TEAM, CHIEF = staff(), staff(Identity.ADMINISTRATOR)
SIGNED_OUT = "/einloggen"
FACTS = {"course": "Kurs", "holder": {"name": "N. N."}, "units_attended": 1, "units_planned": 1}


@dataclass
class Town:
    """The same people in the database and in the model."""

    house: Around
    clock: FixedClock
    dice: random.Random
    world: World
    persons: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    places: dict[str, UUID] = field(default_factory=dict)
    papers: dict[str, UUID] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)
    companies: dict[str, UUID] = field(default_factory=dict)
    invoices: dict[str, UUID] = field(default_factory=dict)
    browsers: dict[str, AsyncClient] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def actor(self, name: str) -> Actor:
        """One of the five at their own account pages."""
        return Actor(
            identities=frozenset({Identity.LEARNER}), account_id=self.accounts[name].id, person_id=self.persons[name]
        )  # fmt: skip


async def found_town(house: Around, clock: FixedClock, client: AsyncClient, seed: int) -> Town:
    """Everybody has a place in a course of their own, and a certificate; the five a browser, a token and a calendar."""
    world = World(today(clock), BIRTHS, booked={"Lena": "Jens"}, employees={"Emil": "Holz", "Olga": "Metall"})
    town = Town(house, clock, random.Random(seed), world)
    begin = house.begin
    people = {name: make_person(name, "Muster", birth_date=born) for name, born in BIRTHS.items()}
    firms = {name: Company(name=f"{name} GmbH", city="Haldensleben") for name in ("Holz", "Metall")}
    town.persons = {name: one.id for name, one in people.items()}
    town.companies = {name: one.id for name, one in firms.items()}
    async with begin() as session:
        session.add_all([*people.values(), *firms.values()])
        await session.flush()
        for number, name in enumerate(BIRTHS, start=1):
            course = make_course(f"Kurs von {name}")
            run = make_run(course)
            party = Party(run_id=run.id, position=1, size=1, joined_at=MOMENT)
            place = Enrolment(
                run_id=run.id, party_id=party.id, reference=f"AAAA-{number}", state=EnrolmentState.CONFIRMED,
                created_at=MOMENT, changed_at=MOMENT, confirmed_at=MOMENT, way=EntryWay.WEB, person_id=people[name].id,
                company_id=town.companies.get(world.employees.get(name, "")),
                guardian_id=town.persons.get(world.booked.get(name, "")),
                contact_id=town.persons.get(world.booked.get(name, "")),
            )  # fmt: skip
            paper = Certificate(
                year=2026, counter=number, number=f"Z-{number}", code=f"CODE{number}", kind="attendance",
                subject=f"enrolment/{number}", kept_until=MOMENT.date() + timedelta(days=3_000), enrolment_id=place.id, person_id=people[name].id, run_id=run.id, facts=FACTS, language="de",
                document=name.encode(), sha256=name, signature="", key_id="", issued_at=MOMENT, issued_by=None,
            )  # fmt: skip
            begins = MOMENT + timedelta(days=28)
            meeting = Session(
                run_id=run.id, starts_at=begins, ends_at=begins + timedelta(hours=1), changed_at=MOMENT
            )
            for rows in ([course], [run], [party, meeting], [place], [paper]):
                session.add_all(rows)
                await session.flush()
            town.places[name], town.papers[name] = place.id, paper.id
        for number, (name, firm) in enumerate(firms.items(), start=1):
            invoice = Invoice(
                kind=InvoiceKind.INVOICE, series="RE", year=2026, counter=number, number=f"RE-{number}", issued_at=MOMENT,
                due_on=MOMENT.date(), total_cents=100, debtor={"order_number": ""}, lines=[], issuer={}, company_id=firm.id,
            )  # fmt: skip
            session.add(invoice)
            await session.flush()
            session.add(
                InvoiceDocument(invoice_id=invoice.id, sha256=name, content=name.encode(), written_at=MOMENT)
            )
            town.invoices[name] = invoice.id
    for name in FIVE:
        account = await make_account(begin, person=people[name], is_known=True, totp_secret="sealed")
        town.accounts[name], town.browsers[name] = account, another_browser(client)
        await let_in(town.browsers[name], begin, account)
        feed = Feed(person_id=people[name].id, created_at=MOMENT)
        async with begin() as session:
            session.add_all(
                [
                    feed,
                    ApiToken(
                        account_id=account.id, hash=hashed(f"lms_{name}"), name="alles", created_at=MOMENT,
                        scopes="R:enrolment R:certificate", expires_at=MOMENT + timedelta(days=90),
                    ),
                ]
            )  # fmt: skip
        token = house.signer.token(PURPOSE, feed.id, feed.version)
        town.feeds[name] = f"/kalender/{feed.id}/{token}.ics"
    return town


async def join(town: Town) -> str:
    """The team takes somebody into the household of another."""
    head, other = town.dice.sample([*FIVE, "Lena"], 2)
    if head == "Lena":
        head, other = other, head
    await Guardians(town.house).join(TEAM, head_id=town.persons[head], person_id=town.persons[other])
    where = await _home_headed_by(town, head)
    town.world.homes.setdefault(where, {head: True}).setdefault(other, False)
    return f"{head} takes {other} in"


async def leave(town: Town) -> str:
    """Somebody leaves a household by themselves, or is taken out."""
    homes = [(home, one) for home, members in town.world.homes.items() for one in members]
    if not homes:
        return "nobody has a household"
    home, one = town.dice.choice(homes)
    alone_at_the_top = town.world.homes[home][one]
    if town.dice.random() < 0.5 and one in FIVE and not alone_at_the_top:
        await Family(town.house).leave(town.actor(one), household_id=UUID(home), person_id=town.persons[one])
    else:
        await Guardians(town.house).take_out(
            TEAM, household_id=UUID(home), person_id=town.persons[one], reason="Anruf"
        )
    del town.world.homes[home][one]
    return f"{one} leaves a household"


async def let_act(town: Town) -> str:
    """A signed mandate, with or without sight, with or without an end; where there is one already it is limited or widened."""
    agent, principal = ("Katja", "Ilse") if town.dice.random() < 0.6 else tuple(town.dice.sample(FIVE, 2))
    scopes = town.dice.choice([("see",), ("see", "enrol"), ("enrol",), ("letters",)])
    until = town.dice.choice([None, town.world.today + timedelta(days=1)])
    mandates, limits = Mandates(town.house), Limits(scopes=[MandateScope(one) for one in scopes], until=until)
    held = await _mandate(town, agent, principal)
    if held is None:
        await mandates.record_paper(
            TEAM, mandate_id=uuid4(), principal_id=town.persons[principal], agent_id=town.persons[agent],
            limits=limits, seen_on=town.world.today, wording="Ja.",
        )  # fmt: skip
    else:
        who = town.actor(principal)
        await mandates.change(who, mandate_id=held.id, limits=limits, wording="Ja.", version=held.version)
    town.world.mandates[agent, principal] = frozenset(scopes), until
    return f"{principal} lets {agent} {scopes} until {until}"


async def take_back(town: Town) -> str:
    """A mandate ends, by one of the two."""
    if not town.world.mandates:
        return "nobody has a mandate"
    pair = town.dice.choice(sorted(town.world.mandates))
    held = await _mandate(town, *pair)
    assert held is not None
    await Mandates(town.house).withdraw(town.actor(town.dice.choice(pair)), mandate_id=held.id)
    del town.world.mandates[pair]
    return f"{pair[0]} no longer acts for {pair[1]}"


async def decide(town: Town) -> str:
    """Somebody decides for Lena from now on, as long as she is a minor."""
    who = town.dice.choice(["Jens", "Jens", "Katja"])
    if not town.world.is_minor("Lena"):
        return "Lena is of age"
    await Guardians(town.house).name(
        TEAM, guardian_id=town.persons[who], child_id=town.persons["Lena"], emergency_phone="1"
    )
    town.world.guardians[who, "Lena"] = True
    return f"{who} decides for Lena"


async def father_takes_her_in(town: Town) -> str:
    """Her father decides for Lena and is the head of her household too: losing the one he must lose the other."""
    jens, lena = town.persons["Jens"], town.persons["Lena"]
    guardians = Guardians(town.house)
    await guardians.name(TEAM, guardian_id=jens, child_id=lena, emergency_phone="1")
    await guardians.join(TEAM, head_id=jens, person_id=lena)
    town.world.guardians["Jens", "Lena"] = True
    town.world.homes[await _home_headed_by(town, "Jens")] = {"Jens": True, "Lena": False}
    return "Jens decides for Lena and takes her in"


async def decide_no_more(town: Town) -> str:
    """Somebody decides no longer for Lena: said by themselves, or written down by the team."""
    held = [pair for pair, holds in town.world.guardians.items() if holds]
    if not held:
        return "nobody decides for Lena"
    who, child = town.dice.choice(sorted(held))
    if town.dice.random() < 0.5:
        await Family(town.house).let_go(town.actor(who), child_id=town.persons[child])
    else:
        await Guardians(town.house).end(
            TEAM, guardian_id=town.persons[who], child_id=town.persons[child], reason="Anruf"
        )
    town.world.guardians[who, child] = False
    return f"{who} decides no longer for {child}"


async def name_contact(town: Town) -> str:
    who, firm = town.dice.choice([("Chris", "Holz"), ("Olga", "Metall"), ("Olga", "Holz"), ("Katja", "Holz")])
    await Seats(town.house).add_contact(TEAM, company_id=town.companies[firm], person_id=town.persons[who])
    town.world.contacts.add((who, firm))
    return f"{who} acts for {firm}"


async def drop_contact(town: Town) -> str:
    if not town.world.contacts:
        return "nobody acts for a company"
    who, firm = town.dice.choice(sorted(town.world.contacts))
    await Seats(town.house).remove_contact(TEAM, company_id=town.companies[firm], person_id=town.persons[who])
    town.world.contacts.remove((who, firm))
    return f"{who} acts no longer for {firm}"


async def change_role(town: Town) -> str:
    """Olga joins the team, or leaves it: either ends her sessions, and the next request is the door (S-10)."""
    roles = frozenset() if "Olga" in town.world.staff else frozenset({Identity.ENROLMENT})
    now = town.clock()
    entry = Entry("", uuid4(), "", now, now, has_second_factor=True, has_password=False)
    await Administration(town.house).set_roles(
        CHIEF, entry, account_id=town.accounts["Olga"].id, roles=roles, reason="Wechsel"
    )
    town.world.staff = {"Olga"} if roles else set()
    answer = await town.browsers["Olga"].get("/meine-kurse")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(SIGNED_OUT)
    await let_in(town.browsers["Olga"], town.house.begin, town.accounts["Olga"], at=now)
    return f"Olga's roles: {sorted(roles)}"


async def wait(town: Town) -> str:
    """Days pass: mandates lapse, and on 9 December Lena comes of age."""
    days = town.dice.choice([1, 2])
    town.clock.forward(days=days)
    town.world.today = today(town.clock)
    return f"it is {town.world.today}"


Change = Callable[[Town], Awaitable[str]]
USUAL: tuple[Change, ...] = (
    join, leave, let_act, take_back, decide, decide_no_more, name_contact, drop_contact, change_role, wait
)  # fmt: skip
FIRST: tuple[Change, ...] = (father_takes_her_in, let_act, decide_no_more, name_contact)


async def knock_everywhere(town: Town) -> list[str]:
    """Everybody at everybody's door, once; gives what differs from the model."""
    world, wrong = town.world, []

    def expect(who: str, what: str, got: object, right: object) -> None:
        if got != right:
            wrong.append(f"{who} at {what}: {got}, not {right}")

    for who in FIVE:
        browser, headers = town.browsers[who], {"authorization": f"Bearer lms_{who}"}
        places = {whom for whom in BIRTHS if world.sees_place(who, whom)}
        papers = {whom for whom in BIRTHS if world.sees_papers(who, whom)}
        listed = (await browser.get("/api/v1/enrolments", headers=headers)).text
        expect(who, "enrolments", {whom for whom in BIRTHS if str(town.places[whom]) in listed}, places)
        held = (await browser.get("/api/v1/certificates", headers=headers)).text
        expect(who, "certificates", {whom for whom in BIRTHS if str(town.papers[whom]) in held}, papers)
        feed = (await browser.get(town.feeds[who])).text
        expect(who, "calendar", {whom for whom in BIRTHS if f"Kurs von {whom}" in feed}, papers)
        expect(who, *await one_company(town, browser, who))
        whom = town.dice.choice(sorted(BIRTHS))
        page = await browser.get(f"/meine-kurse/{town.places[whom]}")
        expect(who, f"course of {whom}", page.status_code, 200 if whom in papers else 404)
        if town.dice.random() < 0.5:
            paper = await browser.get(f"/meine-nachweise/{town.papers[whom]}/nachweis.pdf")
            may_open = whom in papers or who in world.staff
            expect(who, f"paper of {whom}", paper.status_code, 200 if may_open else 404)
        else:
            desk = await browser.get(f"/verwaltung/personen/{town.persons[whom]}")
            expect(who, f"desk about {whom}", desk.status_code, 200 if who in world.staff else 403)
    return wrong


async def one_company(town: Town, browser: AsyncClient, who: str) -> tuple[str, object, object]:
    """A company's page or its invoice. Whoever acts for none stands before a closed door; a foreign one is as good as none."""
    firm = town.dice.choice(sorted(town.companies))
    path, content = f"/firma/{town.companies[firm]}", ""
    if town.dice.random() < 0.5:
        path, content = f"{path}/rechnungen/{town.invoices[firm]}/rechnung.pdf", firm
    closed = 404 if any(one == who for one, _ in town.world.contacts) else 403
    answer = await browser.get(path)
    got: object = answer.status_code
    if content and got == 200 and answer.text != content:
        got = "another paper"
    return path, got, 200 if (who, firm) in town.world.contacts else closed


async def test_access_begins_and_ends_with_the_next_request(
    client: AsyncTestClient[Litestar], house: Around, clock: FixedClock
) -> None:
    town = await found_town(house, clock, client, SEED)
    changes = [*FIRST, *town.dice.sample(USUAL, len(USUAL)), *town.dice.choices(USUAL, k=CHANGES)]

    for change in changes:
        town.log.append(await change(town))
        town.clock.forward(minutes=20)
        wrong = await knock_everywhere(town)
        assert wrong == [], f"seed {SEED}: {'; '.join(town.log)} | {town.world.table(list(BIRTHS))}"


async def _home_headed_by(town: Town, head: str) -> str:
    """The household into which this head takes people."""
    async with town.house.begin.reading() as session:
        found = await session.scalar(
            select(Membership.household_id)
            .where(Membership.person_id == town.persons[head], Membership.is_head)
            .order_by(Membership.id)
            .limit(1)
        )
    return str(found)


async def _mandate(town: Town, agent: str, principal: str) -> Mandate | None:
    async with town.house.begin.reading() as session:
        return await session.scalar(
            select(Mandate).where(
                Mandate.agent_id == town.persons[agent],
                Mandate.principal_id == town.persons[principal],
                Mandate.ended_at.is_(None),
            )
        )
