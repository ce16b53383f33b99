"""Questions of every kind, drawn by Hypothesis, and a small one of each."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import strategies as st

from content.quiz.answers import Answer, Chosen, Filled, Matched, Ordered, Written
from content.quiz.questions import (
    Accepted,
    Choice,
    FreeText,
    Gap,
    GapText,
    HotSpots,
    Item,
    Matching,
    MultipleChoice,
    Number,
    Ordering,
    Pair,
    Pool,
    Question,
    Quiz,
    ShortText,
    SingleChoice,
    Spot,
    TrueFalse,
)

TEXTS = st.text(max_size=12)
POINTS = st.integers(1, 5)
PERCENT = st.integers(0, 100)
IN_PAIRS_OR_GAPS = (4, 5)
"""Kinds of `questions`."""


def keys(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


@st.composite
def choices(draw: st.DrawFn, *, exactly_one: bool) -> tuple[Choice, ...]:
    count = draw(st.integers(2, 6))
    right = {draw(st.integers(0, count - 1))}
    if not exactly_one:
        right |= draw(st.sets(st.integers(0, count - 1)))
    return tuple(
        Choice(key=key, text=draw(TEXTS), is_right=number in right, feedback=draw(TEXTS))
        for number, key in enumerate(keys("c", count))
    )


@st.composite
def accepted(draw: st.DrawFn) -> tuple[Accepted, ...]:
    words = draw(st.lists(st.text("abcÄß ", min_size=1).filter(str.strip), min_size=1, max_size=3))
    first, *others = words
    return (Accepted(text=first), *(Accepted(text=word, percent=draw(PERCENT)) for word in others))


@st.composite
def questions(draw: st.DrawFn, key: str = "q", kinds: Sequence[int] = range(10)) -> Question:  # noqa: PLR0911 - one line a kind
    points, partial, kind = draw(POINTS), draw(st.booleans()), draw(st.sampled_from(kinds))
    text, count = draw(TEXTS), draw(st.integers(1, 6))
    match kind:
        case 0:
            return SingleChoice(key=key, text=text, points=points, choices=draw(choices(exactly_one=True)))
        case 1:
            parts = draw(choices(exactly_one=False))
            return MultipleChoice(key=key, text=text, points=points, partial=partial, choices=parts)
        case 2:
            return TrueFalse(key=key, text=text, points=points, is_true=draw(st.booleans()))
        case 3:
            items = tuple(Item(key=one, text=draw(st.sampled_from("abcdefgh"))) for one in keys("i", count))
            return Ordering(key=key, text=text, points=points, partial=partial, items=items)
        case 4:
            pairs = tuple(Pair(key=one, left=draw(TEXTS), right=draw(TEXTS)) for one in keys("p", count))
            others = tuple(Item(key=one, text=draw(TEXTS)) for one in keys("d", draw(st.integers(0, 2))))
            return Matching(
                key=key, text=text, points=points, partial=partial, pairs=pairs, distractors=others
            )
        case 5:
            gaps = tuple(
                Gap(key=one, accepted=draw(accepted()), ignore_case=draw(st.booleans()))
                for one in keys("g", count)
            )
            return GapText(key=key, text=text, points=points, partial=partial, gaps=gaps)
        case 6:
            value = draw(st.decimals(-1000, 1000, places=2))
            tolerance = draw(st.decimals(0, 10, places=2))
            return Number(key=key, text=text, points=points, value=value, tolerance=tolerance)
        case 7:
            return ShortText(
                key=key,
                text=text,
                points=points,
                partial=partial,
                accepted=draw(accepted()),
                ignore_case=draw(st.booleans()),
            )
        case 8:
            return FreeText(key=key, text=text, points=points)
        case _:
            spots = tuple(
                Spot(key=one.key, label=one.text, x=0, y=0, width=1, height=1, is_right=one.is_right)
                for one in draw(choices(exactly_one=False))
            )
            return HotSpots(
                key=key, text=text, points=points, partial=partial, picture="p.png", alt="p", spots=spots
            )


@st.composite
def quizzes(draw: st.DrawFn) -> Quiz:
    pools = []
    for number in range(draw(st.integers(1, 3))):
        count = draw(st.integers(1, 4))
        pool = tuple(draw(questions(key=f"{number}-{one}")) for one in range(count))
        pools.append(Pool(key=str(number), questions=pool, draw=draw(st.none() | st.integers(1, count))))
    return Quiz(pools=tuple(pools), shuffle=draw(st.booleans()), pass_percent=draw(PERCENT))


def parts_of(question: Question) -> list[str]:  # noqa: PLR0911 - one line a kind
    """Every key that an answer may name."""
    match question:
        case SingleChoice() | MultipleChoice():
            return [one.key for one in question.choices]
        case HotSpots():
            return [one.key for one in question.spots]
        case Ordering():
            return [one.key for one in question.items]
        case Matching():
            return [one.key for one in question.pairs] + [one.key for one in question.distractors]
        case GapText():
            return [one.key for one in question.gaps]
        case TrueFalse():
            return ["true", "false"]
        case _:
            return []


@st.composite
def answers(draw: st.DrawFn, question: Question) -> Answer:
    """Some answer of the fitting kind, mostly with keys that exist, or one of any kind."""
    some = st.sampled_from([*parts_of(question), "no such key"])
    kinds: dict[str, st.SearchStrategy[Answer]] = {
        "chosen": st.lists(some, max_size=7).map(lambda found: Chosen(keys=tuple(found))),
        "ordered": st.permutations(parts_of(question)).map(lambda found: Ordered(keys=tuple(found))),
        "matched": st.dictionaries(some, some).map(lambda found: Matched(keys=found)),
        "filled": st.dictionaries(some, st.text("abcÄß ")).map(lambda found: Filled(texts=found)),
        "written": (st.text() | st.text("0123456789,.-")).map(lambda found: Written(text=found)),
    }
    fitting = {
        Ordering: "ordered",
        Matching: "matched",
        GapText: "filled",
        Number: "written",
        ShortText: "written",
        FreeText: "written",
    }.get(type(question), "chosen")
    found: Answer = draw(st.one_of(kinds[fitting], kinds[fitting], *kinds.values()))
    return found


SINGLE = SingleChoice(
    key="single",
    text="Welches Tier bellt?",
    choices=(
        Choice(key="right", text="Hund", is_right=True),
        Choice(key="cat", text="Katze", feedback="Sie miaut."),
    ),
)
MULTIPLE = MultipleChoice(
    key="multiple",
    text="Was ist Obst?",
    points=6,
    choices=(
        Choice(key="a", text="Apfel", is_right=True),
        Choice(key="b", text="Birne", is_right=True),
        Choice(key="c", text="Kohl"),
        Choice(key="d", text="Lauch"),
        Choice(key="e", text="Salat"),
    ),
)
ORDERING = Ordering(
    key="ordering",
    text="Ordnen Sie.",
    points=3,
    items=tuple(Item(key=str(number), text=f"Schritt {number}") for number in range(1, 5)),
)
MATCHING = Matching(
    key="matching",
    text="Was gehört zusammen?",
    points=2,
    pairs=(
        Pair(key="de", left="Deutschland", right="Berlin"),
        Pair(key="fr", left="Frankreich", right="Paris"),
    ),
    distractors=(Item(key="x", text="Rom"),),
)
GAPS = GapText(
    key="gaps",
    text="Der {{1}} bellt, die {{2}} miaut.",
    points=2,
    gaps=(
        Gap(key="1", accepted=(Accepted(text="Hund"), Accepted(text="Dackel", percent=50))),
        Gap(key="2", accepted=(Accepted(text="Katze"),), options=("Katze", "Kuh")),
    ),
)
NUMBER = Number(key="number", text="Wie lang?", value=Decimal("1234.5"), tolerance=Decimal("0.5"), unit="m")
SHORT = ShortText(
    key="short",
    text="Wo steht die Adresse?",
    accepted=(Accepted(text="in der Adresszeile"), Accepted(text="oben", percent=50)),
    points=2,
)
TRUE = TrueFalse(key="true", text="Ein Passwort gehört auf einen Zettel am Gerät.", is_true=False)
FREE = FreeText(key="free", text="Was nehmen Sie mit?", points=3)
SPOTS = HotSpots(
    key="spots",
    text="Wo ist das Schloss?",
    picture="zeile.png",
    alt="Eine Adresszeile",
    spots=(
        Spot(key="lock", label="links neben der Adresse", x=10, y=10, width=50, height=50, is_right=True),
        Spot(key="star", label="rechts neben der Adresse", x=900, y=10, width=50, height=50),
    ),
)
ONE_OF_EACH: tuple[Question, ...] = (
    SINGLE,
    MULTIPLE,
    TRUE,
    ORDERING,
    MATCHING,
    GAPS,
    NUMBER,
    SHORT,
    FREE,
    SPOTS,
)
