"""Puts the modules together: the list MODULES, and nothing clever."""

import inspect
import logging
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog
from litestar import Controller, Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from structlog.dev import ConsoleRenderer, plain_traceback

from lms.accounts.doorkeeper import Doorkeeper
from lms.accounts.module import MODULE as ACCOUNTS
from lms.accounts.shell import Signposts
from lms.aid.module import MODULE as AID
from lms.attendance.module import MODULE as ATTENDANCE
from lms.audit.trail import seal
from lms.banking.module import MODULE as BANKING
from lms.billing.module import MODULE as BILLING
from lms.booking.module import MODULE as BOOKING
from lms.books.module import MODULE as BOOKS
from lms.catalogue.module import MODULE as CATALOGUE
from lms.certification.module import MODULE as CERTIFICATION
from lms.correspondence.module import MODULE as CORRESPONDENCE
from lms.db import Begin, connect
from lms.debits.module import MODULE as DEBITS
from lms.districts.module import MODULE as DISTRICTS
from lms.dunning.module import MODULE as DUNNING
from lms.enrolment.module import MODULE as ENROLMENT
from lms.feeds.module import MODULE as FEEDS
from lms.helpdesk.module import MODULE as HELPDESK
from lms.honoraria.module import MODULE as HONORARIA
from lms.inhouse.module import MODULE as INHOUSE
from lms.interchange.module import MODULE as INTERCHANGE
from lms.jobs.queue import Event
from lms.jobs.tidying import tidy
from lms.jobs.worker import Listener, Periodic, Worker
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.clock import Clock, system_clock
from lms.kernel.links import Links
from lms.kernel.tokens import Signer
from lms.learning.module import MODULE as LEARNING
from lms.lending.module import MODULE as LENDING
from lms.maturity.module import MODULE as MATURITY
from lms.meetings.module import MODULE as MEETINGS
from lms.messaging.addresses import forget_returns
from lms.messaging.bounces import EVERY, Bounces
from lms.messaging.carrier import Carrier
from lms.messaging.forgetting import forget_letters, forget_prints
from lms.messaging.outbox import DELIVER
from lms.migrating import is_current
from lms.participation.module import MODULE as PARTICIPATION
from lms.payments.module import MODULE as PAYMENTS
from lms.people.module import MODULE as PEOPLE
from lms.players.module import MODULE as PLAYERS
from lms.portal.module import MODULE as PORTAL
from lms.practice.module import MODULE as PRACTICE
from lms.privacy.contract import PersonalData
from lms.quizzes.module import MODULE as QUIZZES
from lms.reports.module import MODULE as REPORTS
from lms.resources.module import MODULE as RESOURCES
from lms.scheduling.module import MODULE as SCHEDULING
from lms.settings import Settings, settings
from lms.surveys.module import MODULE as SURVEYS
from lms.teaching.module import MODULE as TEACHING
from lms.tools.module import MODULE as TOOLS
from lms.trainers.module import MODULE as TRAINERS
from lms.volunteering.module import MODULE as VOLUNTEERING
from lms.vouchers.module import MODULE as VOUCHERS
from lms.web.access import PUBLIC, Threshold, actor_of, guard, refuse_undeclared
from lms.web.building import ManyRoutes, with_dependencies
from lms.web.edge import WITHOUT_COOKIES, WITHOUT_ORIGIN_CHECK, Edge
from lms.web.errors import handlers
from lms.web.module import Around, Lodging, Module
from lms.web.playing import NOT_COMPRESSED, PLAYED
from lms.web.templating import STATIC, environment

SEALING = timedelta(minutes=1)
TIDYING = timedelta(hours=1)
FORGETTING = timedelta(days=1)
OF_THE_ROUTES = frozenset({"lodging", "usual_shell"})  # what the application's state holds from the start
A_YEAR_SECONDS = 31_536_000  # addresses of static files carry a hash of what is in them


def _foundation() -> Module:
    """What lies below the web and so cannot have a table of contents of its own."""
    return Module(
        name="foundation",
        personal_data=[
            PersonalData(
                table="audit_entry", column="person_id", purpose="to show who changed what", kept="8 years"
            ),
            PersonalData(
                table="letter", column="person_id", purpose="to show what was written", kept="1 year"
            ),
            PersonalData(
                table="phone_call", column="person_id", purpose="to tell somebody by telephone", kept="1 year"
            ),
        ],
        tasks={DELIVER: lambda around: Carrier(around.begin, around.clock, around.settings)},
        periodic=[
            lambda around: Periodic("seal-audit", SEALING, lambda: _seal(around)),
            lambda around: Periodic("tidy-jobs", TIDYING, lambda: tidy(around.begin, around.clock)),
            _read_returns,
            lambda around: Periodic(
                "forget-returns", FORGETTING, lambda: forget_returns(around.begin, around.clock)
            ),
            lambda around: Periodic(
                "forget-letters", FORGETTING, lambda: forget_letters(around.begin, around.clock)
            ),
            lambda around: Periodic(
                "forget-prints", FORGETTING, lambda: forget_prints(around.begin, around.clock)
            ),
        ],
    )


