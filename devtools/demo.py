"""`make demo`: everything on this machine, with a local stand-in for Procore, until Ctrl-C."""

import argparse
import signal
import sys
import time
import types
from pathlib import Path

from devtools.children import ROOT
from devtools.locking import AlreadyRunning
from devtools.ports import first_free
from devtools.stack import Stack, StackFailed, forget

DIRECTORY = ROOT / "instance" / "demo"
APP_PORT = 8000
PROCORE_PORT = 8001

WELCOME = """\

Timesite runs, with a Procore of its own. Nothing leaves this machine.

  Procore    {procore}      open this one; it leads through a first visit
  Timesite   {app}      what Procore shows in its frame

  1. Install    App Management → Install Timesite
  2. Open       Timesite, in the menu
  3. Sign in    in the popup, as the company administrator → Allow
  4. Connect    Settings → Data Sync → Procore → Connect to Procore
  5. Watch      Projects → a project → Enter a time card; it appears in Timesite by itself

Logs are in {logs}. Ctrl-C stops all of it and keeps the data; make demo-reset forgets it.
"""


class Interrupt:
    """Turns Ctrl-C and a polite kill into a question that the loops ask."""

    def __init__(self) -> None:
        self.came = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: types.FrameType | None) -> None:
        self.came = True


def choose_ports() -> tuple[int, int]:
    """The usual ports, or the next free ones; says so when they differ, since addresses in bookmarks then do too."""
    procore_port = first_free(PROCORE_PORT)
    app_port = first_free(APP_PORT, taken=(procore_port,))
    for name, wanted, port in (("Timesite", APP_PORT, app_port), ("Procore", PROCORE_PORT, procore_port)):
        if port != wanted:
            print(f"Port {wanted} is in use: {name} is on {port} this time.")
    return app_port, procore_port


def watch(stack: Stack, interrupt: Interrupt) -> None:
    """Shows warnings and errors as they are logged, until interrupted. Raises StackFailed when a part dies."""
    while not interrupt.came:
        stack.raise_for_the_dead()
        for child in stack.children:
            for line in child.notable_lines():
                print(f"{child.name:8} {line}", flush=True)
        time.sleep(0.25)


def run(directory: Path, check_only: bool) -> int:
    interrupt = Interrupt()
    started = time.monotonic()
    print("Starting Redis, database, Procore's stand-in, web and worker ...", flush=True)
    try:
        app_port, procore_port = choose_ports()
        with Stack(directory, app_port, procore_port, is_interrupted=lambda: interrupt.came) as stack:
            print(WELCOME.format(procore=stack.procore_url, app=stack.app_url, logs=directory))
            print(f"Ready after {time.monotonic() - started:.1f} s.", flush=True)
            if not check_only:
                watch(stack, interrupt)
            print("\nStopping ...", flush=True)
    except KeyboardInterrupt:
        print("\nStopped before it was ready.")
    except (StackFailed, AlreadyRunning, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("Stopped; the data are kept.")
    return 0


def reset(directory: Path) -> int:
    if not directory.exists():
        print("There is no demo data.")
        return 0
    try:
        forget(directory)
    except AlreadyRunning as error:
        print(f"{error} Stop it first.", file=sys.stderr)
        return 1
    print("The demo's data are gone.")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--dir", type=Path, default=DIRECTORY, help="where data and logs are kept")
    parser.add_argument("--check", action="store_true", help="start everything, see that it answers, stop")
    parser.add_argument("--reset", action="store_true", help="forget the data")
    arguments = parser.parse_args()
    if arguments.reset:
        return reset(arguments.dir)
    return run(arguments.dir, arguments.check)


if __name__ == "__main__":
    sys.exit(main())
