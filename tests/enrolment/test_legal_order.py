"""The judge of histories: it would notice if somebody were overtaken."""

from tests.enrolment.legal_order import Act, legal_ends
from tests.enrolment.plain_run import PlainRun
from tests.making import MOMENT


def full_run(**given: int) -> PlainRun:
    paper = PlainRun(given.get("capacity", 1), MOMENT, MOMENT.replace(year=2030))
    paper.enrol(["P1.1"], "together")
    return paper


def test_the_judge_refuses_a_history_in_which_somebody_was_overtaken() -> None:
    paper = full_run()
    paper.enrol(["P2.2"], "together")
    overtaking = [
        Act("cancel", ("P1.1",), began=0, ended=1, told=""),
        Act("enrol", (("P3.3",), "together"), began=2, ended=3, told="confirmed"),
    ]
    assert legal_ends(paper, overtaking) == []


def test_the_judge_knows_that_nobody_acts_before_somebody_who_had_ended() -> None:
    cancelled = Act("cancel", ("P1.1",), began=0, ended=1, told="")
    afterwards = Act("enrol", (("P2.2",), "together"), began=2, ended=3, told="waiting at 1")
    at_the_same_time = Act("enrol", (("P2.2",), "together"), began=0, ended=3, told="waiting at 1")
    assert legal_ends(full_run(), [cancelled, afterwards]) == []
    assert len(legal_ends(full_run(), [cancelled, at_the_same_time])) == 1
