"""The HTTP server of the stand-in: the API under /v1, the hosted pages under /c, the switches under /_control.

It is Python's own threading server: a stand-in must be able to break a line in the middle of an answer and to be silent
for half a minute without keeping others waiting, which frameworks take care never to do; and it is there at once.
"""

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.stripe_stand_in import hosted
from tests.stripe_stand_in.calls import Answer, Api
from tests.stripe_stand_in.control import Control
from tests.stripe_stand_in.desk import Desk
from tests.stripe_stand_in.problems import Refused

TICK_SECONDS = 0.25
LARGEST_BODY = 1_000_000


class Server(ThreadingHTTPServer):
    """One stand-in on one port of this machine, from `start` to `stop`. Port 0 takes one that is free."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, desk: Desk, *, key: str, port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), Handler)
        self.url = desk.url = f"http://{host}:{self.server_address[1]}"
        self.desk = desk
        self.api = Api(desk, key)
        self.control = Control(self.api)
        self._open: set[socket.socket] = set()
        self._stopping = threading.Event()
        self._working = [
            threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]

    def start(self) -> None:
        """Begin to answer and to deliver."""
        self.desk.hooks.start()
        for thread in self._working:
            thread.start()

    def stop(self) -> None:
        """End, and leave no line open."""
        self._stopping.set()
        self.api.faults.heal()
        self.shutdown()
        self.desk.hooks.stop()
        for thread in self._working:
            thread.join(5)
        for line in list(self._open):
            self.shutdown_request(line)
        self.server_close()

    def wait(self) -> None:
        """Sleep until somebody stops it."""
        self._stopping.wait()

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            with self.desk.lock:
                self.desk.catch_up()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember who is connected, so that `stop` can hang up."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Hang up."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no news; our own faults are."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads requests and writes answers; what they say is decided elsewhere."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "stripe-stand-in"
    wbufsize = -1  # an answer leaves in one piece: two would wait for each other on the line
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    do_HEAD = do_POST = do_DELETE = do_GET  # noqa: N815 - so are these

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the record of calls says more."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self._send(Answer(413, b"", {}))
            return
        body = self.rfile.read(length).decode(errors="replace")
        self._send(self._answer(parts.path, parts.query if self.command in {"GET", "DELETE"} else body))

    def _answer(self, path: str, encoded: str) -> Answer | None:
        server = self.server
        if path.startswith("/v1/"):
            return server.api.answer(
                self.command, path, encoded, {name.title(): value for name, value in self.headers.items()}
            )
        if path.startswith("/_control/"):
            return _controlled(server.control, path.removeprefix("/_control/"), encoded)
        return hosted.answer(server.desk, self.command, path, encoded)

    def _send(self, answer: Answer | None) -> None:
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _controlled(control: Control, name: str, encoded: str) -> Answer:
    try:
        status, said = 200, control.do(name, json.loads(encoded or "{}"))
    except Refused as refused:
        status, said = refused.status, refused.body
    except (KeyError, TypeError, ValueError) as problem:
        status, said = 400, {"error": {"message": f"{type(problem).__name__}: {problem}"}}
    return Answer(status, json.dumps(said, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