def _read_returns(around: Around) -> Periodic:
    async def act() -> None:
        await Bounces(around.begin, around.clock, around.settings).read()

    return Periodic("read-returns", EVERY, act)


async def _seal(around: Around) -> None:
    await seal(around.begin, until=around.clock() - SEALING)


MODULES: Sequence[Module] = (
    _foundation(),
    PEOPLE,
    ACCOUNTS,
    CATALOGUE,
    RESOURCES,
    DISTRICTS,
    TRAINERS,
    BILLING,
    SCHEDULING,
    VOUCHERS,
    DEBITS,
    ENROLMENT,
    ATTENDANCE,
    LEARNING,
    QUIZZES,
    PRACTICE,
    SURVEYS,
    MATURITY,
    PLAYERS,
    TOOLS,
    MEETINGS,
    INTERCHANGE,
    PARTICIPATION,
    INHOUSE,
    AID,
    BOOKING,
    LENDING,
    CERTIFICATION,
    VOLUNTEERING,
    FEEDS,
    TEACHING,
    HELPDESK,
    HONORARIA,
    CORRESPONDENCE,
    BANKING,
    DUNNING,
    PAYMENTS,
    BOOKS,
    PORTAL,
    REPORTS,
)


def modules(given: Settings) -> Sequence[Module]:
    """The modules of this installation; the demo's own only in the demo."""
    if not given.demo:
        return MODULES
    from lms.demo.module import MODULE as DEMO

    return (*MODULES, DEMO)


def around(given: Settings, clock: Clock = system_clock) -> Around:
    """What services are given, for the server, the worker and the command line alike."""
    begin, signer = connect(given.database_url), Signer(secrets=given.secret_values)
    links = Links(public_url=given.public_url, signer=signer)
    begin.give(
        links,
        has_sms=bool(given.sms_url),
        ways_to_pay=given.ways_to_pay,
        charges_return_fees=given.debit_charges_return_fee,
        quiet_hours=(given.quiet_from_hour, given.quiet_until_hour),
        distance_since=given.distance_rule_from if given.distance_rule else None,
        lessons_kept_days=given.lessons_kept_days,
        statistics_units=(given.statistics_single_units, given.statistics_seminar_units),
    )
    return Around(begin=begin, clock=clock, settings=given, signer=signer)


def log_plainly() -> None:
    """Write tracebacks as Python does.

    By default structlog draws every variable of every frame: that takes half a minute for one error, in which nobody is
    answered, and writes names and addresses of people into the log.
    """
    for talkative in ("httpx", "stripe"):  # each call to the payment provider, with its address
        logging.getLogger(talkative).setLevel(logging.WARNING)
    before = structlog.get_config()["processors"][:-1]
    plain = ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=plain_traceback)
    structlog.configure(processors=[*before, plain])


def worker(place: Around) -> Worker:
    """The worker of this installation, with every listener, carrier and rhythm of its modules."""
    log_plainly()
    house = modules(place.settings)
    listeners: dict[type[Event], list[Listener]] = {}
    for module in house:
        for kind, heard in module.listeners.items():
            listeners.setdefault(kind, []).extend(heard)
    return Worker(
        begin=place.begin,
        clock=place.clock,
        listeners=listeners,
        tasks={name: make(place) for module in house for name, make in module.tasks.items()},
        periodic=[make(place) for module in house for make in module.periodic],
    )


class Health(Controller):
    """For the machine that watches us."""

    path = "/health"
    opt = PUBLIC
    include_in_schema = False

    @get("/live", sync_to_thread=False)
    def live(self) -> dict[str, str]:
        """Whether the process answers at all."""
        return {"status": "live"}

    @get("/ready")
    async def ready(
        self, begin: NamedDependency[Begin], around: NamedDependency[Around]
    ) -> Response[dict[str, str]]:
        """Whether the database answers and has the shape this code expects; 503 when not."""
        try:
            async with begin.reading() as session:
                await session.execute(select(1))
            current = await is_current(around.settings.database_url)
        except (DBAPIError, OSError):
            return Response({"status": "no database"}, status_code=503)
        if not current:
            return Response({"status": "migration needed"}, status_code=503)
        return Response({"status": "ready"})


