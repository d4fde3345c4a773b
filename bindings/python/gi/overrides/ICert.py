# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes the typelib of ICert pleasant in Python; no second implementation.

Found by PyGObject when it imports gi.repository.ICert. Shapes of calls stay those of
the typelib; see bindings/python/README.md for what this adds.
"""

import sys

import gi
from gi._gi import EnumInfo, FunctionInfo, InterfaceInfo, ObjectInfo

from . import _icert_calls as calls
from . import _icert_context as context
from . import _icert_errors as errors
from . import _icert_modules as modules
from . import _icert_shown as shown
from . import _icert_views as views
from ._icert_errors import CertError, ICert

__all__ = ["CertError", "run"]


def run(main):
    """Runs a coroutine to its end on this thread's main context; answers its result.

    Everything that the context serves goes on meanwhile: signals, D-Bus, calls of
    modules from other threads. Inside the coroutine asyncio is as it is everywhere:
    gather(), timeout(), create_task(). Tasks that are left over at the end are cancelled.

    A method with _async begins when it is called, and answers a future: `await` it, at
    once or later. gather(), ensure_future(), create_task() and groups of tasks take it.
    """
    from ._icert_loop import run as run_in_loop

    return run_in_loop(main)


def wrap(info, namespace):
    """Dresses what @info describes."""
    name = info.get_name()
    if isinstance(info, FunctionInfo):
        setattr(type(namespace), info.__name__, calls.LateFunction(info))
    if isinstance(info, (InterfaceInfo, ObjectInfo)):
        cls = getattr(ICert, name)
        calls.wrap_methods(cls)
        calls.wrap_properties(cls)
        if info.get_vfuncs():
            calls.wrap_virtual_methods(cls)
            modules.watch_subclasses(cls)
        if isinstance(info, InterfaceInfo):
            if name == "EnumViewRow" or hasattr(cls, "open"):
                context.add_context(cls)
    elif isinstance(info, EnumInfo):
        calls.wrap_methods(getattr(ICert, name))


errors.add_classes(globals())
__all__ += [cls.__name__ for cls in errors.CLASSES.values()]

for _info in gi.Repository.get_default().get_infos("ICert"):
    wrap(_info, sys.modules["gi.repository.ICert"])

views.add_collections()
shown.add_representations()
