# SPDX-License-Identifier: LGPL-2.1-or-later
"""`with` for what openers give: at the end of the block the CA is let go."""

import weakref


def enter(self):
    # Only the statement itself holds the object now: behind the block it is gone, and
    # with the last object of a local CA its engine closes, though its name is there.
    return weakref.proxy(self)


def leave(_self, *_exception):
    return None


def leave_running(self, *_exception):
    self.stop()


def add_context(cls):
    """Lets objects of @cls be used with `with`.

    What can be stopped is stopped at the end; starting is the program's, since policies
    are appended before.
    """
    cls.__enter__ = enter
    cls.__exit__ = leave_running if hasattr(cls, "stop") else leave
