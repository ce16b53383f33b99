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
default_login_user = {stranger}
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
    folder.chmod(0o755)
    for name in ("run", "state", "mail/new", "mail/cur", "mail/tmp"):
        (folder / name).mkdir(parents=True)
    me, port = pwd.getpwuid(os.getuid()), free_port()
    keeper = pwd.getpwnam("nobody") if os.getuid() == 0 else me  # it keeps no mail as root
    for kept in (folder / "mail").rglob("*"), [folder / "mail"]:
        for place in kept:
            os.chown(place, keeper.pw_uid, keeper.pw_gid)
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        DOVECOT.format(
            folder=folder, name=me.pw_name, group=grp.getgrgid(os.getgid()).gr_name, uid=keeper.pw_uid,
            gid=keeper.pw_gid, port=port, password=PASSWORD,
            stranger=keeper.pw_name,
        )
    )  # fmt: skip
    with running([_programme("dovecot"), "-F", "-c", str(configuration)], port, folder / "dovecot.log"):
        yield f"imap://{USER}:{PASSWORD}@127.0.0.1:{port}/INBOX", folder / "mail" / "new"


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """The programme, from when it listens until the block ends."""
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True)
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


OPENSMTPD = """
table people {{ "ada@example.com" = nobody, "grey@example.com" = nobody }}
table returns {{ "@zdb.example" = nobody }}
filter grey phase rcpt-to match rcpt-to regex {{ "^<?grey@" }} reject "451 4.7.1 Greylisted"
listen on 127.0.0.1 port {port} filter grey hostname mx.example
action people maildir "{arrived}" virtual <people>
action returns maildir "{returns}" virtual <returns>
action onward relay host smtp://127.0.0.1:{far}
match from any for domain "example.com" action people
match from any for domain "zdb.example" action returns
match from any for domain "far.example" action onward
"""


@contextmanager
def opensmtpd(folder: Path, *, returns: Path, far: int) -> Iterator[tuple[str, Path]]:
    """The address for `LMS_SMTP_URL`, and the folder in which letters to example.com arrive (Maildir).

    It knows ada@ and grey@example.com, puts off the latter, hands letters to far.example on to the port `far`, and puts what comes
    back to zdb.example into the Maildir `returns`. It runs as root only.
    """
    arrived, port = folder / "arrived", free_port()
    arrived.mkdir()
    folder.chmod(0o755)
    shutil.chown(arrived, "nobody")
    configuration = folder / "smtpd.conf"
    configuration.write_text(OPENSMTPD.format(port=port, arrived=arrived, returns=returns, far=far))
    configuration.chmod(0o600)
    with running([_programme("smtpd"), "-d", "-f", str(configuration)], port, folder / "smtpd.log"):
        yield f"smtp://127.0.0.1:{port}", arrived / "new"
