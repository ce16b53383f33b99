"""The address of their own at which packages of others are played, so that nothing in them can act as the learner on our site.

A page of theirs shares an origin with whatever is served under the same name: cookies, storage, the right to ask. So they have
a name where nothing of ours is served and nobody is signed in; `lms.web.edge` keeps both apart.

In the demonstration this is `pakete.localhost`. It is not `localhost` beside `127.0.0.1`: people sign in under both, and a package
at either could read and set what belongs to us there. Browsers lead every name below `localhost` to the machine itself
(RFC 6761, 6.3; W3C Secure Contexts).
"""

from urllib.parse import urlsplit

from lms.settings import Settings

PLAYED = "/spielen/"
"""The one path there; on our own host it leads nowhere."""
RECORDS = "/xapi/"
"""Where packages of cmi5 report to, on our own host (`lms.players.records`)."""
NOT_COMPRESSED = r"(?!.*\.(?:html?|xhtml|js|mjs|css|json|svg|xml|txt|vtt)$)"
"""What of it goes as it is, so that a part of a film can be asked for."""
DEMO_NAME = "pakete.localhost"
DEMO_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
SANDBOX = "sandbox allow-scripts allow-same-origin allow-forms allow-popups allow-downloads"
"""What a package may do, as a directive.

Scripts are what it is made of. `allow-same-origin` lets its pages find the player's API (SCORM looks for it in the frames above)
and stands for its own origin alone. Forms go nowhere but to where nothing takes them. Popups, for links to other sites, keep the
sandbox, and our pages refuse to open in one (Cross-Origin-Opener-Policy). Downloads are worksheets. It may not lead the
whole window elsewhere, lock the pointer, or open dialogs that stop our page.
"""
REFUSING = f"default-src 'none'; frame-ancestors 'none'; {SANDBOX.split(maxsplit=1)[0]}"
"""For answers there that show nothing."""


def packages_origin(settings: Settings, host: str) -> str | None:
    """Where packages are played for somebody who has opened our site under this host; None where nothing is set up for it."""
    if settings.packages_url:
        return settings.packages_url
    name, _, port = host.lower().rpartition(":") if not host.endswith("]") else (host.lower(), "", "")
    if not name:
        name, port = port, ""
    if settings.demo and name in DEMO_HOSTS:
        return f"http://{DEMO_NAME}" + (f":{port}" if port else "")
    return None


def is_packages_host(settings: Settings, host: str) -> bool:
    """Whether a request to this host (with its port) asks for packages."""
    if settings.packages_url:
        return host.lower() == urlsplit(settings.packages_url).netloc.lower()
    return settings.demo and host.lower().partition(":")[0] == DEMO_NAME


def heard_from(settings: Settings, host: str, origin: str) -> list[tuple[bytes, bytes]]:
    """The headers by which a browser lets a package read the answers of the record store (Fetch, 3.2); none for other origins.

    Never with credentials: the token of the launch speaks, and no cookie of ours.
    """
    if not origin or origin != packages_origin(settings, host):
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"vary", b"Origin"),
        (b"access-control-allow-methods", b"GET, HEAD, PUT, POST, DELETE"),
        (
            b"access-control-allow-headers",
            b"authorization, content-type, if-match, if-none-match, x-experience-api-version",
        ),
        (
            b"access-control-expose-headers",
            b"etag, last-modified, retry-after, x-experience-api-version, x-experience-api-consistent-through",
        ),
        (b"access-control-max-age", b"600"),
    ]


def playing_policy(*framed_by: str, reports_to: str = "") -> str:
    """The Content-Security-Policy of what a package brings: everything from it, nothing from elsewhere, shown by these alone.

    `reports_to` is the record store, for packages that speak with it themselves. Inline scripts and `eval` are what packages are written with. What is not in the package is not fetched: nothing of a learner
    goes to somebody's server, and a package plays the same in ten years.
    """
    asks = f"'self' data: blob: {reports_to}".rstrip()
    return (
        "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
        f"connect-src {asks}; frame-src 'self' blob:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        f"frame-ancestors {' '.join(framed_by)}; {SANDBOX}"
    )
