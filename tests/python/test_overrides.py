# SPDX-License-Identifier: LGPL-2.1-or-later
"""The override against a CA: values, errors, views, `with`."""

import contextlib
import datetime
import gc
import inspect
import sys
import threading
import unittest
import weakref

import ca
import tap

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

UTC = datetime.timezone.utc


def submit(*names, profile="User", config=None):
    request = ICert.Request.open(config or ca.make())
    return request.submit(
        ICert.SubmitFlags.NONE, ca.request(*names), {"CertificateTemplate": profile}
    )


class Values(unittest.TestCase):
    """Values of Python go in and come out."""

    def test_tables_of_calls(self):
        """A dictionary goes to its call alone, also when that call is refused"""
        request = ICert.Request.open(ca.make())
        self.assertEqual(ICert.attributes_format({"b": "2", "a": "1"}), "a:1\nb:2")
        for refused in (
            lambda: request.submit(0, b"x", {"left": "behind"}, 5),
            lambda: request.submit_full(0, 0, 0, b"x", {"left": "behind"}, b"key"),
            lambda: request.submit_async(0, b"x", {"left": "behind"}, 5, print),
            lambda: request.submit_async(0, b"x", {"left": "behind"}, None, 5),
        ):
            with self.assertRaises(TypeError):
                refused()
            self.assertEqual(ICert.attributes_format(None), "")
        with self.assertRaises(ICert.MalformedError):
            request.submit(0, b"", {"left": "behind"})
        self.assertEqual(ICert.attributes_format(None), "")

    def test_tables_of_threads(self):
        """What one thread gives another one does not get"""
        seen = set()

        def work(word):
            for _ in range(500):
                seen.add((word, ICert.attributes_format({"word": word})))
                seen.add(("none", ICert.attributes_format(None)))

        threads = [threading.Thread(target=work, args=(word,)) for word in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(seen, {(word, f"word:{word}") for word in "abcd"} | {("none", "")})

    def test_octets(self):
        """Octets are bytes, in and out, and what is like bytes is taken"""
        answer = submit("a.example.org")
        self.assertEqual(answer.get_disposition(), ICert.Disposition.ISSUED)
        certificate = answer.get_certificate(ICert.OutputFlags.BINARY)
        self.assertIsInstance(certificate, bytes)
        self.assertEqual(certificate[:1], b"\x30")
        for alike in (bytearray(b"\5\0"), memoryview(b"\5\0"), GLib.Bytes.new(b"\5\0")):
            extension = ICert.Extension.new("1.2.3", 0, 0, alike)
            self.assertEqual(extension.get_value(), b"\5\0")
        self.assertTrue(all(isinstance(one, bytes) for one in answer.list_issuers()))

    def test_variants(self):
        """GVariants are what they hold: text, numbers, octets, lists and dictionaries"""
        authority = ICert.Ca.open(ca.make())
        self.assertIsInstance(
            authority.get_property_value(ICert.CaProperty.CA_NAME, -1), str
        )
        count = authority.get_property_value(ICert.CaProperty.CA_SIG_CERT_COUNT, -1)
        self.assertEqual(count, 1)
        octets = authority.get_property_value(ICert.CaProperty.CA_SIG_CERT, -1)
        self.assertEqual(octets, authority.get_certificate(-1))
        trace = ICert.Admin.open(ca.make()).get_trace(
            submit("b.example.org").request_id
        )
        self.assertIsInstance(trace, list)
        self.assertTrue(any("rule" in step for step in trace))

    def test_variants_both_ways(self):
        """What goes into a GVariant comes out the same"""

        class Keeper(GObject.Object, ICert.ManageModule):
            __gtype_name__ = "OverrideKeeper"
            kept = None

            def do_set_value(self, _name, value):
                self.kept = value
                return True

            def do_get_value(self, _name):
                return self.kept

        keeper = Keeper()
        now = datetime.datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=UTC)
        for given, back in (
            ("Käse", "Käse"),
            (-5, -5),
            (True, True),
            (b"\0\1", b"\0\1"),
            (0.5, 0.5),
            (["a", "b"], ["a", "b"]),
            ([], []),
            ([1, "a", b"c"], [1, "a", b"c"]),
            ({"a": 1, "b": {"c": [b"x"]}}, {"a": 1, "b": {"c": [b"x"]}}),
            (GLib.Variant("(sx)", ("a", 1)), ("a", 1)),
            (now, 1795348800000005),
            (None, None),
        ):
            with self.subTest(given=given):
                keeper.set_value("x", given)
                self.assertEqual(keeper.kept, back)
                self.assertEqual(type(keeper.get_value("x")), type(back))
                self.assertEqual(keeper.get_value("x"), back)

    def test_dates(self):
        """Dates are aware; one without a time zone is refused"""
        with self.assertRaisesRegex(ValueError, "time zone"):
            ICert.View.open(ca.make()).add_restriction(
                "NotAfter", ICert.Seek.GE, datetime.datetime(2026, 1, 1)
            )
        submit("c.example.org")
        now = datetime.datetime.now(UTC)
        view = ICert.View.open(ca.make())
        view.set_columns(["NotAfter"])
        view.add_restriction("NotAfter", ICert.Seek.GE, now)
        self.assertGreater(view[0]["NotAfter"], now)
        self.assertEqual(view[0]["NotAfter"].utcoffset(), datetime.timedelta(0))

    def test_tables(self):
        """Dictionaries leave nothing behind, which PyGObject alone does (measured)"""
        name, text = "".join(("na", "me")), "".join(("te", "xt"))
        held = sys.getrefcount(name), sys.getrefcount(text)
        for _ in range(1000):
            ICert.attributes_format({name: text})
            with contextlib.suppress(ICert.CertError):
                ICert.CaInfo.new({name: text})
        gc.collect()
        self.assertEqual((sys.getrefcount(name), sys.getrefcount(text)), held)
        self.assertEqual(ICert.attributes_format({name: text}), "name:text")
        self.assertEqual(ICert.attributes_format({}), "")

    def test_flags(self):
        """Flags are taken as flags, numbers and lists"""
        both = ICert.ExtensionFlags.CRITICAL | ICert.ExtensionFlags.DISABLE
        for flags in (both, 3, [ICert.ExtensionFlags.CRITICAL, 2]):
            self.assertEqual(
                ICert.Extension.new("1.2.3", flags, 0, b"\5\0").flags, both
            )

    def test_properties(self):
        """Properties are attributes, and can be written where they may be"""
        answer = submit("d.example.org")
        self.assertEqual(answer.request_id, answer.get_request_id())
        self.assertIsNone(answer.status)
        self.assertEqual(ICert.Request.open(ca.make()).config, ca.make())
        finder = ICert.Config.open()
        finder.search_path = "/nowhere"
        self.assertEqual(finder.search_path, "/nowhere")

    def test_defaults(self):
        """What the annotation (attributes default=…) says may be left out as well"""
        wanted = {
            ICert.View.count_by: "(self, column, period=0, max=1000, cancellable=None)",
            ICert.Setup.renew: "(self, config, same_key=False, cancellable=None)",
            ICert.Security.list_changes: "(self, all=False, cancellable=None)",
            ICert.Ca.get_crl: "(self, key_index=-1, delta=False, cancellable=None)",
            ICert.Ca.get_crl_async: "(self, key_index=-1, delta=False, cancellable=None, "
            "callback=None, *user_data)",
            ICert.Ca.get_partition_crl: "(self, key_index, partition, delta=False, "
            "cancellable=None)",
        }
        for method, signature in wanted.items():
            self.assertEqual(str(inspect.signature(method)), signature)
        config = ca.make()
        submit("default.example.org", config=config)
        view = ICert.View.open(config)
        rows = view.count_by("Request.RequesterName")
        self.assertGreaterEqual(sum(row["Count"] for row in rows), 1)
        self.assertEqual(ICert.Security.open(config).list_changes(), [])
        with self.assertRaises(ICert.NotFoundError):
            ICert.Ca.open(config).get_crl(7)

    def test_left_out(self):
        """What may be None at the end may be left out, and every argument has its name"""
        request = ICert.Request.open()
        answer = request.submit(flags=0, request=ca.request("e.example.org"))
        self.assertEqual(answer.disposition, ICert.Disposition.DENIED)


