# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dictionaries on their way into a hash table, without what PyGObject loses on it.

PyGObject asks a mapping for its keys and values, gets two new lists, and never lets go
of them: 160 octets and the strings for each call (measured with 3.42). A mapping of our
own sees those lists come into being, and frees those that are held by nobody known.
They are found by searching: an address where a list should be may hold a dead one, and
touching that is the end of the process (a debugger or a thread is enough).
"""

import ctypes
import gc
import sys

import gi

# a list that PyGObject did not lose must never be freed: this one is known to
LOSES_LISTS = gi.version_info[:2] == (3, 42)
# more new objects than this, as where collection is off, are not searched
MANY = 4000
# more than this are collected first: the search sees only those that are new since then
FEW = 64


class Words:
    """Iterates over keys or values; keeps the list that is being made of them."""

    def __init__(self, words):
        self.words = words
        self.left = iter(words)
        self.made = None
        self.asked = False

    def __iter__(self):
        if self.asked and self.made is None:
            self.made = newest_empty_list()
        self.asked = True
        return self

    def __next__(self):
        return next(self.left)

    def is_lost(self):
        """Whether the list is ours, word for word, and somebody unknown holds it."""
        made = self.made
        if not made or len(made) != len(self.words):
            return False
        if any(one is not other for one, other in zip(made, self.words)):
            return False
        # held by self.made, the name made, the argument of getrefcount, and the loss
        return sys.getrefcount(made) == 4


def newest_empty_list():
    """The list that was made last, if it is empty: objects are tracked in order."""
    if gc.get_count()[0] > MANY:
        return None
    for one in reversed(gc.get_objects(generation=0)):
        if type(one) is list:
            return None if one else one
    return None


class Table:
    """A dictionary of texts that PyGObject is given."""

    def __init__(self, words):
        if LOSES_LISTS and gc.isenabled() and gc.get_count()[0] > FEW:
            gc.collect(0)
        self.lists = (Words(list(words)), Words(list(words.values())))

    def __len__(self):
        return len(self.lists[0].words)

    def keys(self):
        return self.lists[0]

    def values(self):
        return self.lists[1]

    def __del__(self):
        for words in self.lists:
            if words.is_lost():
                ctypes.pythonapi.Py_DecRef(ctypes.py_object(words.made))
