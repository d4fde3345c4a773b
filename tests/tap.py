# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest cases of the calling file and prints TAP: `if __name__ == "__main__": tap.main()`."""

import sys
import unittest


class TapResult(unittest.TestResult):
    def startTestRun(self):
        self.number = 0

    def report(self, ok, test, note=""):
        self.number += 1
        words = test.shortDescription() or str(test)
        print(f"{'ok' if ok else 'not ok'} {self.number} {test.id().split('.', 1)[-1]} - {words}{note}".replace("\n", " "),
              flush=True)

    def explain(self, test, error):
        self.report(False, test)
        for line in self._exc_info_to_string(error, test).splitlines():
            print(f"# {line}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.report(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.report(True, test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.explain(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.explain(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.explain(subtest, err)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.report(True, test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.report(False, test)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if sys.argv[1:]:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], sys.modules["__main__"])
    result = TapResult()
    result.startTestRun()
    suite.run(result)
    print(f"1..{result.number}", flush=True)
    sys.exit(0 if result.wasSuccessful() else 1)
