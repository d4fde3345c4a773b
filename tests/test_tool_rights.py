# SPDX-License-Identifier: LGPL-2.1-or-later
"""icert officer-rights, agents, profile, describe and publish-expired."""

import json
import os
import pathlib
import sqlite3
import unittest

import tap
from tool import Folder, ToolTest

LAB = """[Profile]
Name=Lab
Version=1
Enroll=submitter
Approval=none
[SubjectAltName]
dNSName=request
[Key]
Types=ec-p256
[Extensions]
KeyUsage=auto
ExtendedKeyUsage=serverAuth
"""


class Sections(ToolTest):
    """What an administrator says of officers and agents"""

    def test_officer_rights(self):
        """officer-rights sets, lists and removes sections"""
        alice = ("--officer", "user:alice", "--officer", "user:bob")
        made = self.run_icert(0, "--json", "officer-rights", "set", "web", *alice).json
        self.assertEqual(
            made,
            {"name": "web", "officers": ["user:alice", "user:bob"], "profiles": None}
            # names of nobody here, which is said and no error
            | {"requesters": None, "unknown-principals": ["user:alice", "user:bob"]},
        )
        few = ("--officer", "user:alice", "--profile", "WebServer", "--requester", "group:web")
        self.assertIn("WebServer", self.run_icert(0, "officer-rights", "set", "web", *few).text)
        rows = self.run_icert(0, "--json", "officer-rights").json
        self.assertEqual([row["officers"] for row in rows], [["user:alice"]])
        self.assertEqual(rows[0]["requesters"], ["group:web"])
        self.assertIn("user:alice", self.run_icert(0, "officer-rights").text)
        self.run_icert(2, "officer-rights", "set", "web")
        refused = self.run_icert(1, "officer-rights", "set", "web", "--officer", "alice")
        self.assertIn("CONFIG", refused.error)
        removed = self.run_icert(0, "--json", "officer-rights", "remove", "web").json
        self.assertEqual(removed, {"name": "web", "state": "removed"})
        self.assertEqual(self.run_icert(0, "--json", "officer-rights").json, [])
        self.assertIn("NOT_FOUND", self.run_icert(1, "officer-rights", "remove", "web").error)

    def test_agents(self):
        """agents sets, lists and removes who asks on behalf of whom"""
        desk = ("--principal", "cert:00ff", "--profile", "User", "--subject", "user:a*")
        made = self.run_icert(0, "--json", "agents", "set", "desk", *desk).json
        self.assertEqual(made["subjects"], ["user:a*"])
        self.assertEqual(self.run_icert(0, "--json", "agents").json, [made])
        self.assertIn("cert:00ff", self.run_icert(0, "agents").text)
        self.run_icert(2, "agents", "set", "desk", "--principal", "cert:00ff")
        refused = self.run_icert(1, "agents", "set", "desk", *desk[:-1], "everybody")
        self.assertIn("CONFIG", refused.error)
        self.assertIn("removed", self.run_icert(0, "agents", "remove", "desk").text)
        self.assertEqual(self.run_icert(0, "--json", "agents").json, [])

    def test_describe(self):
        """describe says what an entry takes"""
        facts = self.run_icert(0, "--json", "describe", "CRL", "CRLPeriod").json
        self.assertEqual(
            (facts["node"], facts["entry"], facts["type"]), ("CRL", "CRLPeriod", "duration")
        )
        self.assertIn("duration", self.run_icert(0, "describe", "CRL", "CRLPeriod").text)
        module = self.run_icert(0, "--json", "describe", "Exit Publish.Exit", "ReadBackTimeout").json
        self.assertEqual((module["type"], module["default"], module["minimum"], module["maximum"]),
                         ("duration", "10s", "1s", "10min"))
        self.assertIn("read back", module["description"])
        self.assertNotIn("value", module)
        text = self.run_icert(0, "describe", "Policy Template.Policy", "Folder").text
        self.assertIn("path", text)
        for node, entry in (("Exit Publish.Exit", "Colour"), ("Exit Nobody.Exit", "Colour")):
            answer = self.run_icert(1, "--json", "describe", node, entry).json
            self.assertIn(answer["error"]["code"], ("UNKNOWN_NAME", "NOT_FOUND"), answer)
        self.run_icert(0, "set-config", "Exit Publish.Exit", "ReadBackTimeout", "5s")
        module = self.run_icert(0, "--json", "describe", "Exit Publish.Exit", "ReadBackTimeout").json
        self.assertEqual(module["value"], "5s")
        unknown = self.run_icert(1, "--json", "describe", "CRL", "Colour").json
        self.assertEqual(unknown["error"]["code"], "UNKNOWN_NAME")
        self.run_icert(2, "describe", "CRL")

    def test_publish_expired(self):
        """publish-expired marks a revoked certificate, and takes the mark back"""
        request = self.folder.request("expired", "www.example.org")
        issued = self.run_icert(
            0, "--json", "issue", request, "--profile", "WebServer", "--out", "expired.crt"
        ).json
        row = self.run_icert(
            0, "--json", "view", "--where", f"RequestID = {issued['request-id']}",
            "--columns", "SerialNumber",
        ).lines[0]  # fmt: skip
        serial = row["SerialNumber"]
        refused = self.run_icert(1, "publish-expired", serial)
        self.assertIn("WRONG_STATE", refused.error)
        self.run_icert(0, "revoke", serial, "superseded")
        marked = self.run_icert(0, "--json", "publish-expired", serial).json
        self.assertEqual(marked, {"serial": serial, "publish-expired": True})
        self.assertIn("no", self.run_icert(0, "publish-expired", "expired.crt", "--not").text)
        self.assertIn("NOT_FOUND", self.run_icert(1, "publish-expired", "0badcafe").error)


