"""What the buttons of the editor ask for before they insert something."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.learning.contents import blocks
from lms.learning.contents.rules import LONGEST_DESCRIPTION
from lms.learning.models import LessonFile
from lms.web.fields.base import OurField
from lms.web.forms import Checkbox, Form, Radios, Select, Text, TextArea
from lms.web.sent import NotAnAddress, web_address

BOXES = [
    (blocks.Box.HINT.value, N_("Note")),
    (blocks.Box.TIP.value, N_("Tip")),
    (blocks.Box.CARE.value, N_("Be careful")),
    (blocks.Box.REMEMBER.value, N_("Remember")),
]


class BlockForm(Form):
    """What the buttons of the editor ask for before they insert something."""

    heading_words = Text(N_("Heading"), is_asked=True)
    list_words = TextArea(N_("One line for each point"), rows=4, longest=5_000, is_asked=True)
    list_numbered = Checkbox(N_("Numbered, because the order matters"))
    link_address = Text(
        N_("Address of the page"), longest=2_000, is_asked=True,
        hint=N_("As it stands in the browser, such as https://www.example.org/page"),
    )  # fmt: skip
    link_words = Text(N_("Which words lead there?"), longest=200, is_asked=True)
    picture_file = Select(N_("Which picture?"), is_asked=True)
    picture_alt = Text(
        N_("What is to be seen in it?"), longest=LONGEST_DESCRIPTION, is_asked=True,
        hint=N_("One sentence for people who do not see the picture."),
    )  # fmt: skip
    picture_caption = Text(N_("Words below the picture"), longest=300)
    video_file = Select(N_("Which video?"), is_asked=True)
    video_title = Text(N_("What is it called?"), longest=150)
    video_captions = Select(
        N_("Which captions?"), is_asked=True, hint=N_("A file that ends in .vtt. Deaf people need it.")
    )
    video_transcript = TextArea(
        N_("What is said and shown in it?"), rows=5, longest=50_000, most_bytes=200_000, is_asked=True,
        hint=N_("Everything that is said, and what one has to see. For people who cannot see or hear it."),
    )  # fmt: skip
    audio_file = Select(N_("Which sound?"), is_asked=True)
    audio_title = Text(N_("What is it called?"), longest=150)
    audio_transcript = TextArea(
        N_("What is said in it?"), rows=5, longest=50_000, most_bytes=200_000, is_asked=True
    )
    file_file = Select(N_("Which file?"), is_asked=True)
    file_words = Text(N_("What is the file for?"), longest=300, is_asked=True)
    box_kind = Radios(N_("What kind of box?"), choices=BOXES, default=blocks.Box.HINT.value, is_asked=True)
    box_words = TextArea(N_("What stands in it?"), rows=3, longest=5_000, is_asked=True)
    question_text = Text(N_("Question"), longest=500, is_asked=True)
    question_right = TextArea(N_("Right answers, one in each line"), rows=2, longest=2_000, is_asked=True)
    question_wrong = TextArea(N_("Wrong answers, one in each line"), rows=3, longest=2_000, is_asked=True)
    question_feedback = Text(N_("Why is that so?"), longest=500)
    step_title = Text(N_("What is to be done in this step?"), is_asked=True)
    step_words = TextArea(N_("How does one do it?"), rows=3, longest=5_000, is_asked=True)

    def knowing(self, files: Collection[LessonFile], described: Mapping[str, str]) -> "BlockForm":
        """These files can be chosen, each where its kind fits. What is `described` already need not be typed again."""
        for field, fits in _FITTING.items():
            chosen: Any = self[field]
            chosen.choices = [(one.name, one.name) for one in files if fits(one.media_type)]
        self.described = {name: words for name, words in described.items() if words}
        if not (self.picture_alt.data or "").strip():
            self.picture_alt.data = self.described.get(str(self.picture_file.data), "")
        return self

    def block(self, what: str) -> str | None:
        """The Markdown of this part; None when something is missing, which then stands at its field. Raises NotFound."""
        if what not in NEEDED:
            raise NotFound
        self.validate()
        for name, sentence in NEEDED[what].items():
            field = self[name]
            if not (isinstance(field, OurField) and str(field.data or "").strip()):
                self.refuse(name, sentence)
        if self.problems:
            return None
        try:
            return MAKERS[what]({field.name: field.data or "" for field in self})
        except NotAnAddress as refusal:
            self.refuse("link_address", refusal.message)
            return None


CHOOSE_FILE = N_("Choose a file. Upload it first if it is not in the list.")
WRITE_WORDS = N_("Write what is to stand there.")
NEEDED: Mapping[str, Mapping[str, str]] = {
    "heading": {"heading_words": WRITE_WORDS},
    "list": {"list_words": WRITE_WORDS},
    "link": {"link_address": NotAnAddress.message, "link_words": WRITE_WORDS},
    "picture": {
        "picture_file": CHOOSE_FILE,
        "picture_alt": N_("Describe the picture in a sentence, for people who do not see it."),
    },
    "video": {
        "video_file": CHOOSE_FILE,
        "video_captions": N_("Choose the captions. Without them deaf people miss everything."),
        "video_transcript": N_("Write down what is said and shown."),
    },
    "audio": {"audio_file": CHOOSE_FILE, "audio_transcript": N_("Write down what is said.")},
    "file": {"file_file": CHOOSE_FILE, "file_words": WRITE_WORDS},
    "box": {"box_words": WRITE_WORDS},
    "question": {
        "question_text": N_("Write the question."),
        "question_right": N_("Write at least one right answer."),
        "question_wrong": N_("Write at least one wrong answer."),
    },
    "step": {"step_title": WRITE_WORDS, "step_words": WRITE_WORDS},
}
"""The parts that can be inserted, and what each needs."""
_FITTING: Mapping[str, Callable[[str], bool]] = {
    "picture_file": lambda kind: kind.startswith("image/"),
    "video_file": lambda kind: kind.startswith("video/"),
    "video_captions": lambda kind: kind == "text/vtt",
    "audio_file": lambda kind: kind.startswith("audio/"),
    "file_file": lambda _kind: True,
}


def _with_scheme(typed: str) -> str:
    """An address as people write it down, without what stands before `www`."""
    return typed if ":" in typed else f"https://{typed.strip()}"


Said = Mapping[str, Any]
MAKERS: Mapping[str, Callable[[Said], str]] = {
    "heading": lambda said: blocks.heading(said["heading_words"]),
    "list": lambda said: blocks.items(said["list_words"], numbered=bool(said["list_numbered"])),
    "link": lambda said: blocks.link(said["link_words"], web_address(_with_scheme(said["link_address"]))),
    "picture": lambda said: blocks.picture(
        said["picture_file"], said["picture_alt"], said["picture_caption"]
    ),
    "video": lambda said: blocks.video(
        said["video_file"], said["video_captions"], said["video_title"], said["video_transcript"]
    ),
    "audio": lambda said: blocks.audio(said["audio_file"], said["audio_title"], said["audio_transcript"]),
    "file": lambda said: blocks.attachment(said["file_file"], said["file_words"]),
    "box": lambda said: blocks.box(blocks.Box(said["box_kind"] or blocks.Box.HINT), said["box_words"]),
    "question": lambda said: blocks.question(
        said["question_text"], blocks.lines_of(said["question_right"]),
        blocks.lines_of(said["question_wrong"]), said["question_feedback"],
    ),
    "step": lambda said: blocks.step(said["step_title"], said["step_words"]),
}  # fmt: skip
