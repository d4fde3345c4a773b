# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether calls of each kind make the process grow: `leaks.py --calls=200000`.

Each kind runs in a process of its own, so that what one gives back hides nothing of
another. After a warm-up the resident memory is read, the calls are made, garbage is
collected, and it is read again. Growth of more than 2 % is measured once more, twice at
most: a leak grows each time, a cache that was not full yet does not.
"""

import argparse
import ctypes
import gc
import os
import sys
import traceback

LIMIT = 2.0
ROUNDS = 3
WARM_UP = 3000
# a proof that PyGObject loses octets a call shows more than noise
PROVEN = 32
PROOF_CALLS = 10000
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
# a kind that fills a cache of many MiB first is for the long form
LONG = 100000


def resident_kb():
    """Resident memory, after everything that nobody holds was given back."""
    gc.collect()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE_KB


def repeat(call, count):
    for _i in range(count):
        call()


def measure(name, kind, calls):
    """Prints the line of a kind; whether it keeps to its limit."""
    count = max(calls // kind.share, PROOF_CALLS if kind.proof else 1)
    call = kind.prepare()
    repeat(call, max(WARM_UP // kind.share, kind.warm_up))
    for _round in range(ROUNDS):
        before = resident_kb()
        repeat(call, count)
        after = resident_kb()
        growth = (after - before) * 100 / before
        a_call = (after - before) * 1024 / count
        if growth <= LIMIT:
            break
    known = f" octets_a_call={a_call:.0f} known={kind.known}" if kind.known else ""
    print(
        f"kind={name} calls={count} rss_before_kb={before} rss_after_kb={after} "
        f"growth={growth:.2f}%{known}",
        flush=True,
    )
    if kind.proof:
        return a_call > PROVEN
    return growth <= LIMIT or a_call <= kind.known


def run(name, kind, calls):
    """Measures a kind in a child, before there are threads: its line and status."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 2
        try:
            os.close(reader)
            os.dup2(writer, sys.stdout.fileno())
            status = 0 if measure(name, kind, calls) else 1
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader, encoding="utf-8") as file:
        lines = file.read().strip().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return f"{lines[-1] if lines else 'kind=' + name} status={status}", status


def main():
    """One kind when it is named, else all of them and the leaks to find, as TAP."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--kind", help="measures that one, in this process")
    parser.add_argument("--only", default="", help="kinds whose name has this")
    parser.add_argument("--calls-only", action="store_true", help="under a sanitizer")
    arguments = parser.parse_args()

    import leak_kinds as kinds

    every = {**kinds.KINDS, **kinds.PROOFS, **kinds.LEAKS}
    if arguments.calls_only:
        every = kinds.KINDS
    if arguments.kind:
        good = measure(arguments.kind, every[arguments.kind], arguments.calls)
        return 0 if good else 1

    names = [name for name in every if arguments.only in name]
    if arguments.calls < LONG:
        names = [name for name in names if every[name].warm_up == 0]
    # made once, for all
    kinds.ca.make()
    kinds.ca.request("www.example.org")
    failed = 0
    print(f"1..{len(names)}", flush=True)
    for number, name in enumerate(names, 1):
        line, status = run(name, every[name], arguments.calls)
        good = status == (1 if name in kinds.LEAKS else 0) and "growth=" in line
        what = "is found:" if name in kinds.LEAKS else "does not grow:"
        if arguments.calls_only:
            good, what = status in (0, 1) and "growth=" in line, "is called:"
        failed += not good
        print(f"{'' if good else 'not '}ok {number} - {what} {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
