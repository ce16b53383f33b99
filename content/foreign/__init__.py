r"""Texts from elsewhere → Markdown: plain text, HTML, or both at once, written by many hands.

>>> markdown_of("Wir üben:\n- <b>Word</b>\n- Excel<script>x()</script>\nfür Teilnehmer*innen")
'Wir üben:\n\n- **Word**\n- Excel\n\nfür Teilnehmer\\*innen'
"""

from content.foreign.reading import has_html, hides_text, markdown_of

__all__ = ["has_html", "hides_text", "markdown_of"]
