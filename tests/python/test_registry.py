# SPDX-License-Identifier: LGPL-2.1-or-later
"""The class registry and the records of CAs through the typelib."""

import os
import pathlib
import tempfile
import unittest

FIXTURES = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "fixtures" / "modules"
HOME = tempfile.TemporaryDirectory(prefix="icert-test-")
os.environ["XDG_CONFIG_HOME"] = HOME.name
os.environ["XDG_DATA_HOME"] = HOME.name
os.environ["ICERT_MODULE_PATH"] = str(FIXTURES / "client")
os.environ.pop("ICERT_CONFIG", None)

import gi  # noqa: E402

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402

import tap  # noqa: E402


class Registry(unittest.TestCase):
    """Classes by name, as scripts get them."""

    def setUp(self):
        self.registry = ICert.Registry.new([str(FIXTURES)])

    def refuses(self, code, call, *arguments):
        """The call throws @code; answers the message."""
        with self.assertRaises(GLib.Error) as caught:
            call(*arguments)
        self.assertTrue(caught.exception.matches(ICert.error_quark(), code), caught.exception.message)
        return caught.exception.message

    def test_class_info(self):
        """What a manifest says is there as properties and as methods"""
        info = self.registry.find_class("Good.Policy", None)
        self.assertEqual(info.props.class_id, "Good.Policy")
        self.assertEqual(info.props.interfaces, ["ICertPolicy", "ICertManageModule"])
        self.assertEqual(info.props.host, "engine")
        self.assertEqual(info.get_deadline(), 5)
        self.assertEqual(pathlib.Path(info.get_path()).name, "good.module")

    def test_list(self):
        """The list has every class, and problems are told apart"""
        ids = [info.get_class_id() for info in self.registry.list_classes()]
        self.assertIn("Good.Policy", ids)
        self.assertIn("CertificateAuthority.Config", ids)
        self.assertEqual(self.registry.list_problems(), [])

    def test_create(self):
        """An object of a C module judges in the hands of a script"""
        policy = self.registry.create_module("Good.Policy", "ICertPolicy")
        self.assertIsInstance(policy, ICert.Policy)
        self.assertEqual(policy.get_description(), "good")

    def test_describe(self):
        """Settings come as plain values"""
        facts = self.registry.describe_class("Good.Policy").unpack()
        self.assertIn("ICertPolicy", facts["interfaces"])
        self.assertEqual(facts["settings"][0]["name"], "Greeting")

    def test_refusals(self):
        """S-L1: unknown classes and modules that lie are errors of our domain"""
        self.refuses(ICert.Error.UNKNOWN_NAME, ICert.create_instance, "No.Such", None, None)
        message = self.refuses(ICert.Error.MODULE, self.registry.create_object, "WrongAbi.Policy", None, None)
        self.assertIn("wrong-abi.so", message)

    def test_config(self):
        """The CAs there are, and the one that is meant"""
        folder = pathlib.Path(HOME.name) / "icert" / "ca.d"
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        record = folder / "demo.conf"
        record.write_text("[Certification Authority]\nConfig=localhost\\Demo CA\nAddress=local:/srv/demo\n")
        record.chmod(0o644)
        finder = ICert.config_open(None)
        self.assertIsInstance(finder, ICert.Config)
        self.assertEqual([info.get_config() for info in finder.list(None)], ["localhost\\Demo CA"])
        self.assertEqual(finder.get_config(ICert.ConfigChoice.DEFAULT, None), "localhost\\Demo CA")
        self.refuses(ICert.Error.NO_UI, finder.get_config, ICert.ConfigChoice.UI_PICK, None)
        message = self.refuses(ICert.Error.NOT_FOUND, ICert.request_open, "Other CA", None)
        self.assertIn("Demo CA", message)


if __name__ == "__main__":
    tap.main()
