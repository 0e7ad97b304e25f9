"""Blocks on a Dask cluster: this machine's or one that runs elsewhere; needs the extra `quell[dask]`.

Every worker must see the output folder and have the same Quell. Where the cluster starts here, each worker is one
process with one thread, and a dead one is replaced; a block is tried twice, as in `processes.py`.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from types import ModuleType
from typing import Any

from quell.cohort.scheduler import MAIN_GUARD, TRIES, Answer, Died, Item, inside
from quell.ground.errors import InputError


class Dask:
    """Runs items on a Dask cluster: an open `client`, the cluster at `address`, or an own one of `workers`."""

    def __init__(self, client: Any = None, *, address: str = "", workers: int = 1):
        self.client, self.address, self.workers = client, address, workers
        self.distributed = _distributed()

    def map(
        self, fn: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Died], None, None]:
        """Yield each item with its answer as it comes; leaving early cancels the rest."""
        with ExitStack() as stack:
            client = self.client or self._open(stack)
            futures = {client.submit(fn, item, pure=False): item for item in items}
            stack.callback(client.cancel, list(futures))
            for future in self.distributed.as_completed(list(futures)):
                item = futures.pop(future)
                yield item, self._answer(future)

    def _answer(self, future: Any) -> Answer | Died:
        if future.status == "finished":
            return future.result()
        fault = future.exception()
        if isinstance(fault, self.distributed.KilledWorker):
            return Died("its process was ended, which is how the system ends processes when memory runs out")
        return Died(f"{type(fault).__name__}: {fault}")

    def _open(self, stack: ExitStack) -> Any:
        if self.address:
            try:
                return stack.enter_context(self.distributed.Client(self.address))
            except (OSError, ValueError) as error:
                what = f'no Dask cluster answers at "{self.address}" ({error})'
                raise InputError(what, field="scheduler", allowed="dask:tcp://HOST:PORT of a running one") from None
        from dask import config

        stack.enter_context(config.set({"distributed.scheduler.allowed-failures": TRIES - 1}))
        cluster = stack.enter_context(self._start())
        return stack.enter_context(self.distributed.Client(cluster))

    def _start(self) -> Any:
        try:
            with inside():
                return self.distributed.LocalCluster(
                    n_workers=self.workers, threads_per_worker=1, processes=True, dashboard_address=":0"
                )
        except RuntimeError as error:
            what = f"the Dask workers did not start ({error}); what they said is above"
            raise InputError(what, field="scheduler", allowed=MAIN_GUARD) from None


def _distributed() -> ModuleType:
    try:
        import distributed
    except ImportError:
        what = "Dask is not installed"
        raise InputError(
            what, field="scheduler", allowed='processes, or Dask after `pip install "quell[dask]"`'
        ) from None
    return distributed