class Errors(unittest.TestCase):
    """Errors of the contract are exceptions of their own."""

    def test_caught(self):
        """An error is a CertError of its code's class, and a GLib.Error"""
        with self.assertRaises(ICert.NotFoundError) as caught:
            ICert.Request.open(ca.make()).retrieve_pending(999999)
        error = caught.exception
        self.assertIsInstance(error, ICert.CertError)
        self.assertIsInstance(error, GLib.Error)
        self.assertTrue(error.matches(ICert.error_quark(), ICert.Error.NOT_FOUND))
        self.assertIs(type(error.code), ICert.Error)
        self.assertEqual(error.name, "NOT_FOUND")
        self.assertEqual(error.field, "request-id")
        self.assertEqual(error.details["code"], "NOT_FOUND")
        self.assertEqual(str(error), error.message)

    def test_refusal(self):
        """The status of a refused request is an error that can be raised"""
        answer = submit("f.example.org", profile="NoSuch")
        self.assertIsInstance(answer.status, ICert.CertError)
        self.assertTrue(answer.status.is_refusal)
        with self.assertRaises(type(answer.status)) as caught:
            answer.check_status()
        self.assertEqual(caught.exception.message, answer.status.message)

    def test_details(self):
        """Details go into the message's bracket and come out of it"""
        error = ICert.WeakKeyError(
            "public key: too short (2048 bits)", limit=2048, actual=1024
        )
        self.assertEqual(
            error.message, "public key: too short (2048 bits) [limit=2048 actual=1024]"
        )
        self.assertEqual(error.details["limit"], 2048)
        self.assertEqual(error.text, "public key: too short (2048 bits)")
        self.assertEqual(error.field, "public key")
        status = ICert.WeakKeyError("public key: bad", status=0x80094811, request_id=7)
        self.assertEqual(
            status.message, "public key: bad [status=0x80094811 request-id=7]"
        )

    def test_every_code(self):
        """There is a class for each code, and CertError finds it"""
        for code in ICert.Error.__enum_values__.values():
            error = ICert.CertError("x: y", code)
            self.assertEqual(error.code, code)
            self.assertEqual(type(error)("x").code, code)
            self.assertIs(getattr(ICert, type(error).__name__), type(error))

    def test_other_domains(self):
        """An error of another domain stays what it is"""
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            ICert.Request.open(ca.make()).submit(0, ca.request("g"), None, cancellable)
        self.assertTrue(
            caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
        )
        self.assertNotIsInstance(caught.exception, ICert.CertError)


