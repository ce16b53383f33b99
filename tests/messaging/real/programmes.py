"""Real mail programmes of other authors, run from a folder of their own, by whoever runs the tests: no service is started.

Dovecot keeps the mailbox for returns; OpenSMTPD takes letters in and refuses, puts off or delivers them.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 20
USER, PASSWORD = "bounces", "nur-hier"

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {name}
default_internal_group = {group}
default_login_user = {name}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as somewhere:
        somewhere.bind(("127.0.0.1", 0))
        port: int = somewhere.getsockname()[1]
        return port


@contextmanager
def dovecot(folder: Path) -> Iterator[tuple[str, Path]]:
    """The address for `LMS_BOUNCE_IMAP_URL`, and the folder into which new messages are put (Maildir)."""
    for name in ("run", "state", "mail/new", "mail/cur", "mail/tmp"):
        (folder / name).mkdir(parents=True)
    me, port = pwd.getpwuid(os.getuid()), free_port()
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        DOVECOT.format(
            folder=folder, name=me.pw_name, group=grp.getgrgid(os.getgid()).gr_name, uid=os.getuid(),
            gid=os.getgid(), port=port, password=PASSWORD,
        )
    )  # fmt: skip
    with running([_programme("dovecot"), "-F", "-c", str(configuration)], port, folder / "dovecot.log"):
        yield f"imap://{USER}:{PASSWORD}@127.0.0.1:{port}/INBOX", folder / "mail" / "new"


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """The programme, from when it listens until the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log.open("ab"), start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as knocking:
        knocking.settimeout(1)
        return knocking.connect_ex(("127.0.0.1", port)) == 0


def _programme(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found, f"{name} is missing: make setup-test brings it"
    return found
