"""`/verwaltung/briefe/adressen`: e-mail addresses at which nobody can be reached, and what to do about them."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.messaging.queries import wrong_addresses
from lms.people.models import Person
from lms.portal.letters.pages import PATH
from lms.portal.letters.service import Post
from lms.web.access import may
from lms.web.notices import after, declare

RIGHT = declare("address-is-right", N_("The address is written to again."))


class AddressPages(Controller):
    """Addresses that somebody has to put right. Whoever gets another one disappears from the list."""

    path = f"{PATH}/adressen"
    opt = may("R", "message", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """Each address with whoever has it."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with begin.reading() as session:
            wrong = await wrong_addresses(session)
            known = select(Person).where(
                Person.email.in_([one.address for one in wrong]), Person.merged_into_id.is_(None)
            )
            people: dict[str, list[Person]] = {}
            for person in await session.scalars(known.order_by(Person.family_name, Person.id)):
                people.setdefault(str(person.email), []).append(person)
        return Template("portal/letters/addresses.html", context={"wrong": wrong, "people": people})

    @post("/richtig")
    async def is_right(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        letter_post: NamedDependency[Post],
    ) -> Redirect:
        """The address is right after all."""
        address = str((await request.form()).get("adresse", ""))
        await letter_post.address_is_right(actor, address=address)
        return after(f"{PATH}/adressen", RIGHT)
