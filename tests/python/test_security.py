#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ICert.Security from Python: every method that one operator can call, and what bad arguments get."""

import asyncio
import os
import unittest

import ca  # noqa: I001  (before gi)
import tap

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402

PROFILE = b"""[Profile]
Name=Printer
Version=%d
Enroll=submitter
Approval=required
[Subject]
CommonName=approved
[Extensions]
ExtendedKeyUsage=serverAuth
"""


class Security(unittest.TestCase):
    """One CA with a single operator."""

    @classmethod
    def setUpClass(cls):
        cls.security = ICert.Security.open(ca.make("Security"), None)
        cls.own = f"uid:{os.getuid()}"

    def refuses(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as raised:
            function(*arguments)
        self.assertTrue(raised.exception.matches(ICert.error_quark(), code), raised.exception)

    def test_verbs(self):
        """The table verb x role is a list of dictionaries"""
        verbs = {row["verb"]: row for row in self.security.list_verbs()}
        self.assertIn("submit", verbs)
        self.assertIn("cert-check", verbs)
        self.assertGreater(verbs["submit"]["roles"], 0)

    def test_roles(self):
        """Roles are a dictionary by principal, set and taken away"""
        self.assertIn(self.own, self.security.list_roles())
        self.assertTrue(self.security.set_roles("uid:4711", ICert.Roles.READ | ICert.Roles.AUDITOR))
        roles = ICert.Roles(self.security.list_roles()["uid:4711"])
        self.assertEqual(roles, ICert.Roles.READ | ICert.Roles.AUDITOR)
        self.assertTrue(self.security.set_roles("uid:4711", ICert.Roles(0)))
        self.assertNotIn("uid:4711", self.security.list_roles())
        for wrong in ("", "nobody", "uid:x\n"):
            with self.assertRaises((GLib.Error, ValueError)):
                self.security.set_roles(wrong, ICert.Roles.READ)

    def test_officer_rights(self):
        """Officer rights are sections with lists"""
        self.security.set_officer_rights("web", [self.own], ["WebServer"], [])
        (row,) = self.security.list_officer_rights()
        self.assertEqual((row["name"], row["officers"]), ("web", [self.own]))
        self.assertEqual(row["profiles"], ["WebServer"])
        self.security.set_officer_rights("web", None, None, None)
        self.assertEqual(self.security.list_officer_rights(), [])

    def test_agents(self):
        """Agents are sections with lists, too"""
        self.security.set_agent("desk", [self.own], ["User"], ["user:*"])
        (row,) = self.security.list_agents()
        self.assertEqual((row["name"], row["subjects"]), ("desk", ["user:*"]))
        self.security.set_agent("desk", None, None, None)
        self.assertEqual(self.security.list_agents(), [])
        self.refuses(ICert.Error.CONFIG, self.security.set_agent, "desk", ["nobody"], ["User"], ["user:*"])

    def test_effective_rights(self):
        """What somebody may is asked by principal"""
        rights = self.security.get_effective_rights(self.own)
        self.assertTrue(ICert.Roles(rights["roles"]) & ICert.Roles.ADMIN)
        nobody = self.security.get_effective_rights("uid:4712")
        self.assertFalse(ICert.Roles(nobody["roles"]) & ICert.Roles.ADMIN)

    def test_changes(self):
        """With a single operator no change waits, and there is none to decide about"""
        self.assertEqual(self.security.list_changes(True), [])
        self.refuses(ICert.Error.NOT_FOUND, self.security.approve_change, 7)
        self.refuses(ICert.Error.NOT_FOUND, self.security.reject_change, 7, "no")

    def test_profiles(self):
        """Profiles are set, listed with their versions, and withdrawn"""
        self.assertTrue(self.security.set_profile("Printer", PROFILE % 1))
        self.assertTrue(self.security.set_profile("Printer", PROFILE % 2))
        rows = self.security.list_profile_versions("Printer")
        self.assertEqual(sorted(row["version"] for row in rows), [1, 2])
        self.assertTrue(all(row["actor-id"] == self.own for row in rows))
        self.assertEqual([row["version"] for row in rows if "withdrawn" in row], [1])
        self.assertTrue(self.security.withdraw_profile("Printer"))
        self.refuses(ICert.Error.NOT_FOUND, self.security.withdraw_profile, "Printer")
        self.refuses(ICert.Error.BAD_NAME, self.security.set_profile, "../x", PROFILE % 1)
        self.refuses(ICert.Error.CONFIG, self.security.set_profile, "Printer", b"[Profile]\nName=Other\n")

    def test_await(self):
        """The same calls can be awaited"""

        async def ask():
            return await asyncio.gather(
                self.security.list_roles_async(), self.security.list_verbs_async()
            )

        roles, verbs = ICert.run(ask())
        self.assertIn(self.own, roles)
        self.assertEqual(len(verbs), len(self.security.list_verbs()))


if __name__ == "__main__":
    tap.main()
