"""The few words that a lesson brings itself, in the languages that lessons are written in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What stands beside what the author wrote. `boxes` go by the name of the block."""

    boxes: Mapping[str, str]
    video: str
    audio: str
    transcript_of_video: str
    transcript_of_audio: str
    captions: str
    download: str
    watch: str
    listen: str
    question: str
    gap: str
    true: str
    false: str
    quiz: str
    online_only: str
    contents: str
    table: str
    code: str


GERMAN = Words(
    boxes={"hinweis": "Hinweis", "tipp": "Tipp", "achtung": "Achtung", "merke": "Merke"},
    video="Video",
    audio="Hörstück",
    transcript_of_video="Text zum Video",
    transcript_of_audio="Text zum Hörstück",
    captions="Untertitel",
    download="Herunterladen",
    watch="Das Video ansehen",
    listen="Das Hörstück anhören",
    question="Frage zum Nachdenken",
    gap="Lücke",
    true="richtig",
    false="falsch",
    quiz="Fragen zum Nachdenken",
    online_only="Diese Lektion gibt es nur im Internet:",
    contents="Inhalt",
    table="Tabelle",
    code="Programmtext",
)
ENGLISH = Words(
    boxes={"hinweis": "Note", "tipp": "Tip", "achtung": "Caution", "merke": "Remember"},
    video="Video",
    audio="Recording",
    transcript_of_video="Text of the video",
    transcript_of_audio="Text of the recording",
    captions="Captions",
    download="Download",
    watch="Watch the video",
    listen="Listen to the recording",
    question="A question to think about",
    gap="gap",
    true="true",
    false="false",
    quiz="Questions to think about",
    online_only="This lesson is on the web only:",
    contents="Contents",
    table="Table",
    code="Lines of a program",
)


def words_in(language: str) -> Words:
    """The words for a BCP 47 tag; German where we have none."""
    return ENGLISH if language.lower().split("-")[0] == "en" else GERMAN
