"""Courses, quizzes and questions as Hypothesis makes them: everything that a `CourseContent` may hold."""

from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from content.course import (
    Chapter,
    CourseContent,
    Details,
    File,
    Lesson,
    Package,
    PackageKind,
    QuizLesson,
    Text,
    Tool,
)
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
    Reveal,
    Shape,
    ShortText,
    SingleChoice,
    Spot,
    TrueFalse,
)

PICTURE = b"\x89PNG\r\n\x1a\n"
CAPTIONS = b"WEBVTT\n"

awkward = st.sampled_from(
    [
        "Wie heißt das?", "a\nb", "1. Zeile\r\n2. Zeile", "=SUMME(A1)", "<script>alert(1)</script>", "~ = # { } : \\",
        "–„“‚‘", "\u202erückwärts", "👩‍🦳 Oma", "**fett** und [Link](https://example.org)", "::: hinweis\nAcht\n:::",
        "`code`", "&amp; &lt;", "$CATEGORY: x", "//", "+++", "---\na: b\n---", "\x7f", '"quoted"', "%25", "x" * 300, "{=a ~b}",
    ]
)  # fmt: skip
texts = st.one_of(awkward, st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
"""Any text, empty ones too."""
titles = texts.filter(bool)
words = st.one_of(
    st.sampled_from(
        ["Berlin", "Spree und Havel", "3,5 %", "a = b", "~ungefähr", "{Klammer}", "Größe: L", "C#", "\\"]
    ),
    st.text("abcdefghijäöüß ,.-=~#{}:\\'\"<>&*_", min_size=1, max_size=20).map(
        lambda text: f"w{text.strip()}"
    ),
)
"""A few words in one line."""
keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)


@st.composite
def choices(draw: st.DrawFn, *, right: int | None = None) -> tuple[Choice, ...]:
    """At least two; `right` of them are right, or at least one."""
    names = draw(st.lists(keys, min_size=2, max_size=5, unique=True))
    count = right or draw(st.integers(1, len(names)))
    places = draw(st.permutations(range(len(names))))[:count]
    return tuple(
        Choice(
            key=name, text=draw(words), is_right=place in places, feedback=draw(st.one_of(st.just(""), words))
        )
        for place, name in enumerate(names)
    )


accepted = st.lists(
    st.builds(Accepted, text=words, percent=st.integers(1, 99)), max_size=2, unique_by=lambda one: one.text
).flatmap(lambda others: words.map(lambda best: (Accepted(text=f"{best}!"), *others)))
items = st.lists(st.tuples(keys, words), min_size=2, max_size=5, unique_by=lambda one: one[0]).map(
    lambda found: tuple(Item(key=key, text=text) for key, text in found)
)
pairs = st.lists(st.tuples(keys, words, words), min_size=2, max_size=4, unique_by=lambda one: one[0]).map(
    lambda found: tuple(Pair(key=key, left=left, right=right) for key, left, right in found)
)
decimals = st.decimals(-10_000, 10_000, places=3)
spots = st.lists(
    st.builds(
        Spot, key=keys, label=words, x=st.integers(0, 400), y=st.integers(0, 400), width=st.integers(2, 500),
        height=st.integers(2, 500), shape=st.sampled_from(Shape), is_right=st.booleans(), feedback=texts,
    ),
    min_size=2, max_size=4, unique_by=lambda one: one.key,
)  # fmt: skip


@st.composite
def gap_texts(draw: st.DrawFn) -> GapText:
    """A text with one to three gaps, written or chosen."""
    names = draw(st.lists(keys, min_size=1, max_size=3, unique=True))
    gaps = []
    for name in names:
        right = draw(accepted)
        options = (
            (right[0].text, *draw(st.lists(words, max_size=3, unique=True))) if draw(st.booleans()) else ()
        )
        gaps.append(Gap(key=name, accepted=right, options=options, ignore_case=draw(st.booleans())))
    text = " und ".join(f"{draw(words)} {{{{{name}}}}}" for name in names)
    return GapText(key=draw(keys), text=text, gaps=tuple(gaps), feedback=draw(texts))


