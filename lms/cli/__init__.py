"""The command line: serve, worker, migrate, demo, import, books, routes, admin.

Exit codes: 0 done, 1 something went wrong, 2 the command or the settings are not right.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import rich_click as click
from pydantic import ValidationError

from lms.settings import Settings, settings

WRONG_SETTINGS = 2


class Lms(click.RichGroup):
    """The group that turns wrong settings into sentences instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ValidationError as error:
            click.echo("The settings are not complete:", err=True)
            for problem in error.errors():
                name = ".".join(str(part) for part in problem["loc"]) or "settings"
                click.echo(f"  {name}: {problem['msg'].removeprefix('Value error, ')}", err=True)
            click.echo("docs/settings.md explains each of them.", err=True)
            sys.exit(WRONG_SETTINGS)


@click.group(cls=Lms, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The learning centre's service."""


@main.command()
@click.option(
    "--demo",
    is_flag=True,
    help="A made-up centre to try: migrates, fills an empty database, offers one-click sign-in.",
)
def serve(*, demo: bool) -> None:
    """Serve the pages and work off the jobs until Ctrl-C."""
    from lms.cli.serving import serve as run

    sys.exit(run(demo=demo))


@main.command()
def worker() -> None:
    """Work off jobs only: letters, offers that lapse, certificates. Several may run side by side."""
    from lms.cli.serving import work

    sys.exit(asyncio.run(work(settings())))


@main.command()
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the database to REVISION (the newest by default; "base" empties it)."""
    from lms.migrating import migrate as move

    asyncio.run(move(_database_only().database_url, revision))
    click.echo(f"The database is at {revision}.")


@main.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when the database holds courses already.")
def demo(*, if_empty: bool) -> None:
    """Fill the database with the demo centre of Haldensleben, its dates relative to today."""
    from lms.cli.filling import fill

    sys.exit(asyncio.run(fill(Settings(demo=True), if_empty=if_empty)))


@main.group(name="import")
def import_() -> None:
    """Bring in a programme that exists already."""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--shift-dates", is_flag=True, help="Move all dates by whole weeks, so that the programme lies ahead."
)
def vhs(file: Path, *, dry_run: bool, shift_dates: bool) -> None:
    """Read a Volkshochschule's programme (Berlin JSON or Open-vhs XML). Twice is as good as once."""
    from lms.cli.filling import import_vhs

    sys.exit(asyncio.run(import_vhs(_database_only(), file, dry_run=dry_run, shift_dates=shift_dates)))


@main.group()
def books() -> None:
    """Look after the books."""


@books.command()
def verify() -> None:
    """Say whether every closed month still is as it was when it was closed."""
    from lms.cli.verifying import verify_books

    sys.exit(asyncio.run(verify_books(_database_only())))


@main.command()
def routes() -> None:
    """List every route with the permission it demands."""
    from lms.app import create_app
    from lms.web.access import routes as doors

    for path, methods, access in doors(create_app(_database_only())):
        click.echo(f"{methods:24} {path:64} {access}")


@main.command()
@click.argument("email")
@click.argument("given_name")
@click.argument("family_name")
def admin(email: str, given_name: str, family_name: str) -> None:
    """Make the first administrator and print the link by which they sign in. Works once."""
    from lms.cli.filling import first_administrator

    sys.exit(asyncio.run(first_administrator(settings(), email, given_name, family_name)))


def _database_only() -> Settings:
    """Commands that only touch the database need no mail server and no secrets."""
    return Settings(demo=True)