class Profiles(ToolTest):
    """profile list, show, set, withdraw and waive"""

    def names(self, *options):
        return [row["name"] for row in self.run_icert(0, "--json", "profile", "list", *options).json]

    def test_set(self):
        """A profile is shown, changed, installed and withdrawn"""
        text = self.run_icert(0, "profile", "show", "WebServer").text
        shown = self.run_icert(0, "--json", "profile", "show", "WebServer").json
        self.assertEqual(shown["content"], text)
        path = self.folder.write("Mine.profile", text.replace("WebServer", "Mine"))
        made = self.run_icert(0, "--json", "profile", "set", path).json
        self.assertEqual((made["profile"], made["state"]), ("Mine", "installed"))
        self.assertEqual(self.names().count("Mine"), 1)
        self.assertIn("Mine", self.run_icert(0, "profile", "list").text)
        path.write_text(path.read_text() + "# once more\n")
        self.run_icert(0, "profile", "set", path)
        self.assertEqual(self.names().count("Mine"), 1)
        self.assertEqual(self.names("--all").count("Mine"), 2)
        gone = self.run_icert(0, "--json", "profile", "withdraw", "Mine").json
        self.assertEqual(gone, {"profile": "Mine", "state": "withdrawn"})
        self.assertNotIn("Mine", self.names())
        self.assertIn("NOT_FOUND", self.run_icert(1, "profile", "show", "Mine").error)
        self.assertIn("NOT_FOUND", self.run_icert(1, "profile", "withdraw", "Mine").error)
        self.assertIn("BAD_NAME", self.run_icert(1, "profile", "set", path, "--name", "../x").error)

    def test_waive(self):
        """S-D5: a profile is set as it would be loaded; its waiver is for this content alone"""
        path = self.folder.write("Lab.profile", LAB)
        refused = self.run_icert(1, "profile", "set", path)
        self.assertIn("CONFIG: Lab.profile:7: dNSName: source request", refused.error)
        waived = self.run_icert(0, "--json", "profile", "waive", path).json
        self.assertEqual((waived["profile"], waived["state"]), ("Lab", "waived"))
        self.run_icert(0, "profile", "set", path)
        rows = self.run_icert(0, "--json", "profile", "list").json
        self.assertEqual([row["name"] for row in rows if row["waived"]], ["Lab"])
        table = self.run_icert(0, "--json", "profiles").json
        self.assertEqual([row["profile"] for row in table if row["waived"]], ["Lab"])
        self.assertIn("yes", self.run_icert(0, "profile", "list").text)
        changed = self.folder.write("Lab.profile", LAB + "# more\n")
        self.assertIn("CONFIG", self.run_icert(1, "profile", "set", changed).error)
        self.folder.write("Lab.profile", LAB)
        taken = self.run_icert(0, "--json", "profile", "waive", path, "--remove").json
        self.assertEqual(taken["state"], "not waived")
        entry = self.run_icert(0, "--json", "get-config", "Policy Template.Policy", "Waivers").json
        self.assertFalse(entry["Waivers"])
        broken = self.folder.write("Any.profile", LAB.replace("Lab", "Any").replace("serverAuth", ""))
        self.assertIn("ExtendedKeyUsage: empty", self.run_icert(1, "profile", "set", broken).error)


