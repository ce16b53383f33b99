"""The paper ballots of a round as PDF: facts in, bytes out. Rendering takes a while: never with a transaction open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.kernel.tokens import Signer
from lms.participation.models import Round, RoundAudience, Wish
from lms.participation.rules import last_day, sheet_code
from lms.participation.words import round_title
from lms.web.centre import the_centre
from lms.web.language import Language, use_locale
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that stands on the sheets; `wishes` are numbers with titles and districts."""

    title: str
    codes: tuple[str, ...]
    wishes: tuple[tuple[int, str, str], ...]
    votes: int
    most: int
    last_day: datetime
    max_age: int | None
    district: str
    asks_address: bool
    asks_birth: bool
    language: Language
    made_at: datetime


def paper_of(
    voting: Round,
    numbers: Mapping[int, Wish],
    sheets: Iterable[int],
    signer: Signer,
    language: Language,
    at: datetime,
) -> Paper:
    """These sheets of a round. A wish that others were merged into is printed once."""
    printed: dict[object, tuple[int, str, str]] = {}
    for number, wish in numbers.items():
        printed.setdefault(wish.id, (number, wish.title, wish.district))
    with use_locale(language):
        title = round_title(voting)
    return Paper(
        title=title,
        codes=tuple(sheet_code(signer, voting.id, sheet) for sheet in sheets),
        wishes=tuple(printed.values()),
        votes=voting.votes_per_person,
        most=voting.most_per_wish,
        last_day=last_day(voting),
        max_age=voting.max_age if voting.audience is RoundAudience.YOUTH else None,
        district=voting.district,
        asks_address=voting.residents_only,
        asks_birth=not voting.residents_only or voting.audience is RoundAudience.YOUTH,
        language=language,
        made_at=at,
    )


def rendered(paper: Paper) -> bytes:
    """The sheets as PDF; the same facts give the same bytes."""
    page = PAPER.words("participation/ballot.html", paper.language, paper=paper, centre=the_centre())
    return PAPER.pdf(page, title=paper.title, language=paper.language, created=paper.made_at)
