"""The memory of the web processes and of the worker with its forks, watched while everything else is measured."""

from __future__ import annotations

from threading import Event, Thread

import psutil

from benchmarks.figures import Figure
from benchmarks.site import Site

MOST_MEGABYTES = 150.0
LOOK_EVERY = 0.2


class MemoryWatch:
    """Notes the most memory (RSS) that any one process of each kind has had; `with MemoryWatch(site) as watch:`."""

    def __init__(self, site: Site) -> None:
        self.roots = {
            "web": site.stack.child("web").process.pid,
            "worker": site.stack.child("worker").process.pid,
        }
        self.most = {"web": 0, "worker": 0, "worker's forks": 0}
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def figures(self) -> list[Figure]:
        return [
            Figure("memory", f"memory of {kind}", most / 2**20, MOST_MEGABYTES, "MB")
            for kind, most in self.most.items()
        ]

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            for kind, pid in self.roots.items():
                below = "worker's forks" if kind == "worker" else kind
                try:
                    root = psutil.Process(pid)
                    self._note(kind, root)
                    for child in root.children(recursive=True):
                        self._note(below, child)
                except psutil.NoSuchProcess:
                    continue

    def _note(self, kind: str, process: psutil.Process) -> None:
        self.most[kind] = max(self.most[kind], process.memory_info().rss)
