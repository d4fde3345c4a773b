# SPDX-License-Identifier: LGPL-2.1-or-later
"""icert roles, changes, approve, reject, config-history and set-config --undo."""

import pathlib
import re
import sqlite3
import unittest

import tap
from tool import Folder


class Roles(unittest.TestCase):
    """One administrator, and two under dual control."""

    def make(self, *options):
        folder = Folder()
        self.addCleanup(folder.remove)
        self.ca = folder.path / "ca"
        self.folder = folder
        made = folder.icert("init", "Demo", "--type", "root", "--dir", self.ca, *options)
        self.assertEqual(made.status, 0, made)

    def run_icert(self, status, *arguments):
        answer = self.folder.icert(*arguments)
        self.assertEqual(answer.status, status, answer)
        return answer

    def test_roles(self):
        """roles shows mine, the mode, the table and what a principal may"""
        self.make()
        mine = self.run_icert(0, "--json", "roles").json
        self.assertIn("admin", mine["mine"])
        self.assertEqual(mine["mode"], "single operator")
        self.assertIn("single operator", self.run_icert(0, "roles").text)
        rows = {row["verb"]: row for row in self.run_icert(0, "--json", "roles", "--verbs").json}
        self.assertEqual(rows["deny"]["roles"], ["officer"])
        self.assertEqual(sorted(rows["delete-row"]["together"]), ["admin", "officer"])
        self.assertIn("Admin.deny_request", rows["deny"]["methods"])
        self.assertIn("delete-row", self.run_icert(0, "roles", "--verbs").text)
        rights = self.run_icert(0, "--json", "roles", "--of", "user:nobody-here").json
        self.assertEqual(rights["verbs"], [])
        self.run_icert(1, "roles", "--of", "somebody")
        self.run_icert(2, "roles", "--of", "user:x", "--verbs")

    def test_undo(self):
        """A change is in config-history, and set-config --undo brings the old value back"""
        self.make()
        self.run_icert(0, "set-config", "CA", "AllowAddresses", "+loopback")
        self.run_icert(0, "set-config", "CA", "AllowAddresses", "+own")
        value = self.run_icert(0, "--json", "get-config", "CA", "AllowAddresses").json
        self.assertEqual(value["AllowAddresses"], ["loopback", "own"])
        history = self.run_icert(0, "--json", "config-history").json
        self.assertEqual([row["new"] for row in history], ["loopback;own", "loopback"])
        self.assertIn("AllowAddresses", self.run_icert(0, "config-history").text)
        refused = self.run_icert(1, "set-config", "--undo", history[1]["id"])
        self.assertIn("config-history", refused.error)
        self.assertEqual(
            self.run_icert(0, "--json", "set-config", "--undo", history[0]["id"]).json,
            {"undone": history[0]["id"]},
        )
        self.run_icert(2, "set-config", "CA")

    def test_changes(self):
        """S-D11: a change waits; its own administrator cannot approve it, another can"""
        self.make("--dual-control")
        waits = self.run_icert(1, "set-config", "Roles", "user:alice", "reader")
        self.assertIn("PENDING: change: 1 waits", waits.error)
        self.assertIn("warning: user:alice: this machine has no such account", waits.error)
        self.assertIn("remedy: another administrator approves it: 'icert approve 1'", waits.error)
        self.run_icert(1, "approve", "1")
        self.run_icert(1, "approve", "7")
        rows = self.run_icert(0, "--json", "changes").json
        self.assertEqual([(row["id"], row["state"]) for row in rows], [(1, "waits")])
        self.assertIn("write-config", self.run_icert(0, "changes").text)
        self.ask_as_another()
        self.assertEqual(self.run_icert(0, "--json", "approve", "1").json["state"], "approved")
        self.assertEqual(self.run_icert(0, "--json", "changes").json, [])
        self.assertEqual(self.run_icert(0, "--json", "changes", "--all").json[0]["state"], "done")
        value = self.run_icert(0, "--json", "get-config", "Roles", "user:alice").json
        self.assertEqual(value, {"user:alice": ["reader"]})
        self.run_icert(1, "set-config", "Roles", "user:bob", "reader")
        self.run_icert(0, "reject", "2", "--reason", "no")
        self.assertEqual(self.run_icert(1, "approve", "2").status, 1)

    def test_approver_lost_role(self):
        """S-D13: an approval counts no more when its approver is no administrator any more"""
        self.make("--dual-control")
        self.set_roles("user:other=administrator\n")
        waits = self.run_icert(1, "renew", "--same-key")
        self.assertIn("PENDING: change: 1 waits", waits.error)
        self.approve_as_another()
        self.assertEqual(self.run_icert(0, "--json", "changes").json[0]["second"], "other")
        self.set_roles("user:other=auditor\n")
        waits = self.run_icert(1, "renew", "--same-key")
        self.assertIn("PENDING: change: 1 waits", waits.error)
        row = self.run_icert(0, "--json", "changes").json[0]
        self.assertEqual((row["state"], row.get("second")), ("waits", None))
        self.assertIn("the approval of other (uid:4711) counts no more", row["detail"])
        self.assertIn("counts no more", self.run_icert(0, "changes").text)
        self.set_roles("user:other=administrator\n")
        self.approve_as_another()
        self.run_icert(0, "renew", "--same-key")

    def set_roles(self, lines):
        """Other lines than the process's own user's."""
        configuration = pathlib.Path(self.ca / "ca.conf")
        text = re.sub("(?m)^user:other=.*\n", "", configuration.read_text())
        configuration.write_text(text.replace("[Roles]\n", "[Roles]\n" + lines))

    def approve_as_another(self):
        """As an administrator whose process this one is not would have done."""
        database = sqlite3.connect(self.ca / "store" / "ca.db")
        with database:
            database.execute(
                "UPDATE changes SET state = 1, second_actor = 'uid:4711', second_name = 'other'"
            )
        database.close()

    def ask_as_another(self):
        """The change becomes that of another administrator: a process has one user only."""
        configuration = pathlib.Path(self.ca / "ca.conf")
        configuration.write_text(
            configuration.read_text().replace("[Roles]\n", "[Roles]\nuser:other=administrator\n")
        )
        database = sqlite3.connect(self.ca / "store" / "ca.db")
        with database:
            database.execute("UPDATE changes SET actor = 'uid:4711', actor_name = 'other'")
        database.close()


if __name__ == "__main__":
    tap.main()
