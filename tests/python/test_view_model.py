#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ICert.ViewModel and what is new of views, from Python."""

import unittest

import ca  # noqa: I001  (before gi)
import tap

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

N_ROWS = 23


class Rows(GObject.Object, ICert.EnumViewRow):
    """Rows of Python: pages that fail, when they are told to."""

    __gtype_name__ = "ModelRows"
    cursor = GObject.Property(type=str, default="", flags=GObject.ParamFlags.READABLE)
    given = 0
    failing = False

    def do_next(self, count, _cancellable):
        if self.failing:
            raise GLib.Error.new_literal(
                ICert.error_quark(), "store: broken on purpose", ICert.Error.STORAGE
            )
        page = []
        while len(page) < count and self.given < N_ROWS:
            self.given += 1
            value = GLib.Variant("x", self.given)
            page.append(ICert.ViewRow.new(["Request.RequestID"], [value], None, None, None))
        return page


def settle(model):
    """Runs the main loop until nothing is loading."""
    context = GLib.MainContext.default()
    while model.get_loading():
        context.iteration(True)


class Models(unittest.TestCase):
    def test_rows_of_python(self):
        """A model over rows written in Python grows as it is looked at"""
        model = ICert.ViewModel.new(Rows(), 10)
        changes = []
        model.connect("items-changed", lambda _model, *change: changes.append(change))
        settle(model)
        self.assertEqual(model.get_n_items(), 10)
        self.assertEqual(model.get_item_type(), ICert.ViewRow.__gtype__)
        model.get_item(9)
        settle(model)
        model.get_item(19)
        settle(model)
        self.assertEqual(model.get_n_items(), N_ROWS)
        self.assertTrue(model.get_complete())
        self.assertEqual(changes, [(0, 0, 10), (10, 0, 10), (20, 0, 3)])
        self.assertEqual([row.props.request_id for row in model], list(range(1, N_ROWS + 1)))

    def test_error(self):
        """A page that fails is a property, and is asked for again"""
        rows = Rows()
        rows.failing = True
        model = ICert.ViewModel.new(rows, 10)
        settle(model)
        error = model.get_error()
        self.assertTrue(error.matches(ICert.error_quark(), ICert.Error.STORAGE))
        rows.failing = False
        model.load_more()
        settle(model)
        self.assertIsNone(model.get_error())
        self.assertEqual(model.get_n_items(), 10)

    def test_rows_of_a_ca(self):
        """A model over a view, and its rows as properties, text and octets"""
        config = ca.make("Model")
        request = ICert.Request.open(config)
        for number in range(3):
            request.submit(
                ICert.SubmitFlags.NONE,
                ca.request(f"m{number}.example.org"),
                {"CertificateTemplate": "User"},
            )
        view = ICert.View.open(config)
        view.set_column_set(ICert.ColumnSet.LOG)
        view.restrict_to_set(ICert.ColumnSet.LOG)
        model = ICert.ViewModel.new(view.open_view(), 0)
        settle(model)
        self.assertEqual(len(model), len(view))
        for row in model:
            self.assertEqual(row.props.common_name, row["CommonName"])
            self.assertEqual(row.props.request_id, row["Request.RequestID"])
            # a datetime, as in the view itself
            self.assertEqual(row.props.not_after.to_unix(), int(row["notafter"].timestamp()))
            self.assertIsInstance(row["Request.RequestID"], int)
            self.assertRegex(row.format_value("NotAfter"), r"^\d{4}-\d\d-\d\dT.*Z$")
            pem = row.encode_value("RawCertificate", ICert.OutputFlags.BASE64_HEADER)
            self.assertTrue(pem.startswith(b"-----BEGIN CERTIFICATE-----\n"))
        names = [row["CommonName"] for row in view]
        view = ICert.View.open(config)
        view.add_restriction("SubjectAltName", ICert.Seek.EQ, "m1.example.org")
        self.assertLessEqual(len(view), 1)
        rows = ICert.View.open(config).open_view()
        self.assertEqual(rows.skip(1), 1)
        same = rows.clone()
        first = [row["Request.RequestID"] for row in same]
        self.assertEqual([row["Request.RequestID"] for row in rows], first)
        rows.reset()
        self.assertEqual(len(list(rows)), len(first) + 1)
        groups = ICert.View.open(config).count_by(
            "CertificateTemplate", ICert.Period.NONE, 10
        )
        self.assertEqual(sum(group["Count"] for group in groups), len(first) + 1)
        days = ICert.View.open(config).count_by("NotAfter", ICert.Period.DAY, 10)
        self.assertEqual(days[0]["NotAfter"].hour, 0)
        self.assertEqual(len(names), len(model))

    def test_list_model(self):
        """It is a Gio.ListModel, for whatever takes one"""
        model = ICert.ViewModel.new(Rows(), 5)
        self.assertIsInstance(model, Gio.ListModel)
        settle(model)
        self.assertEqual(model.props.n_items, 5)
        self.assertIsNone(model.get_item(5))


if __name__ == "__main__":
    tap.main()
