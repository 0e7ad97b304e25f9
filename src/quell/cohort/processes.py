"""A pool of worker processes on this machine: the embedded default.

Each worker has one thread of this process that hands it one item at a time, so a death is blamed on the right item.
The item is given once more to a fresh worker; a second death is the answer.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from quell.cohort.scheduler import INSIDE, TRIES, Answer, Died, Item

ONE_THREAD = ("PJRT_NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Processes:
    """Runs items in `workers` separate Python processes, each with one thread of calculation."""

    def __init__(self, workers: int = 1):
        self.workers = workers

    def map(
        self, fn: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Died], None, None]:
        """Start the workers now, and yield each item with its answer as it comes; leaving early kills the workers."""
        answers = self._answers(fn, list(items))
        next(answers)  # up to the first answer, so that the caller may do something else meanwhile
        return answers  # type: ignore[return-value]

    def _answers(
        self, fn: Callable[[Item], Answer], waiting: list[Item]
    ) -> Generator[tuple[Item, Answer | Died] | None, None, None]:
        todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
        for item in waiting:
            todo.put(item)
        crew = _Crew(f"{fn.__module__}:{fn.__qualname__}", todo)
        try:
            crew.start(min(self.workers, len(waiting)))
            yield None
            for _ in waiting:
                answered = crew.done.get()
                if isinstance(answered, BaseException):
                    raise answered
                yield answered
        finally:
            crew.dismiss()


class _Crew:
    """The workers of one map and the threads that feed them."""

    def __init__(self, function: str, todo: queue.SimpleQueue[Item]):
        self.function, self.todo = function, todo
        self.done: queue.SimpleQueue[tuple[Item, Answer | Died] | BaseException] = queue.SimpleQueue()
        self.dismissed = threading.Event()
        self.workers: list[subprocess.Popen[str]] = []
        self.threads: list[threading.Thread] = []

    def start(self, count: int) -> None:
        self.threads = [threading.Thread(target=self._feed, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def dismiss(self) -> None:
        self.dismissed.set()
        for worker in list(self.workers):
            worker.kill()
        for thread in self.threads:
            thread.join()

    def _feed(self) -> None:
        worker = None
        try:
            while not self.dismissed.is_set():
                item = self.todo.get_nowait()
                answer: Answer | Died = Died("it was never asked")
                for _ in range(TRIES):
                    worker = worker or self._hire()
                    answer = _ask(worker, item)
                    if not isinstance(answer, Died):
                        break
                    worker = None
                    if self.dismissed.is_set():
                        return
                self.done.put((item, answer))
        except queue.Empty:
            pass
        except BaseException as error:  # the driver must hear of it, or it would wait for ever
            self.done.put(error)
        finally:
            if worker is not None:
                _end(worker)

    def _hire(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "quell.cohort.worker", self.function]
        worker = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(), encoding="utf-8"
        )
        self.workers.append(worker)
        if self.dismissed.is_set():
            worker.kill()
        return worker


def _ask(worker: subprocess.Popen[str], item: Item) -> Answer | Died:
    assert worker.stdin and worker.stdout
    try:
        worker.stdin.write(json.dumps(item) + "\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
    except OSError:
        line = ""
    return json.loads(line) if line.endswith("\n") else Died(_reason(_end(worker)))


def _end(worker: subprocess.Popen[str]) -> int:
    for pipe in (worker.stdin, worker.stdout):
        try:
            assert pipe
            pipe.close()
        except OSError:
            pass  # a dead worker leaves unsent words in the pipe
    return worker.wait()


def _reason(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}; its last words are above"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    memory = ", which is how the system ends processes when memory runs out" if name == "SIGKILL" else ""
    return f"it was ended by {name}{memory}"


def _environment() -> dict[str, str]:
    paths = [str(Path(path).absolute()) for path in sys.path if path == "" or Path(path).exists()]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), INSIDE: "1"} | dict.fromkeys(ONE_THREAD, "1")
