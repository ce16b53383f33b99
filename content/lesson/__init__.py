r"""Markdown → lessons: read, shown and checked. What may be written in it stands in `docs/lessons.md`.

>>> lesson = read_lesson("# Willkommen\n\n## Einschalten\n\nHalten Sie die *Taste* gedrückt.")
>>> lesson.title
'Willkommen'
>>> print(lesson.html, end="")
<h2 id="text-einschalten">Einschalten</h2>
<p>Halten Sie die <em>Taste</em> gedrückt.</p>

An author is told what to mend, and in which line:

>>> for problem in problems("Das Ladegerät:\n\n![](geraet.png)", files={"geraet.png"}):
...     print(problem.line, problem.message % problem.params)
3 The picture geraet.png has no description. Write between the square brackets what can be seen on it.
"""

from content.lesson.checking import MAX_CHARACTERS, described_pictures, problems
from content.lesson.reading import (
    WORDS_PER_MINUTE,
    Heading,
    Lesson,
    Step,
    has_recording,
    read_lesson,
    render,
    steps,
)
from content.lesson.rendering import About, Address, Asked, Form

__all__ = [
    "MAX_CHARACTERS",
    "WORDS_PER_MINUTE",
    "About",
    "Address",
    "Asked",
    "Form",
    "Heading",
    "Lesson",
    "Step",
    "described_pictures",
    "has_recording",
    "problems",
    "read_lesson",
    "render",
    "steps",
]
