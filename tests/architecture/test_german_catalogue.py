"""German is complete: every sentence of every module has its words, none waits, none is left over."""

from lms.web.catalogue import examine, modules


def test_every_module_speaks_german_completely() -> None:
    assert [line for module in modules() for line in examine(module).lines()] == []
