"""Certificates: G9 per processor second, G10 a batch on all processors, G10b memory after many.

`BATCH` (500), `MANY` (2000), `ROUNDS` (5) and `PLAIN` (how many are drawn plainly in each round, 10) make it shorter.
"""

import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import weasyprint

from bench.asking import Asker
from bench.filling import prepare
from bench.serving import Server, served
from certificates.code import new_code
from certificates.document import Certificate, Holder
from certificates.fonts import Fonts
from certificates.pdf import Asset
from certificates.render import Design, Logo, Renderer
from certificates.stamping import Stamper
from certificates.workers import Drawn, Job, Workers
from lms.messaging.paper import FONTS
from tests.certificates.making import make_certificate

BATCH = int(os.environ.get("BATCH", "500"))
MANY = int(os.environ.get("MANY", "2000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
PLAIN = int(os.environ.get("PLAIN", "10"))
STAMPED = 10 * PLAIN
PROCESSES = os.cpu_count() or 1
SURNAMES = (
    "Schönfelder",
    "Yılmaz",
    "Wiśniewska",
    "Ćosić",
    "O’Brien",
    "Nguyen",
    "Åkerström",
    "Müller-Lüdenscheidt",
)
LOGO = Asset(
    "logo.svg",
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><path d="M0 0h4v2l-2-1-2 1z"/></svg>',
)
LIST = "/kurse?anzahl=50"


async def run() -> None:
    """Print G9, G10 and G10b."""
    renderer = Renderer(Design.named("mosaic", logo=Logo(LOGO, alt="Logo")), Fonts.fira_sans(FONTS))
    people = certificates()
    plain = plainly(renderer)
    _per_second(renderer, plain, people)
    await _batch(renderer, plain, people)
    _memory(renderer, people)


def certificates() -> Callable[[int], list[Certificate]]:
    """Gives so many certificates of one course, no two alike."""
    numbers = count(1)

    def some(wanted: int) -> list[Certificate]:
        return [_certificate(next(numbers)) for _ in range(wanted)]

    return some


def _certificate(number: int) -> Certificate:
    code = new_code()
    return make_certificate(
        number=f"TB-2026-{number:05}",
        code=code,
        verification_url=f"https://lernen.haldensleben.example/pruefen/{code}",
        holder=Holder(name=f"Renate {SURNAMES[number % len(SURNAMES)]}"),
        units_attended=10 + number % 10,
    )


def plainly(renderer: Renderer) -> Callable[[Certificate], bytes]:
    """The same page by `HTML(...).write_pdf()`: as WeasyPrint's own documentation has it."""
    folder = Path(tempfile.mkdtemp())
    design = renderer.design
    faces = []
    fonts = renderer.press.fonts
    for face, data in zip(
        fonts.faces, fonts.unpacked, strict=True
    ):  # unpacking them each time took two seconds
        file = folder / f"{face.weight}.otf"
        file.write_bytes(data)
        faces.append(
            f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: url({file.as_uri()}) }}'
        )
    for asset in design.assets:
        (folder / asset.name).write_bytes(asset.data)
    style = design.css.replace("asset:", f"{folder.as_uri()}/") + "\n".join(faces)

    def drawn(certificate: Certificate) -> bytes:
        html = renderer.html(certificate).replace("asset:", f"{folder.as_uri()}/")
        page = html.replace("</head>", f"<style>{style}</style></head>")
        pdf: bytes = weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/a-3a")
        return pdf

    return drawn


