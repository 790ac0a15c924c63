"""Child processes that never outlive the process that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Trouble(Exception):
    """What is wrong and what cures it, in one sentence for the person at the terminal."""


FULL_DISK = "The disk is full: free some space and start again; nothing that was saved is lost."


def is_full_disk(text: str) -> bool:
    return "No space left on device" in text or "Disk quota exceeded" in text


def raise_if_known(text: str) -> None:
    """Troubles that any step can have."""
    if is_full_disk(text):
        raise Trouble(FULL_DISK)


def sentence(problem: Exception) -> str:
    """What the person at the terminal reads of a start that failed."""
    if isinstance(problem, Trouble):
        return str(problem)
    return FULL_DISK if is_full_disk(str(problem)) else f"{problem}: put that right and start again."


def start(
    command: list[str], *, when_orphaned: int = signal.SIGTERM, own_session: bool = True, **options
) -> subprocess.Popen:
    """Start a child, in a session of its own if Ctrl-C is to reach it only through us, in our order.

    On Linux the kernel sends it `when_orphaned` when we die, even by kill -9. The kernel watches the thread that
    forked: call this from the main thread only.
    """
    parent = os.getpid()

    def follow_parent():
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(when_orphaned))
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return subprocess.Popen(command, start_new_session=own_session, preexec_fn=follow_parent, **options)  # noqa: S603


def end_with_parent() -> None:
    """Asked for by a child itself: of a parent with other threads nothing of ours may run between fork and exec."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def stand_back(process: subprocess.Popen, is_back: bool = True) -> None:
    """A child with a session of its own gets a third of what others do of a processor that both want, until it is asked
    again with `is_back=False`. Linux shares processors among sessions; elsewhere nothing changes."""
    for _ in range(10):
        try:
            Path(f"/proc/{process.pid}/autogroup").write_text("5" if is_back else "0")
        except BlockingIOError:  # it takes one such wish in a tenth of a second, of all there are
            time.sleep(0.1)
        except OSError:
            return
        else:
            return


def stop(processes: list[subprocess.Popen], patience: float, using: int = signal.SIGTERM) -> None:
    """Ask all at once, wait together, then end what is left of each one's session."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(using)
    deadline = time.monotonic() + patience
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        end_session(process)


def end_session(process: subprocess.Popen) -> None:
    """Kill a child and what it left behind, such as the workers of a server that was itself killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
