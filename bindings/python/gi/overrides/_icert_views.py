# SPDX-License-Identifier: LGPL-2.1-or-later
"""Views and rows as Python has collections: iteration, len, slices, mappings."""

import itertools

from ._icert_errors import CertError, ICert
from ._icert_values import date_of_microseconds

# rows fetched at once: few calls, and a small part of memory however long the view is
PAGE = 256


def date_columns(view):
    """The columns of @view that hold dates, in lower case."""
    date = ICert.PropertyType.DATE
    return frozenset(
        column.get_name().lower()
        for column in view.list_columns()
        if column.get_property_type() == date
    )


class View:
    """What ICert.View has in Python: it is a sequence of rows."""

    def __iter__(self):
        dates = date_columns(self)
        return with_dates(iter(self.open_view()), dates)

    def __aiter__(self):
        return rows_later(self)

    def __len__(self):
        return self.count()

    def __bool__(self):
        # a question about the object, not about the database
        return True

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self._slice(key)
        number = key.__index__()
        if number < 0:
            number += len(self)
        rows = list(itertools.islice(self, number, number + 1)) if number >= 0 else []
        if not rows:
            raise IndexError("no such row")
        return rows[0]

    def _slice(self, key):
        bounds = (key.start, key.stop, key.step)
        if any(bound is not None and bound < 0 for bound in bounds):
            start, stop, step = key.indices(len(self))
            if step < 0:
                return list(self)[key]
            bounds = (start, stop, step)
        start, stop, step = bounds
        if stop is not None:
            return list(
                itertools.islice(pages_up_to(self, stop), start or 0, stop, step)
            )
        return list(itertools.islice(self, start or 0, None, step))


def with_dates(rows, dates):
    """The rows, each of which knows which of its columns are dates."""
    for row in rows:
        row._dates = dates
        yield row


def pages_up_to(view, count):
    """The first @count rows of @view; no page is longer than what is left of them."""
    return with_dates(pages(view.open_view(), count), date_columns(view))


def pages(rows, left=None):
    """The rows that are left in an ICert.EnumViewRow, page by page."""
    while left is None or left > 0:
        page = rows.next(PAGE if left is None else min(PAGE, left))
        if not page:
            return
        if left is not None:
            left -= len(page)
        yield from page


async def rows_later(view):
    """The rows of @view without blocking; pages come by the asynchronous calls."""
    dates = date_columns(view)
    rows = await view.open_view_async()
    while page := await rows.next_async(PAGE):
        for row in page:
            row._dates = dates
            yield row


class EnumViewRow:
    """What ICert.EnumViewRow has in Python: it is walked once, to its end."""

    def __iter__(self):
        return pages(self)


class ViewRow:
    """What ICert.ViewRow has in Python: a mapping of columns to values."""

    # set by views; rows of a model or of an ICert.EnumViewRow ask for each number
    _dates = None

    def _is_date(self, name, number):
        if self._dates is not None:
            return name.lower() in self._dates
        return self.format_value(name) != str(number)

    def __getitem__(self, name):
        try:
            value = self.get_value(name)
        except CertError as error:
            if error.code == ICert.Error.UNKNOWN_NAME:
                raise KeyError(name) from None
            raise
        if type(value) is int and self._is_date(name, value):
            return date_of_microseconds(value)
        return value

    def __iter__(self):
        return iter(self.list_names())

    def __len__(self):
        return len(self.list_names())

    def __bool__(self):
        return True

    def __contains__(self, name):
        return name in self.list_names()

    def keys(self):
        return self.list_names()

    def values(self):
        return [self[name] for name in self]

    def items(self):
        return [(name, self[name]) for name in self]

    def get(self, name, default=None):
        try:
            value = self[name]
        except KeyError:
            return default
        return default if value is None else value

    @property
    def attributes(self):
        """The attributes that came with the request of this row."""
        return self.get_attributes()

    @property
    def extensions(self):
        """The extensions of this row, a list of ICert.Extension."""
        return list(self.list_extensions())


def add_collections():
    """Gives the classes of the typelib what is written here."""
    for ours in (View, EnumViewRow, ViewRow):
        theirs = getattr(ICert, ours.__name__)
        for name, member in ours.__dict__.items():
            if name not in ("__module__", "__doc__", "__dict__", "__weakref__"):
                setattr(theirs, name, member)
