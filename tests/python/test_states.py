# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every verb on a request in every state, as fixtures/states.txt says, by a local CA's door."""

import unittest

import ca  # before gi
import states
import tap


class States(unittest.TestCase):
    """The table, row by row."""

    @classmethod
    def setUpClass(cls):
        cls.place = states.Place(ca.FOLDER, ca.request)
        cls.door = states.Door(cls.place.address)
        cls.names, cls.cells = states.read_table()

    @classmethod
    def tearDownClass(cls):
        cls.place.control.stop()

    def test_no_state_is_missing(self):
        """The table has every state of a row, and every verb of the driver"""
        made = {
            name[5:].replace("_", "-") for name in dir(states.Place) if name.startswith("make_")
        }
        made -= {"revoked-for"}
        self.assertEqual(set(self.names), made | {"active"})
        verbs = {name[3:] for name in dir(states.Verbs) if name.startswith("do_")}
        self.assertEqual({verb.replace("-", "_") for verb in self.cells}, verbs)

    def check_verb(self, verb):
        for state, wanted in self.cells[verb].items():
            with self.subTest(f"{verb} of {state}"):
                self.assertEqual(states.play(self.door, self.place, verb, state), wanted)


def add_tests():
    """One test a verb, so that a failure names it."""
    for verb in states.read_table()[1]:

        def test(self, verb=verb):
            self.check_verb(verb)

        test.__doc__ = f"S-I1: {verb} does in each state what the table says"
        setattr(States, "test_" + verb.replace("-", "_"), test)


add_tests()

if __name__ == "__main__":
    tap.main()
