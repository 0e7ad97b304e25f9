"""A worker process: reads one item per line, answers one line each, and ends when its driver is gone.

Started by `processes.py` as `python -m quell.cohort.worker MODULE:FUNCTION`. Not a fork and not `multiprocessing`,
so that threads of JAX are never copied and the user's script is never imported a second time.
"""

import json
import os
import queue
import signal
import sys
import threading
import traceback
from importlib import import_module


def main() -> None:
    """Answer items until the standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a job prints must not mix with the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    try:
        module, _, name = sys.argv[1].partition(":")
        function = getattr(import_module(module), name)
        while True:
            answers.write(json.dumps(function(json.loads(orders.get()))) + "\n")
            answers.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # an ordinary exit would wait for the listening thread


def _listen(orders: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        orders.put(line)
    os._exit(0)  # the driver closed the line or was killed: no orphan goes on calculating


if __name__ == "__main__":
    main()