def _per_second(
    renderer: Renderer, plain: Callable[[Certificate], bytes], people: Callable[[int], list[Certificate]]
) -> None:
    """By turns in one run: milliseconds of processor time for each certificate."""
    stamper = Stamper(renderer)
    plain(people(1)[0])
    ours, full, limit = [], [], []
    for _ in range(ROUNDS):
        limit.append(_cpu(plain, people(PLAIN)))
        full.append(_cpu(renderer.pdf, people(PLAIN)))
        ours.append(_cpu(stamper.pdf, people(STAMPED)))
    ratios = [theirs / mine for theirs, mine in zip(limit, ours, strict=True)]
    sizes = [len(draw(people(1)[0])) for draw in (plain, renderer.pdf, stamper.pdf)]
    print(
        f"G9 ratio={statistics.median(ratios):.1f} spread={min(ratios):.1f}..{max(ratios):.1f}"
        f" plain_ms={statistics.median(limit):.1f} drawn_ms={statistics.median(full):.1f}"
        f" stamped_ms={statistics.median(ours):.2f} stamped={stamper.press.stamped} in_full={stamper.press.drawn}"
        f" bytes_plain_drawn_stamped={sizes[0]},{sizes[1]},{sizes[2]}"
    )


def _cpu(draw: Callable[[Certificate], bytes], some: list[Certificate]) -> float:
    before = time.process_time()
    for certificate in some:
        draw(certificate)
    return (time.process_time() - before) * 1_000 / len(some)


async def _batch(
    renderer: Renderer, plain: Callable[[Certificate], bytes], people: Callable[[int], list[Certificate]]
) -> None:
    """The whole batch on all processors, from the first worker's start, against one process; and a visitor meanwhile."""
    before = time.perf_counter()
    for certificate in people(PLAIN):
        plain(certificate)
    one_by_one = (time.perf_counter() - before) * BATCH / PLAIN
    before = time.perf_counter()
    drawn = await asyncio.to_thread(_in_workers, renderer, people(BATCH))
    together = time.perf_counter() - before
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'lms.sqlite3'}"
        await prepare(url, runs=1_000)
        async with served("lms.app:create_app", settings={"DATABASE_URL": url, "LMS_DEMO": "true"}) as server:
            idle = await _waits(server, seconds=4)
            # A process of its own, as in service: this one measures, and its threads would get in the way.
            batch = multiprocessing.get_context("spawn").Process(
                target=_in_workers, args=(renderer, people(8 * BATCH))
            )
            batch.start()
            await asyncio.sleep(3)  # the workers start
            meanwhile = await _waits(server, seconds=4)
            during = batch.is_alive()
            batch.terminate()
            batch.join()
    print(
        f"G10 ratio={one_by_one / together:.1f} batch={BATCH} processes={PROCESSES} wall_s={together:.2f}"
        f" one_by_one_s={one_by_one:.1f} drawn={drawn} p95_idle_ms={idle:.1f} p95_meanwhile_ms={meanwhile:.1f}"
        f" p95_ratio={meanwhile / idle:.2f} still_drawing_at_the_end={during}"
    )


def _in_workers(renderer: Renderer, some: list[Certificate]) -> int:
    with Workers(PROCESSES) as workers:
        finished = workers.draw(Job(renderer, certificate) for certificate in some)
        return sum(isinstance(one, Drawn) for one in finished)


async def _waits(server: Server, *, seconds: float) -> float:
    """What a visitor of the catalogue waits, ten times a second: the 95th percentile in milliseconds."""
    waits = []
    async with Asker(server.port) as asker:
        await asker.get(LIST)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            before = time.perf_counter()
            await asker.get(LIST)
            waits.append((time.perf_counter() - before) * 1_000)
            await asyncio.sleep(0.1)
    return statistics.quantiles(waits, n=20)[-1]


def _memory(renderer: Renderer, people: Callable[[int], list[Certificate]]) -> None:
    stamper = Stamper(renderer)
    for certificate in people(20):
        stamper.pdf(certificate)
        renderer.pdf(certificate)
    before = _resident()
    for certificate in people(MANY):
        stamper.pdf(certificate)
    stamped = _resident() - before
    for certificate in people(MANY // 10):
        renderer.pdf(certificate)
    print(
        f"G10b stamped={MANY} more_mib={stamped:.1f} drawn_in_full={MANY // 10} more_mib_then={_resident() - before:.1f}"
    )


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
