"""Being stopped: Ctrl-C and the end that a batch system announces, remembered until somebody asks."""

import signal
import threading
from typing import Any


class Stopping:
    """A context in which SIGINT and SIGTERM raise KeyboardInterrupt, at once and again at every `check`.

    Python drops a KeyboardInterrupt that arrives inside a callback of its garbage collector (JAX has one); without
    the memory the work would then go on as if nothing had been said.
    """

    def __init__(self) -> None:
        self._stopped = False
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Stopping":
        if threading.current_thread() is threading.main_thread():
            self._handlers = {kind: signal.signal(kind, self._stop) for kind in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for kind, handler in self._handlers.items():
            signal.signal(kind, handler)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has come."""
        if self._stopped:
            raise KeyboardInterrupt

    def _stop(self, *_: object) -> None:
        self._stopped = True
        raise KeyboardInterrupt