def create_app(given: Settings | None = None, *, clock: Clock = system_clock) -> Litestar:
    """The application. Raises RouteWithoutPermission when a route does not say who may use it."""
    log_plainly()
    chosen = given or settings()
    app = build(chosen)
    move_in(app, around(chosen, clock))
    return app


def move_in(app: Litestar, place: Around) -> None:
    """Serve this database by this clock from now on; of who lived there before, nothing stays but the routes.

    In service this happens once. The settings are those the application was built for, but for what services alone read,
    such as database, files and mail server.
    """
    for name in set(app.state) - OF_THE_ROUTES:
        del app.state[name]
    lodging: Lodging = app.state.lodging
    lodging.move_in(place)


def build(given: Settings) -> Litestar:
    """The application before anybody has moved in: routes, access and look, as these settings want them."""
    house = modules(given)
    look = environment([module.templates for module in house if module.templates.is_dir()])
    lodging = Lodging({name: make for module in house for name, make in module.services.items()})

    @asynccontextmanager
    async def open_house(_app: Litestar) -> AsyncIterator[None]:
        yield
        await lodging.around.begin.close()

    async def actor(request: Request[Any, Any, Any]) -> Actor:
        return actor_of(request)

    services = {name: _service(lodging, name) for module in house for name in module.services}

    app = ManyRoutes(
        route_handlers=[
            Health,
            *(_with_services(one, services) for module in house for one in module.controllers),
            create_static_files_router(
                path="/static",
                directories=[STATIC],
                opt=PUBLIC,
                include_in_schema=False,
                cache_control=CacheControlHeader(public=True, max_age=A_YEAR_SECONDS, immutable=True),
            ),
        ],
        dependencies={
            "actor": Provide(actor),
            "around": _provide(lambda: lodging.around),
            "begin": _provide(lambda: lodging.around.begin),
            "clock": _provide(lambda: lodging.around.clock),
        },
        guards=[guard],
        middleware=[DefineMiddleware(Doorkeeper, settings=given, lodging=lodging), Threshold],
        request_max_body_size=None,  # the edge has the one limit, by the path
        csrf_config=CSRFConfig(
            secret=given.secret_values[0],
            cookie_name="__Host-csrf" if given.is_secure else "csrf",
            cookie_secure=given.is_secure,
            cookie_httponly=True,
            cookie_samesite="lax",
            exclude=[
                "^/static/",  # files that everybody keeps for a year carry no cookie
                f"^{PLAYED}",  # nobody is known there
                *(f"^{re.escape(path)}" for path in WITHOUT_ORIGIN_CHECK),
                *(f"^{re.escape(path)}(?:/|$)" for path in WITHOUT_COOKIES),
            ],
        ),
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=5,
            exclude=["/unterlagen/[0-9a-f-]+/datei$", "/mitnehmen/[a-z-]+$", f"^{PLAYED}{NOT_COMPRESSED}"],
        ),
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(look)),
        openapi_config=OpenAPIConfig(
            title="Lernzentrum",
            version="1",
            path="/schema",
            openapi_router=Router(path="/schema", route_handlers=[], opt=PUBLIC),
            render_plugins=[JsonRenderPlugin()],
        ),
        lifespan=[open_house],
        exception_handlers=handlers(look),
        debug=False,
    )
    refuse_undeclared(app)
    app.state.lodging = lodging
    app.state.usual_shell = Signposts(app).shell_for(ANONYMOUS, "/")  # for pages that no route leads to
    app.asgi_handler = Edge(app.asgi_handler, given)
    return app


def _with_services(one: type[Controller], services: Mapping[str, Provide]) -> type[Controller]:
    """A controller with the services that it asks for.

    Litestar compares with each other all that a handler may ask for: all services for all handlers took half the start.
    """
    asking = [part.fn for _, part in inspect.getmembers(one) if isinstance(part, BaseRouteHandler)]
    wanted = {name for part in asking for name in inspect.signature(part).parameters}
    return with_dependencies(one, {name: services[name] for name in wanted & services.keys()})


def _provide(now: Callable[[], object]) -> Provide:
    return Provide(now, sync_to_thread=False)


def _service(lodging: Lodging, name: str) -> Provide:
    return _provide(lambda: lodging.services[name])
