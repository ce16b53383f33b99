"""Reading the demo centre: the TOML files beside this module, checked, as one value.

Nothing here knows a database. Dates in the files are relative, so that the demo never ages;
`first_day` turns them into a day.
"""

import tomllib
from collections.abc import Iterable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from lms.demo.shapes.bookings import Bookings
from lms.demo.shapes.helpdesk import HelpDesks
from lms.demo.shapes.loans import Loans
from lms.demo.shapes.people import People
from lms.demo.shapes.places import Centre, Devices, House, Room, Venue
from lms.demo.shapes.planning import Planning
from lms.demo.shapes.programme import Course, Run, Topic, Trainer
from lms.demo.shapes.words import Shape, Weekday

FOLDER = Path(__file__).with_name("data")
T = TypeVar("T", bound=Shape)
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class DemoDataError(ValueError):
    """A demo file is not as it must be; the message names the file and the place."""


class Device(Shape, frozen=True, kw_only=True):
    """One device with its inventory number, such as 0042, and where it is kept."""

    number: str
    model: str
    kit: str | None
    home_room: str


class Demo(Shape, frozen=True, kw_only=True):
    """The whole demo centre as its files tell it."""

    centre: Centre
    topics: list[Topic]
    courses: list[Course]
    runs: list[Run]
    venues: list[Venue]
    house: House
    devices: Devices
    trainers: list[Trainer]
    people: People
    loans: Loans
    bookings: Bookings
    helpdesk: HelpDesks
    planning: Planning

    def course_of(self, run: Run) -> Course:
        """The course a run offers."""
        return next(course for course in self.courses if course.slug == run.course)

    def rooms(self) -> dict[str, Room]:
        """All rooms of all venues by their key."""
        return {room.key: room for venue in self.venues for room in venue.room}

    def inventory(self) -> list[Device]:
        """Every single device, in the order of the inventory numbers."""
        home = {kit.key: kit.home_room for kit in self.devices.kit}
        return sorted(
            (
                Device(
                    number=f"{number:04}",
                    model=batch.model,
                    kit=batch.kit,
                    home_room=batch.home_room or home[batch.kit or ""],
                )
                for batch in self.devices.batch
                for number in range(batch.first, batch.first + batch.count)
            ),
            key=lambda device: device.number,
        )


def first_day(run: Run, today: date) -> date:
    """The day of a run's first session, before any holiday is skipped."""
    if run.weekday == "today":
        return today + timedelta(weeks=run.week)
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=run.week, days=WEEKDAYS.index(run.weekday))


def read_demo(folder: Path = FOLDER) -> Demo:
    """The demo centre out of its files; raises `DemoDataError` for the first file that is amiss."""
    return Demo(
        centre=_read(folder / "centre.toml", Centre),
        topics=_read_list(folder / "topics.toml", "topic", Topic),
        courses=_read_lists(sorted((folder / "courses").glob("*.toml")), "course", Course),
        runs=_read_lists(sorted((folder / "runs").glob("*.toml")), "run", Run),
        venues=_read_list(folder / "venues.toml", "venue", Venue),
        house=_read(folder / "house.toml", House),
        devices=_read(folder / "devices.toml", Devices),
        trainers=_read_list(folder / "trainers.toml", "trainer", Trainer),
        people=read_people(folder),
        loans=_read(folder / "loans.toml", Loans),
        bookings=_read(folder / "bookings.toml", Bookings),
        helpdesk=_read(folder / "helpdesk.toml", HelpDesks),
        planning=_read(folder / "planning.toml", Planning),
    )


def read_people(folder: Path = FOLDER) -> People:
    """The people alone, for pages that need no more."""
    return _read(folder / "people.toml", People)


def _read_lists(paths: Iterable[Path], key: str, shape: type[T]) -> list[T]:
    return [item for path in paths for item in _read_list(path, key, shape)]


def _read_list(path: Path, key: str, shape: type[T]) -> list[T]:
    tables = _tables(path)
    if set(tables) != {key}:
        raise DemoDataError(f"{path.name}: only [[{key}]] belongs here, found {sorted(tables)}")
    items: list[T] = _convert(path, tables[key], list[shape])  # type: ignore[valid-type]
    return items


def _read(path: Path, shape: type[T]) -> T:
    value: T = _convert(path, _tables(path), shape)
    return value


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DemoDataError(f"{path.name}: {error}") from error


def _convert(path: Path, value: object, shape: Any) -> Any:
    try:
        return msgspec.convert(value, shape, builtin_types=(time,))
    except msgspec.ValidationError as error:
        raise DemoDataError(f"{path.name}: {error}") from error
