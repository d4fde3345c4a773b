#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench-batch: the loop of the example batch.py beside bench-issue, alternately.

Same machine, kind of keys, policy, window and number of certificates; both prepare
their requests before the clock starts, all with one key, and both have the CA's key
unlocked by then. Prints a line each, and at the end the median of the ratios of rate
and of CPU per certificate (performance.md: ratios of programs run alternately).
"""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import resource
import runpy
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = SOURCE / "bindings" / "python" / "examples" / "batch.py"
PROFILE = "WebServer"


def make_requests(folder: pathlib.Path, count: int) -> None:
    """As bench-issue makes them: one key, a name each."""
    openssl = shutil.which("openssl", path="/usr/bin:/bin") or "openssl"
    key = folder / "key"
    subprocess.run(
        [openssl, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key],
        check=True,
    )
    for number in range(count):
        subprocess.run(
            [
                openssl,
                "req",
                "-new",
                "-key",
                key,
                "-subj",
                f"/CN=host{number}.bench.example",
                "-outform",
                "DER",
                "-out",
                folder / f"{number}.der",
            ],
            check=True,
        )


def make_ca(icert: object, folder: pathlib.Path) -> str:
    """The CA of bench-issue: a grant, so that nobody has to approve, and no exit."""
    setup = icert.Setup.open()
    setup.name = "Bench"
    setup.type = icert.SetupType.ROOT
    setup.folder = str(folder / "ca")
    setup.key_type = "ec-p256"
    config = setup.create()
    admin = icert.Admin.open(config)
    admin.set_config_entry("Exit", "Modules", "")
    admin.set_config_entry("Grant bench", "Principals", f"uid:{os.getuid()}")
    admin.set_config_entry("Grant bench", "Profiles", PROFILE)
    admin.set_config_entry("Grant bench", "dNSName", "*.bench.example")
    return config


def clock() -> tuple[float, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), usage.ru_utime + usage.ru_stime


def run_batch(requests: pathlib.Path, count: int, window: int) -> None:
    """batch.py's loop from its first submission to its last answer, in this process."""
    with tempfile.TemporaryDirectory(prefix="bench-batch-") as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        batch = runpy.run_path(str(EXAMPLE))
        icert = batch["ICert"]
        request = icert.Request.open(make_ca(icert, pathlib.Path(folder)))
        octets = [path.read_bytes() for path in sorted(requests.glob("*.der"))]
        attributes = {"CertificateTemplate": PROFILE}
        request.submit(0, octets[0], attributes).check_status()
        items = [
            (f"host{number}", octets[number % len(octets)]) for number in range(count)
        ]
        results = batch["Results"](count, None)
        start = clock()
        icert.run(batch["submit_all"](request, items, attributes, window, results.add))
        end = clock()
        if results.counts != {"issued": count}:
            sys.exit(f"bench-batch: {results.counts}")
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"case=batch window={window} n={count} rate={count / (end[0] - start[0]):.0f} "
        f"cpu_us={(end[1] - start[1]) * 1e6 / count:.1f} p50_us=0 p99_us=0 "
        f"rss_mb={rss:.1f}"
    )


def measure(case: str, command: list[str]) -> tuple[float, float]:
    """Rate and CPU that a program printed."""
    text = subprocess.run(
        command, stdout=subprocess.PIPE, encoding="utf-8", check=True
    ).stdout
    line = re.search(rf"(?m)^case={case} .*$", text)[0]
    print("  " + line, flush=True)
    return float(re.search(r" rate=(\S+)", line)[1]), float(
        re.search(r" cpu_us=(\S+)", line)[1]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--bench-issue", default="bench-issue", help="the program to compare with"
    )
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--count", type=int, default=10000, help="certificates a run")
    parser.add_argument("--names", type=int, default=512, help="requests to begin with")
    parser.add_argument("--window", type=int, default=256, help="requests in flight")
    parser.add_argument(
        "--least-cpu-ratio", type=float, default=0, help="fail below it"
    )
    parser.add_argument("--batch", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.batch is not None:
        run_batch(options.batch, options.count, options.window)
        return

    rates, costs = [], []
    size = ["--count", str(options.count), "--window", str(options.window)]
    with tempfile.TemporaryDirectory(prefix="bench-batch-") as folder:
        make_requests(pathlib.Path(folder), options.names)
        for pair in range(options.pairs):
            issue = measure("issue", [options.bench_issue, *size])
            batch = measure(
                "batch", [sys.executable, __file__, "--batch", folder, *size]
            )
            rates.append(batch[0] / issue[0])
            costs.append(issue[1] / batch[1])
            print(
                f"pair={pair + 1} ratio_rate={rates[-1]:.2f} ratio_cpu={costs[-1]:.2f}",
                flush=True,
            )
    cost = statistics.median(costs)
    print(
        f"case=ratio n={options.pairs} window={options.window} "
        f"ratio_rate={statistics.median(rates):.2f} "
        f"ratio_cpu={cost:.2f}"
    )
    if cost < options.least_cpu_ratio:
        sys.exit(
            f"bench-batch: {cost:.2f} of bench-issue's certificates for the CPU "
            f"(at least {options.least_cpu_ratio})"
        )


if __name__ == "__main__":
    main()
