# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes the typelib of ICert pleasant in Python; no second implementation of anything.

Found by PyGObject when it imports gi.repository.ICert. Shapes of calls stay those of the
typelib; see bindings/python/README.md for what this adds.
"""

import gi
from gi._gi import EnumInfo, FunctionInfo, InterfaceInfo, ObjectInfo

from . import _icert_calls as calls
from . import _icert_context as context
from . import _icert_errors as errors
from . import _icert_loop as loop
from . import _icert_modules as modules
from . import _icert_views as views
from ._icert_errors import CertError, ICert

__all__ = ["CertError", "run"]

run = loop.run


def wrap(info):
    """Dresses what @info describes; answers what the namespace has under that name, if anew."""
    name = info.get_name()
    if isinstance(info, FunctionInfo):
        return calls.wrap_function(info)
    if isinstance(info, (InterfaceInfo, ObjectInfo)):
        cls = getattr(ICert, name)
        calls.wrap_methods(cls)
        calls.wrap_properties(cls)
        if info.get_vfuncs():
            modules.watch_subclasses(cls)
        if isinstance(info, InterfaceInfo):
            if name == "EnumViewRow" or hasattr(cls, "open"):
                context.add_context(cls)
    elif isinstance(info, EnumInfo):
        calls.wrap_methods(getattr(ICert, name))
    return None


errors.add_classes(globals())
__all__ += [cls.__name__ for cls in errors.CLASSES.values()]

for _info in gi.Repository.get_default().get_infos("ICert"):
    _new = wrap(_info)
    if _new is not None:
        globals()[_info.get_name()] = _new
        __all__.append(_info.get_name())

views.add_collections()
