"""What describes the audit export: valid by its grammar, and complete."""

import io
from datetime import date

from lxml import etree

from lms.books.archive_tables import TABLES
from lms.books.describing import DTD, description, index_xml
from lms.web.centre import the_centre


def test_the_description_follows_its_grammar_and_names_every_column() -> None:
    centre, first, last = the_centre(), date(2026, 11, 1), date(2026, 11, 30)
    tree = etree.fromstring(index_xml(TABLES, centre, first, last))

    grammar = etree.DTD(io.StringIO(DTD))
    assert grammar.validate(tree), grammar.error_log
    described = {
        table.findtext("URL"): [one.findtext("Name") for one in table.iter("VariableColumn")]
        for table in tree.iter("Table")
    }
    assert described == {table.file: [one.name for one in table.columns] for table in TABLES}
    words = description(TABLES, centre, first, last)
    assert all(f"    {column.name}: {column.words}" in words for table in TABLES for column in table.columns)