def _with(**more: st.SearchStrategy[object]) -> dict[str, st.SearchStrategy[object]]:
    return {
        "key": keys, "text": texts, "points": st.integers(1, 10), "partial": st.booleans(), "feedback": texts,
        "lesson": st.one_of(st.just(""), keys), "place": st.one_of(st.just(""), keys), **more,
    }  # fmt: skip


questions: st.SearchStrategy[Question] = st.one_of(
    st.builds(SingleChoice, **_with(choices=choices(right=1), shuffle=st.booleans())),
    st.builds(MultipleChoice, **_with(choices=choices(), shuffle=st.booleans())),
    st.builds(TrueFalse, **_with(is_true=st.booleans())),
    st.builds(Ordering, **_with(items=items)),
    st.builds(Matching, **_with(pairs=pairs, distractors=st.one_of(st.just(()), items))),
    gap_texts(),
    st.builds(
        Number, **_with(value=decimals, tolerance=decimals.map(abs), unit=st.one_of(st.just(""), words))
    ),
    st.builds(ShortText, **_with(accepted=accepted, ignore_case=st.booleans())),
    st.builds(FreeText, **_with(guidance=texts, most_words=st.none() | st.integers(1, 500))),
    st.builds(
        HotSpots,
        **_with(picture=st.just("bild.png"), alt=words, spots=spots.map(tuple)),
    ),
)


@st.composite
def quizzes(draw: st.DrawFn) -> Quiz:
    """A quiz of one to three pools, each question under a key of its own."""
    found = draw(st.lists(questions, min_size=1, max_size=5, unique_by=lambda one: one.key))
    cut = draw(st.integers(1, len(found)))
    parts = [part for part in (found[:cut], found[cut:]) if part]
    pools = tuple(
        Pool(
            key=f"p{number}",
            title=draw(texts),
            questions=tuple(part),
            draw=draw(st.none() | st.integers(1, len(part))),
        )
        for number, part in enumerate(parts)
    )
    return Quiz(
        pools=pools, introduction=draw(texts), pass_percent=draw(st.integers(0, 100)), attempts=draw(st.none() | st.integers(1, 9)),
        minutes=draw(st.none() | st.integers(1, 300)), shuffle=draw(st.booleans()), reveal=draw(st.sampled_from(Reveal)),
        is_exam=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def courses(draw: st.DrawFn, folder: Path) -> CourseContent:
    """A whole course, whose files and packages lie in `folder`."""
    names = iter(draw(st.lists(keys, min_size=9, max_size=9, unique=True)))
    chapters = [
        Chapter(
            draw(titles), tuple(draw(_lesson(next(names), folder)) for _ in range(draw(st.integers(1, 3))))
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    return CourseContent(
        title=draw(titles), chapters=tuple(chapters), files=files(folder), summary=draw(texts),
        language=draw(st.sampled_from(["de", "en", "de-DE"])),
    )  # fmt: skip


details = st.builds(Details, st.none() | st.integers(1, 600), st.booleans(), st.booleans(), texts)


def _lesson(key: str, folder: Path) -> st.SearchStrategy[Lesson]:
    return st.one_of(
        st.builds(Text, st.just(key), texts, texts, st.booleans(), details.map(lambda one: replace(one, words=""))),
        st.builds(QuizLesson, st.just(key), texts, quizzes(), details),
        st.builds(
            Tool, st.just(key), texts, st.sampled_from(["https://example.org/a?b=c&d=ä", "http://example.org"]), st.booleans(),
            st.dictionaries(keys, texts, max_size=2), details,
        ),
        st.builds(
            Package, st.just(key), texts, st.sampled_from(PackageKind), st.just(folder / "paket"),
            st.just("seiten/beginn.html?teil=1"), details=details,
        ),
    )  # fmt: skip


def files(folder: Path) -> tuple[File, ...]:
    """A picture and captions, and the folder of a package; written once."""
    (folder / "paket/seiten").mkdir(parents=True, exist_ok=True)
    (folder / "paket/seiten/beginn.html").write_bytes(b"<h1>Hallo</h1>")
    (folder / "bild.png").write_bytes(PICTURE)
    (folder / "film.vtt").write_bytes(CAPTIONS)
    return (
        File("bild.png", folder / "bild.png", "image/png"),
        File("film.vtt", folder / "film.vtt", "text/vtt"),
    )
