"""`make chaos`: kill -9 of web, worker and Redis at random under load; nothing lost or doubled, the ledger adds up."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.chaos.run import SETTINGS, Plan, Result, run
from benchmarks.site import running
from devtools.embedded_postgres import embedded_postgres

DATABASES = ("sqlite", "postgresql")
SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each database (default: %(default)s)")
    parser.add_argument(
        "--database", choices=[*DATABASES, "both"], default="both", help="(default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, help="of who is killed and what people do; none: a new one")
    parser.add_argument(
        "--seconds",
        type=float,
        default=900,
        help="no kill begins after so long, on each database (%(default)s)",
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what runs is ended, too
    os.environ.pop("REDIS_URL", None)  # ours is killed and emptied: never one that others use
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    plan = Plan(kills=given.kills, seconds=given.seconds)
    broken = 0
    for database in DATABASES if given.database == "both" else [given.database]:
        print(f"{database}: {plan.kills} kills, seed {seed} ...", flush=True)
        with _place() as directory:
            result = on(database, directory, plan, seed)
            print(told(database, plan, result), flush=True)
            if result.broken:
                broken += result.broken
                print(f"Data and logs are kept in {directory}")
            else:
                shutil.rmtree(directory)
    return 1 if broken else 0


def on(database: str, directory: Path, plan: Plan, seed: int) -> Result:
    """One run on a stack of its own."""
    with ExitStack() as held:
        settings = dict(SETTINGS)
        if database == "postgresql":
            server = held.enter_context(embedded_postgres())
            server.run("CREATE DATABASE chaos")
            settings["DATABASE_URL"] = server.url("chaos")
        site = held.enter_context(running(directory, settings))
        site.connect()
        return run(site, plan, seed)


def told(database: str, plan: Plan, result: Result) -> str:
    """A table, the broken promises, and one line with the counts."""
    rows = {
        "killed": _listed(result.killed),
        "ended by itself": _listed(result.by_itself) or "nothing",
        "people": _listed(result.acts),
        "faults": _listed(result.faults),
        "ledger": _listed(result.ledger),
        "not in sync, by reason": _listed(result.reasons) or "nothing",
        "cards made again": f"{result.made_again} in the place of a deleted one",
        "the sweep at the end": _listed(result.swept),
        "seconds under fire, to rest": f"{result.seconds:.0f}, {result.rest_seconds:.0f}",
    }
    lines = [f"  {name:28} {text}" for name, text in rows.items()]
    lines += [f"      marked: {line}" for line in result.marked[:SHOWN]]
    for promise, broken in result.violations.items():
        lines.append(f"  {promise:36} {len(broken)}" + ("  BROKEN" if broken else ""))
        lines += [f"      {line}" for line in broken[:SHOWN]]
    done = sum(result.killed.values())
    counts = result.violations
    lines.append(
        f"{'FAILED' if result.broken else 'ok'}: {database}, {done} of {plan.kills} kills, "
        f"{result.ledger['total']} records, {len(counts['lost'])} lost, {len(counts['doubled'])} doubled, "
        f"{len(counts['made twice'])} made twice, {result.broken} violations, "
        f"{result.seconds + result.rest_seconds:.0f} s, seed {result.seed}"
    )
    return "\n".join(lines)


def _listed(counts: object) -> str:
    assert isinstance(counts, dict)
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


@contextmanager
def _place() -> Iterator[Path]:
    """A directory of its own; it stays, with its logs, when something went wrong."""
    directory = Path(tempfile.mkdtemp(prefix="timesite-chaos-"))
    try:
        yield directory
    except BaseException:
        print(f"Data and logs are kept in {directory}", file=sys.stderr)
        raise


if __name__ == "__main__":
    sys.exit(main())
