"""The self-assessment on a public tablet: the answers lie with the visit, not in the browser, and go with it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.errors import DomainError, NotFound
from lms.practice.kiosk.door import PATH, WIPED, frame, refused, tablet_at, tablet_sending, visit_of
from lms.practice.kiosk.service import Visits
from lms.practice.models import Kiosk
from lms.practice.self_test import rules
from lms.practice.self_test.pages import part_page, said, turned
from lms.practice.self_test.statements import Answer
from lms.practice.self_test.suggesting import courses_for
from lms.web.access import PUBLIC
from lms.web.module import Around
from lms.web.templating import url

HERE = f"{PATH}/selbsttest"
AnyRequest = Request[Any, Any, Any]


class KioskSelfTestPages(Controller):
    """For whoever stands in front of the tablet."""

    path = HERE
    opt = PUBLIC
    include_in_schema = False
    exception_handlers = {DomainError: refused}

    @get()
    async def start(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """What it is, and the way in."""
        tablet = await tablet_at(request, around)
        return Template("practice/self_test/start.html", context=_frame(tablet, around), headers=WIPED)

    @post()
    async def go_on(
        self, request: AnyRequest, around: NamedDependency[Around], visits: NamedDependency[Visits]
    ) -> Template | Redirect:
        """The next page, or the result."""
        tablet, sent = await tablet_sending(request, around)
        is_new = not sent.get("teil")
        known = {} if is_new else _answers(tablet, around)
        answers, shown, form = turned(sent, known)
        if form is not None and shown is not None:
            return _private(part_page(shown, answers, form, _frame(tablet, around)))
        await visits.said(kiosk_id=tablet.id, answers={key: one.value for key, one in answers.items()})
        following = shown or rules.next_part(answers)
        place = following.name if following is not None else "ergebnis"
        return Redirect(url(f"{HERE}/{place}"), status_code=303, headers=WIPED)

    @get("/{name:str}")
    async def part(
        self, request: AnyRequest, name: FromPath[str], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """One page of statements."""
        tablet = await tablet_at(request, around)
        answers, shown = _answers(tablet, around), rules.part_named(name)
        if shown is None:
            raise NotFound
        if shown not in rules.parts(answers):
            return Redirect(url(HERE), status_code=303, headers=WIPED)
        return _private(part_page(shown, answers, None, _frame(tablet, around)))

    @get("/ergebnis")
    async def result(self, request: AnyRequest, around: NamedDependency[Around]) -> Template | Redirect:
        """What the answers say, and the courses that come next."""
        tablet, now = await tablet_at(request, around), around.clock()
        answers = _answers(tablet, around)
        if not answers:
            return Redirect(url(HERE), status_code=303, headers=WIPED)
        async with around.begin.reading() as session:
            suggested = await courses_for(session, rules.goals(answers), now)
        context = _frame(tablet, around) | said(answers, suggested)
        return Template("practice/kiosk/result.html", context=context, headers=WIPED)


def _answers(tablet: Kiosk, around: Around) -> dict[str, Answer]:
    return rules.read_answers(visit_of(tablet, around.clock()).get("answers") or {})


def _frame(tablet: Kiosk, around: Around) -> dict[str, Any]:
    return frame(tablet, around.signer, around.clock()) | {
        "test_path": HERE,
        "course_path": f"{PATH}/kurse/",
        "travels": False,
    }


def _private(page: Template) -> Template:
    page.headers = {**page.headers, **WIPED}
    return page
