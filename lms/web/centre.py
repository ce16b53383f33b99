"""What every page tells about the centre itself, and what stands around a page for this visitor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from lms.kernel.marking import N_
from lms.settings import CentreSettings
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go. `label` is a message marked with `N_()`, `path` an own path without language prefix.

    Neighbours of the same `group`, a message too, stand under it as their heading in a long menu.
    """

    label: str
    path: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Centre:
    """Name and ways to reach the team; on every page, also on those that must work without a database."""

    name: str
    operator: str
    street: str
    town: str
    phone: str
    hours_de: str
    hours_en: str
    email: str
    representative: str = ""
    is_public_body: bool = False
    kopfzeile: str = N_("An official website of the town of Haldensleben")

    @property
    def address(self) -> str:
        """Street and town in one line."""
        return ", ".join(part for part in (self.street, self.town) if part)

    @property
    def hours(self) -> str:
        """When somebody answers the telephone, in the language being spoken."""
        return self.hours_en if current_language() == "en" else self.hours_de


@cache
def the_centre() -> Centre:
    """The centre that this installation serves, as its settings name it."""
    return Centre(**CentreSettings().model_dump())


@dataclass(frozen=True, slots=True)
class Message:
    """A word after an act ("Ihre Angaben sind gespeichert."), already in the reader's language."""

    text: str
    tone: str = "success"


def _nowhere(path: str) -> bool:  # noqa: ARG001 - as whoever knows the doors is asked
    return False


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds a page for one visitor: where they can go, who they are, what has just happened.

    Put one into `request.state.shell`, or into a template's context as `surroundings`. A page of an error that comes
    before anybody knows who asks has an empty one. `banner` is announced maintenance, already in words.
    `opens` answers
    whether this visitor may open the page at an own path, so that no link leads to a closed door.
    """

    navigation: tuple[Link, ...] = ()
    area_navigation: tuple[Link, ...] = ()
    account: tuple[Link, ...] = ()
    account_name: str = ""
    footer: tuple[Link, ...] = ()
    help_desk: str = ""
    messages: tuple[Message, ...] = field(default=())
    banner: str = ""
    search_path: str = ""
    opens: Callable[[str], bool] = _nowhere

    @property
    def area_groups(self) -> list[tuple[str, list[Link]]]:
        """The navigation of the area under its headings, in its order; what has no heading stands under ""."""
        return [
            (group, list(links))
            for group, links in groupby(self.area_navigation, key=lambda link: link.group)
        ]

    def here(self, path: str) -> str:
        """The address of the one link of the area that stands for `path`: the longest that begins it, "" for none.

        The start page of an area stands for itself alone.
        """
        start = self.area_navigation[0].path if self.area_navigation else ""
        found = [
            link.path
            for link in self.area_navigation
            if path == link.path or (link.path != start and path.startswith(f"{link.path}/"))
        ]
        return max(found, key=len, default="")
