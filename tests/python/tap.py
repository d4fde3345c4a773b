# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs unittest cases and prints TAP, as meson reads it."""

import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    """Prints a line as each test ends."""

    number = 0

    def _line(self, word, test, tail=""):
        self.number += 1
        text = (test.shortDescription() or str(test)).replace("#", "")
        print(f"{word} {self.number} - {test.id()}: {text}{tail}", flush=True)

    def _failed(self, test, error):
        self._line("not ok", test)
        for line in "".join(traceback.format_exception(*error)).splitlines():
            print("# " + line, flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("ok", test, f" # SKIP {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._failed(subtest, err)


def main():
    """Runs every test of the module that was started."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = TapResult()
    suite.run(result)
    print(f"1..{result.number}", flush=True)
    return 0 if result.wasSuccessful() else 1
