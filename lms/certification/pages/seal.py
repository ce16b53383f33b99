"""For whoever holds a sealed file: whose seal it is, what it proves and what it does not, and how one checks it."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.certification.sealing import seals
from lms.kernel.clock import Clock
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC
from lms.web.module import Around

ENDING = ".pem"


class SealPages(Controller):
    """Everything here is public by its nature: a certificate of a key, never the key."""

    path = "/nachweise/siegel"
    opt = PUBLIC
    include_in_schema = False

    @get(sync_to_thread=False)
    def index(self, around: NamedDependency[Around], clock: NamedDependency[Clock]) -> Template:
        """The sealing certificate in use and the former ones."""
        found = seals(around.settings)
        return Template(
            "certification/seal.html",
            context={
                "seals": found,
                "has_ended": found.current is not None and found.current.valid_until < clock(),
                "is_stamped": bool(around.settings.timestamp_url),
            },
        )

    @get("/{file_name:str}", sync_to_thread=False)
    def download(self, file_name: FromPath[str], around: NamedDependency[Around]) -> Response[str]:
        """One certificate as a file, by its fingerprint."""
        for one in seals(around.settings).all:
            if file_name == one.fingerprint + ENDING:
                return Response(
                    one.pem,
                    media_type="application/x-pem-file",
                    headers={
                        "content-disposition": f'attachment; filename="siegel-{one.fingerprint[:16]}{ENDING}"'
                    },
                )
        raise NotFound