class Two(unittest.TestCase):
    """Under dual control"""

    def test_waiver_waits(self):
        """S-D5, S-D11: one administrator alone waives nothing"""
        folder = Folder()
        self.addCleanup(folder.remove)
        root = folder.path / "ca"
        made = folder.icert("init", "Demo", "--type", "root", "--dir", root, "--dual-control")
        self.assertEqual(made.status, 0, made)
        path = folder.write("Lab.profile", LAB)
        waits = folder.icert("profile", "waive", path)
        self.assertIn("PENDING: change: 1 waits", waits.error)
        self.assertEqual(folder.icert("profile", "set", path).status, 1)
        for arguments in (("officer-rights", "set", "a", "--officer", "user:a"),):
            self.assertIn("PENDING", folder.icert(*arguments).error)
        database = sqlite3.connect(root / "store" / "ca.db")
        (value,) = database.execute("SELECT value FROM changes WHERE id = 1").fetchone()
        database.close()
        self.assertIn("Lab:", value)
        self.assertNotIn("Waivers", pathlib.Path(root / "ca.conf").read_text())
        self.assertEqual(json.loads(folder.icert("--json", "profiles").out), [
            {"profile": name, "waived": False}
            for name in ("CodeSigning", "Computer", "OCSPSigning", "User", "WebServer")
        ])  # fmt: skip

    def test_restore_waits(self):
        """S-D11, S-M5: one administrator restores neither over the CA nor where there is none"""
        folder = Folder()
        self.addCleanup(folder.remove)
        root = folder.path / "ca"
        folder.icert("init", "Demo", "--type", "root", "--dir", root, "--dual-control")
        configuration = root / "ca.conf"
        configuration.write_text(
            configuration.read_text().replace("=administrator;", "=administrator;backup;")
        )
        secret = folder.write("secret", (root / "keys" / "secret").read_bytes())
        secret.chmod(0o600)
        made = folder.icert("backup", folder.path / "copy")
        self.assertEqual(made.status, 0, made)
        waits = folder.icert("restore", folder.path / "copy")
        self.assertEqual(waits.status, 1, waits)
        self.assertIn("PENDING: change: 1 waits", waits.error)
        self.assertIn("remedy: another administrator approves it", waits.error)
        rows = json.loads(folder.icert("--json", "changes").out)
        self.assertEqual([(row["verb"], row["state"]) for row in rows], [("restore", "waits")])
        root.rename(folder.path / "gone")
        arguments = ("restore", folder.path / "copy", "--to", root, "--secret", secret)
        waits = json.loads(folder.icert("--json", *arguments).out)["error"]
        self.assertEqual((waits["code"], waits["field"]), ("PENDING", "restore"))
        self.assertIn("the other administrator", waits["remedy"])
        self.assertTrue(pathlib.Path(f"{root}.restore-{os.getuid()}").exists())
        self.assertFalse(root.exists())


if __name__ == "__main__":
    tap.main()