class Views(unittest.TestCase):
    """Views are sequences, rows are mappings."""

    @classmethod
    def setUpClass(cls):
        cls.config = ca.make("Views")
        for number in range(7):
            submit(f"v{number}.example.org", config=cls.config)

    def view(self, *columns):
        view = ICert.View.open(self.config)
        view.set_columns(columns or ["Request.RequestID", "CommonName"])
        view.add_restriction("Request.RequestID", ICert.Seek.GT, 0)
        return view

    def numbers(self, rows):
        return [row["Request.RequestID"] for row in rows]

    def test_sequence(self):
        """len, iteration, indexes and slices agree"""
        view = self.view()
        self.assertEqual(len(view), 7)
        every = self.numbers(view)
        self.assertEqual(len(every), 7)
        for key in (
            slice(3),
            slice(2, 5),
            slice(None, None, 2),
            slice(-2, None),
            slice(5, 100),
            slice(None, None, -1),
            slice(4, 1, -1),
            slice(0),
            slice(3, 2),
        ):
            self.assertEqual(self.numbers(view[key]), every[key], key)
        self.assertEqual(view[0]["Request.RequestID"], every[0])
        self.assertEqual(view[-1]["Request.RequestID"], every[-1])
        for beyond in (7, -8):
            with self.assertRaises(IndexError):
                view[beyond]
        self.assertTrue(view)

    def test_pages(self):
        """Pages are small whatever the view holds, and no row is asked for that is not wanted"""
        asked = []

        class Rows(GObject.Object, ICert.EnumViewRow):
            __gtype_name__ = "OverrideRows"
            cursor = GObject.Property(
                type=str, default="", flags=GObject.ParamFlags.READABLE
            )
            given = 0

            def do_next(self, count, _cancellable):
                asked.append(count)
                left = min(count, 1000 - self.given)
                self.given += left
                return [
                    ICert.ViewRow.new(["N"], [GLib.Variant("x", n)])
                    for n in range(left)
                ]

        class View(GObject.Object, ICert.View):
            __gtype_name__ = "OverrideView"
            config = GObject.Property(type=str)

            def do_open_view(self, _cancellable):
                return Rows()

            def do_list_columns(self):
                return Gio.ListStore.new(ICert.ViewColumn)

        self.assertEqual(len(View()[:10]), 10)
        self.assertEqual(asked, [10])
        asked.clear()
        self.assertEqual(sum(1 for _row in View()), 1000)
        self.assertLessEqual(max(asked), 256)
        walk = iter(View())
        next(walk)

    def test_wrong_rows(self):
        """Rows that are no rows, none, or too many, are errors that name the class"""
        answers = []

        class Rows(GObject.Object, ICert.EnumViewRow):
            __gtype_name__ = "OverrideWrongRows"
            cursor = GObject.Property(
                type=str, default="", flags=GObject.ParamFlags.READABLE
            )

            def do_next(self, _count, _cancellable):
                return answers.pop()

        rows = Rows()
        good = ICert.ViewRow.new(["N"], [GLib.Variant("x", 1)])
        for wrong in ([good, GObject.Object()], [None], None, (good,) * 3, 7, "rows"):
            answers.append(wrong)
            with self.assertRaises(ICert.CertError, msg=repr(wrong)) as caught:
                rows.next(2)
            self.assertIn("OverrideWrongRows", str(caught.exception))
        answers += [[good], [good, good], []]
        self.assertEqual([len(rows.next(2)) for _n in range(3)], [0, 2, 1])

    def test_row(self):
        """A row is a mapping of its columns"""
        row = self.view(
            "CommonName", "Request.SubmittedWhen", "Request.DispositionMessage"
        )[0]
        self.assertEqual(list(row), row.keys())
        self.assertEqual(len(row), 3)
        self.assertIn("CommonName", row)
        self.assertNotIn("NoSuch", row)
        with self.assertRaises(KeyError):
            row["NoSuch"]
        self.assertEqual(row.get("NoSuch", 5), 5)
        self.assertIsInstance(row["Request.SubmittedWhen"], datetime.datetime)
        self.assertEqual(dict(row), dict(row.items()))
        self.assertEqual(list(dict(row).values()), row.values())

    def test_attributes(self):
        """Attributes of a row are a dictionary, extensions a list"""
        row = self.view("Request.RequestID")[0]
        self.assertEqual(row.attributes["CertificateTemplate"], "User")
        self.assertTrue(all(isinstance(one, ICert.Extension) for one in row.extensions))

    def test_shown(self):
        """print() shows what an object is about, also of one that is about nothing"""
        row = self.view("CommonName", "SerialNumber")[0]
        self.assertEqual(repr(row), f"<ICert.ViewRow {dict(row)!r}>")
        name = ICert.Name.new(ICert.NameKind.DNS, "www.example.org")
        self.assertEqual(str(name), "<ICert.Name dNSName:www.example.org>")
        answer = submit("shown.example.org")
        text = f"<ICert.Response request {answer.request_id} issued: {answer.message}>"
        self.assertEqual(str(answer), text)
        with ICert.Admin.open(ca.make()) as admin:
            result = admin.publish_crls(ICert.CrlFlags.BASE)
            text = "<ICert.PublishResult 1 CRLs, 0 of 1 places failed>"
            self.assertEqual(repr(result), text)
            self.assertRegex(
                repr(result.list_crls()[0]),
                r"^<ICert.CrlInfo base CRL 1 of key 0, partition 0>$",
            )
            self.assertRegex(
                repr(result.list_places()[0]), r"^<ICert.PublishPlace file:///.*crl OK>$"
            )
        for kind in (
            "CaInfo", "ClassInfo", "CrlInfo", "Extension", "PublishPlace", "ViewColumn",
            "ViewRow",
        ):  # fmt: skip
            self.assertIn(kind, repr(GObject.new(getattr(ICert, kind))))

    def test_lists(self):
        """Lists of objects have length, indexes and slices"""
        columns = self.view().list_columns()
        self.assertEqual(len(columns[:3]), 3)
        self.assertEqual(columns[0].get_name(), list(columns)[0].get_name())


