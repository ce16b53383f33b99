"""Drawing in other processes: in order, within limits, and whatever happens to one document, the others are drawn."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from certificates import drawing
from certificates.document import Holder, Outcome
from certificates.errors import AssetRefused, InvalidCertificate, TookTooLong, TookTooMuchMemory, Unprintable
from certificates.render import Renderer
from certificates.stamping import Stamper
from certificates.workers import CHUNK, Drawn, Failed, Job, Workers
from tests.certificates.making import make_certificate

MONSTROUS = make_certificate(course="a" * 1_000_000)
GREEDY = make_certificate(outcomes=tuple(Outcome(sentence=f"Ziel {number}") for number in range(4_000)))


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, seconds=1, megabytes=2_000, niceness=0) as workers:
        yield workers


def jobs(renderer: Renderer, count: int) -> list[Job]:
    return [Job(renderer, make_certificate(number=f"2026-{number}")) for number in range(count)]


def test_many_are_drawn_in_order_with_the_bytes_they_have_here(workers: Workers, renderer: Renderer) -> None:
    stamper = Stamper(renderer)
    some = jobs(renderer, 2 * CHUNK + 3)

    drawn = list(workers.draw(iter(some)))

    assert drawn == [Drawn(stamper.pdf(job.certificate)) for job in some]


def test_one_that_takes_too_long_fails_alone(workers: Workers, renderer: Renderer) -> None:
    some = jobs(renderer, 5)
    some[2] = Job(renderer, MONSTROUS)

    outcomes = list(workers.draw(some))

    assert [type(outcome) for outcome in outcomes] == [Drawn, Drawn, Failed, Drawn, Drawn]
    assert isinstance(outcomes[2], Failed)
    assert isinstance(outcomes[2].error, TookTooLong)


def test_one_that_takes_too_much_memory_fails_alone(renderer: Renderer) -> None:
    some = jobs(renderer, 3)
    some[0] = Job(renderer, GREEDY)

    with Workers(1, seconds=60, megabytes=25, niceness=0) as workers:
        outcomes = list(workers.draw(some))

    assert [type(outcome) for outcome in outcomes] == [Failed, Drawn, Drawn]
    assert isinstance(outcomes[0], Failed)
    assert isinstance(outcomes[0].error, TookTooMuchMemory)


def test_what_is_refused_says_why_with_all_its_details(workers: Workers, renderer: Renderer) -> None:
    (outcome,) = workers.draw([Job(renderer, make_certificate(holder=Holder(name="王 Ada")))])

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unprintable)
    assert outcome.error.characters == "王"


@pytest.mark.parametrize(
    "error", [Unprintable("王"), AssetRefused("file:///x"), InvalidCertificate(("one", "two"))]
)
def test_refusals_travel_between_processes(error: Exception) -> None:
    assert pickle.loads(pickle.dumps(error)).__dict__ == error.__dict__
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_workers_that_are_killed_are_replaced_and_nothing_is_lost(renderer: Renderer) -> None:
    stamper, some = Stamper(renderer), jobs(renderer, 200)
    with Workers(2, niceness=0) as workers:
        outcomes = workers.draw(some)
        first = next(outcomes)
        for pid in workers.pids:
            os.kill(pid, signal.SIGKILL)

        assert [first, *outcomes] == [Drawn(stamper.pdf(job.certificate)) for job in some]


def test_workers_killed_while_they_have_nothing_to_do_are_replaced_too(renderer: Renderer) -> None:
    with Workers(2, niceness=0) as workers:
        assert all(isinstance(outcome, Drawn) for outcome in workers.draw(jobs(renderer, 2)))
        for pid in workers.pids:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)

        assert all(isinstance(outcome, Drawn) for outcome in workers.draw(jobs(renderer, 2)))


def test_threads_share_the_workers(workers: Workers, renderer: Renderer) -> None:
    found: dict[int, list[object]] = {}
    threads = [
        Thread(target=lambda at=at: found.update({at: list(workers.draw(jobs(renderer, 10)))}))
        for at in range(3)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 10


def test_workers_start_with_the_first_job_and_end_when_closed(renderer: Renderer) -> None:
    workers = Workers(1, niceness=0)
    assert workers.pids == []
    list(workers.draw(jobs(renderer, 1)))
    (pid,) = workers.pids

    workers.close()
    workers.close()

    assert not Path(f"/proc/{pid}").exists()


def test_workers_end_with_their_parent_even_if_it_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(
        "import time\n"
        "from certificates.workers import Workers\n"
        "from certificates import drawing\n"
        "if __name__ == '__main__':\n"
        "    workers = Workers(1, niceness=0)\n"
        "    print(workers._process().pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[-1])
        parent.kill()

    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


CONFINED = """
import os, socket, subprocess, sys, tempfile
os.environ["DATABASE_URL"] = "secret"
from certificates import drawing
before = os.nice(0)
drawing.begin(drawing.Limits(seconds=5, megabytes=200, niceness=10))
import json.tool
tried = {
    "socket": lambda: socket.socket(),
    "name": lambda: socket.getaddrinfo("localhost", 80),
    "program": lambda: subprocess.run(["true"]),
    "fork": os.fork,
    "file": lambda: open(sys.argv[1]),
    "passwords": lambda: open("/etc/passwd"),
    "write": lambda: open(sys.argv[1], "w"),
    "write in the installation": lambda: open(json.tool.__file__, "a"),
    "read in the installation": lambda: open(json.tool.__file__).close(),
}
for name, attempt in tried.items():
    try:
        attempt()
    except PermissionError:
        print(name, "refused")
    else:
        print(name, "done")
print(os.environ.get("DATABASE_URL"), os.nice(0) > before)
os._exit(0)
"""


def test_a_worker_has_no_network_no_programs_no_files_and_no_settings(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")

    told = subprocess.run(
        [sys.executable, "-uc", CONFINED, str(secret)], capture_output=True, text=True, check=True
    ).stdout

    assert told.splitlines() == [
        "socket refused",
        "name refused",
        "program refused",
        "fork refused",
        "file refused",
        "passwords refused",
        "write refused",
        "write in the installation refused",
        "read in the installation done",
        "None True",
    ]


def test_a_worker_asks_for_a_renderer_it_has_not_met() -> None:
    order = drawing.Order(fingerprint="never seen", renderer=None, documents=())

    assert isinstance(next(drawing.answers(order)), drawing.Unknown)


def test_certificates_may_be_of_several_designs_in_turn(workers: Workers, renderer: Renderer) -> None:
    other = Renderer(
        replace(renderer.design, css=renderer.design.css + ".name { color: red }"), renderer.press.fonts
    )
    one = make_certificate()

    outcomes = list(workers.draw([Job(renderer, one), Job(other, one), Job(renderer, one)]))

    assert outcomes == [
        Drawn(Stamper(renderer).pdf(one)),
        Drawn(Stamper(other).pdf(one)),
        Drawn(Stamper(renderer).pdf(one)),
    ]
    assert outcomes[0] != outcomes[1]
