#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_policy.py: a policy and its unit tests, without a CA.

The policy issues to its own zone, asks an officer about everything else, and refuses a
request that has no name. Its tests say the facts of a request to an ICert.TestServer, let
the policy judge it, and look at the verdict, the certificate to be and the explanation.
"""

import unittest

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402


class ZonePolicy(ICert.ModuleBase, ICert.Policy):
    """Issues inside one zone."""

    __gtype_name__ = "ExampleZonePolicy"

    def __init__(self):
        super().__init__()
        self.set_info("Zone.Policy", "Issues inside one zone", None, "1.0")
        self.add_setting("Zone", "string", "example.org", "1", "253", "Names end in it")

    def do_initialize(self, ca, settings):
        return self.use_settings(settings)

    def do_verify_request(self, server, new_request):
        settings = self.get_settings()
        assert settings is not None  # do_initialize put them there
        zone = settings.get_string("Zone")
        name = server.get_request_string("CommonName")
        if not name:
            raise GLib.Error.new_literal(
                ICert.error_quark(), "CommonName: none (a DNS name)", ICert.Error.BAD_NAME
            )
        inside = name.endswith(f".{zone}")
        server.add_trace("zone", "CommonName", name, f"*.{zone}")
        server.set_certificate_property("CommonName", GLib.Variant("s", name))
        if inside or not new_request:
            return True, ICert.Verdict.ISSUE
        server.set_disposition_message(f"{name} is outside of {zone}")
        return True, ICert.Verdict.PENDING


class TestZonePolicy(unittest.TestCase):
    """What the policy decides, and how it explains itself."""

    def setUp(self):
        self.policy = ZonePolicy()
        self.server = ICert.TestServer.new(7)
        self.server.initialize_policy(self.policy, {"Zone": "example.net"}, None)

    def judge(self, name, new_request=True):
        self.server.set_request_property("CommonName", GLib.Variant("s", name))
        return self.server.verify_request(self.policy, new_request)[-1]

    def test_inside(self):
        """A name inside the zone is issued as it was asked for"""
        self.assertEqual(self.judge("www.example.net"), ICert.Verdict.ISSUE)
        self.assertEqual(self.server.get_certificate_text("CommonName"), "www.example.net")

    def test_outside(self):
        """A name outside waits for an officer, and the message says why"""
        self.assertEqual(self.judge("www.example.com"), ICert.Verdict.PENDING)
        self.assertEqual(
            self.server.get_disposition_message(), "www.example.com is outside of example.net"
        )
        self.assertEqual(self.judge("www.example.com", False), ICert.Verdict.ISSUE)

    def test_no_name(self):
        """A request without a name is refused with a code"""
        with self.assertRaises(GLib.Error) as caught:
            self.server.verify_request(self.policy, True)
        self.assertTrue(caught.exception.matches(ICert.error_quark(), ICert.Error.BAD_NAME))
        self.assertEqual(self.server.list_used(True), [])

    def test_explains(self):
        """The trace has the rule, the name and what would have been issued"""
        self.judge("www.example.com")
        self.assertEqual(
            self.server.list_trace(), ["zone\tCommonName\twww.example.com\t*.example.net"]
        )

    def test_contract(self):
        """The policy keeps what every policy promises"""
        problems = ICert.contract_check_policy(ZonePolicy(), None, None, True)
        self.assertEqual(problems, [])


if __name__ == "__main__":
    unittest.main()