class With(unittest.TestCase):
    """`with` lets go of a CA."""

    def test_closes(self):
        """Behind the block another process can open the CA"""
        config = ca.make("With")
        with ICert.Request.open(config) as request:
            self.assertIsInstance(request, ICert.Request)
            request.submit(
                0, ca.request("w.example.org"), {"CertificateTemplate": "User"}
            )
            busy = ca.FOLDER.icert("--config", config, "view")
            self.assertNotEqual(busy.status, 0, busy)
        free = ca.FOLDER.icert("--config", config, "view")
        self.assertEqual(free.status, 0, free)
        with self.assertRaises(ReferenceError):
            request.retrieve_pending(1)

    def test_view(self):
        """A view is iterated inside its block"""
        with ICert.View.open(ca.make()) as view:
            view.set_columns(["CommonName"])
            self.assertEqual(len(list(view)), len(view))
            with view.open_view() as rows:
                self.assertEqual(len(list(rows)), len(view))

    def test_raises(self):
        """An exception leaves the block and lets go too"""
        config = ca.make("With")
        with self.assertRaises(ICert.NotFoundError):
            with ICert.Request.open(config) as request:
                request.retrieve_pending(999999)
        gc.collect()
        self.assertEqual(ca.FOLDER.icert("--config", config, "view").status, 0)


if __name__ == "__main__":
    tap.main()
