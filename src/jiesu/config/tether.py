"""Ties a child process to its parent, so that nothing is left running when the parent is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tie_to_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send this process a signal when its parent ends, in whatever way.

    Only Linux offers this; elsewhere the next start stops what was left over.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def tied(number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Give a ``preexec_fn`` that ties the child to the process that calls this.

    The caller must start the child from its main thread: the kernel means the thread that forked, not the process.

    :param number: the signal the child gets when its parent ends.
    """
    parent = os.getpid()

    def tie() -> None:
        tie_to_parent(number)
        # The parent may have ended between the fork and the call above.
        if os.getppid() != parent:
            os._exit(1)

    return tie
