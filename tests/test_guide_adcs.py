#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guide for authors coming from AD CS: every line of code in its tables runs.

A row is `| old names | new name | line of Python |`. The line is run where the objects
that the guide names are at hand; `# => text` behind it is what it answers. A row that
begins its last cell with `not yet` names what is not there yet, and that it is not
there is what is tested. A row `| old | number | new |` is a constant.
"""

import os
import pathlib
import re
import shutil
import sys
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent / "python")]
import ca as folder  # noqa: E402
import tap  # noqa: E402

import gi  # noqa: E402

gi.require_version("ICert", "1.0")
from gi.repository import GObject, ICert  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
GUIDE = ROOT / "data" / "docs" / "guides" / "for-adcs-authors.md"
WALK = ROOT / "tests" / "fixtures" / "interface-walk.txt"
# what an original is called there, where our fixture has no table of it
VIEW = """
    ICertView.OpenConnection ICertView2.SetTable ICertView.EnumCertViewColumn
    ICertView.GetColumnCount ICertView.GetColumnIndex ICertView.SetResultColumnCount
    ICertView.SetResultColumn ICertView.SetRestriction ICertView.OpenView
    IEnumCERTVIEWROW.Next IEnumCERTVIEWROW.Skip IEnumCERTVIEWROW.Reset
    IEnumCERTVIEWROW.Clone IEnumCERTVIEWROW.GetMaxIndex
    IEnumCERTVIEWROW.EnumCertViewColumn IEnumCERTVIEWROW.EnumCertViewAttribute
    IEnumCERTVIEWROW.EnumCertViewExtension
""".split()
VIEW += [
    f"IEnumCERTVIEWCOLUMN.{name}"
    for name in """Next Skip Reset Clone GetName GetDisplayName GetType
    IsIndexed GetMaxLength GetValue""".split()
]
VIEW += [
    f"IEnumCERTVIEWATTRIBUTE.{name}"
    for name in "Next Skip Reset Clone GetName GetValue".split()
]
VIEW += [
    f"IEnumCERTVIEWEXTENSION.{name}"
    for name in "Next Skip Reset Clone GetName GetFlags GetValue".split()
]
SETUP = """
    InitializeDefaults GetCASetupProperty SetCASetupProperty IsPropertyEditable
    GetSupportedCATypes GetProviderNameList GetKeyLengthList GetHashAlgorithmList
    GetPrivateKeyContainerList GetExistingCACertificates CAImportPFX
    SetCADistinguishedName SetDatabaseInformation SetParentCAInformation
    SetWebCAInformation Install PreUnInstall PostUnInstall CAErrorId CAErrorString
""".split()
SETUP = [f"ICertSrvSetup.{name}" for name in SETUP]


def code_of(cell):
    """The text of the code span in a cell."""
    spans = re.findall(r"`([^`]+)`", cell)
    return spans[0] if spans else None


def read_rows():
    """(line number, heading, cells) of each row of each table."""
    rows, heading = [], ""
    for number, line in enumerate(GUIDE.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not re.match(r"\|[- |]+\|$", line):
            rows.append(
                (
                    number,
                    heading,
                    [cell.strip() for cell in line.strip("| ").split(" | ")],
                )
            )
    return rows


def names_of(cell):
    """What `ICertX: A, B; ICertY: C` names: ICertX.A, ICertX.B, ICertY.C."""
    names = []
    for part in cell.split(";"):
        owner, _, methods = part.partition(":")
        names += [f"{owner.strip()}.{method.strip()}" for method in methods.split(",")]
    return names


class Always(GObject.Object, ICert.Policy):
    __gtype_name__ = "GuideAlwaysPolicy"

    def do_verify_request(self, server, new_request):
        return True, ICert.Verdict.ISSUE


class Silent(GObject.Object, ICert.Exit):
    __gtype_name__ = "GuideSilentExit"

    def do_initialize(self, ca, settings):
        return True, ICert.ExitEvents.CERT_ISSUED

    def do_notify_event(self, event, server):
        return True


def new_test_server():
    server = ICert.TestServer.new(7)
    server.set_request_property("RequesterName", "alice")
    server.set_request_attribute("CertificateTemplate", "WebServer")
    names = [ICert.Name.new(ICert.NameKind.DNS, "www.example.org")]
    server.add_extension(ICert.Extension.new_subject_alt_name(names, False))
    server.set_certificate_property("CommonName", "www.example.org")
    return server


class Namespace(dict):
    """What the lines find, made when first asked for; a pending request always anew."""

    def __init__(self):
        super().__init__()
        self.config_string = folder.make()
        self.names = iter(f"host{n}.example.org" for n in range(1000))

    def __missing__(self, key):
        make = getattr(self, "make_" + key, None)
        if make is None:
            raise KeyError(key)
        if key == "pending":
            return make()
        self[key] = make()
        return self[key]

    def submit(self):
        pem = folder.request(next(self.names))
        return self["request"].submit(
            0, pem, {"CertificateTemplate": "WebServer"}, None
        )

    def make_pem(self):
        return folder.request("www.example.org")

    def make_pending(self):
        return self.submit().request_id

    def make_answer(self):
        return self["admin"].resubmit_request(self["pending"], None)

    def make_issued(self):
        return self["answer"].request_id

    def make_serial(self):
        view = ICert.View.open(None)
        view.set_columns(["SerialNumber"])
        view.add_restriction("RequestID", ICert.Seek.EQ, self["issued"])
        return view.open_view(None).next(1, None)[0].get_value("SerialNumber")

    def make_lost(self):
        """The serial number of a certificate of its own, since it is revoked."""
        answer = self["admin"].resubmit_request(self["pending"], None)
        view = ICert.View.open(None)
        view.set_columns(["SerialNumber"])
        view.add_restriction("RequestID", ICert.Seek.EQ, answer.request_id)
        return view.open_view(None).next(1, None)[0].get_value("SerialNumber")

    def make_unknown(self):
        """A certificate by this CA's key that its store does not know: a copy of it did it."""
        path = folder.FOLDER.path / "demo"
        issuing = next(
            one.parent for one in path.glob("**/ca.conf") if "root" not in one.parts
        )
        twin = folder.FOLDER.path / "twin"
        shutil.copytree(issuing, twin)
        client = ICert.Request.open(f"local:{twin}")
        answer = client.submit(
            0, self["pem"], {"CertificateTemplate": "WebServer"}, None
        )
        officer = ICert.Admin.open(f"local:{twin}")
        answer = officer.resubmit_request(answer.request_id, None)
        return answer.get_certificate(ICert.OutputFlags.BASE64_HEADER)

    def make_config(self):
        return ICert.Config.open(None)

    def make_request(self):
        return ICert.Request.open(None, None)

    def make_admin(self):
        return ICert.Admin.open(None, None)

    def make_ca(self):
        return ICert.Ca.open(None, None)

    def make_view(self):
        return ICert.View.open(None, None)

    def make_rows(self):
        self["answer"]
        return ICert.View.open(None, None).open_view(None)

    def make_row(self):
        return self["rows"].next(1, None)[0]

    def make_column(self):
        return ICert.View.open(None, None).list_columns()[0]

    def make_policy(self):
        return Always()

    def make_exit(self):
        return Silent()

    def make_settings(self):
        return ICert.Settings.new(None, None, None)

    def make_ca_context(self):
        return new_test_server().new_ca_context()

    def make_server(self):
        self.test_server = new_test_server()
        return self.test_server.new_request_context()

    def make_snapshot(self):
        self.issued_server = new_test_server()
        return self.issued_server.new_issued_context()

    def make_manage(self):
        return ICert.create_instance("Template.Policy", None, None).get_manage_module()

    def make_enroll(self):
        enroll = ICert.Enroll.open()
        enroll.key_file = str(folder.FOLDER.path / "enrolled.key")
        enroll.certificate_file = str(folder.FOLDER.path / "enrolled.pem")
        enroll.subject = "CN=enrolled.example.org"
        enroll.trust = (
            folder.FOLDER.path / "demo" / "root" / "certs" / "0.crt"
        ).read_bytes()
        enroll.set_names([ICert.Name.new(ICert.NameKind.DNS, "enrolled.example.org")])
        return enroll

    def make_approved(self):
        view = ICert.View.open(None)
        view.add_restriction(
            "Request.CommonName", ICert.Seek.EQ, "enrolled.example.org"
        )
        return self["admin"].resubmit_request(view[0]["RequestID"])

    def make_backup(self):
        return ICert.Backup.open(None)

    def make_path(self):
        return str(folder.FOLDER.path / "backup")

    def make_setup(self):
        return ICert.Setup.open(None)


class AdcsGuide(unittest.TestCase):
    """One namespace for all lines, in the order of the guide."""

    @classmethod
    def setUpClass(cls):
        cls.rows = read_rows()

    def test_lines(self):
        """Every line of code of the tables runs, and answers what stands behind it"""
        namespace, known, count = Namespace(), {"ICert": ICert}, 0
        for number, heading, cells in self.rows:
            if (
                len(cells) != 3
                or cells[0] == "AD CS"
                or re.fullmatch("`?(0x[0-9a-fA-F]+|-?[0-9]+)`?", cells[1])
            ):
                continue
            with self.subTest(f"{GUIDE.name}:{number} {cells[0]}"):
                count += 1
                code = code_of(cells[2])
                self.assertIsNotNone(code, "no line of code")
                if cells[2].startswith("not yet"):
                    self.absent(code)
                    continue
                line, _, wanted = code.partition("# => ")
                if wanted:
                    self.assertEqual(
                        str(eval(line.strip(), known, namespace)), wanted.strip()
                    )
                else:
                    exec(line, known, namespace)
        self.assertGreater(count, 60)

    def absent(self, name):
        """What the guide says is not there is not there."""
        owner, _, method = name.removeprefix("ICert.").rpartition(".")
        self.assertTrue(not owner or hasattr(ICert, owner), f"{name}: what is {owner}?")
        self.assertFalse(
            hasattr(getattr(ICert, owner) if owner else ICert, method),
            f"{name} is there now: the guide needs a line",
        )

    def test_constants(self):
        """Every constant of the tables has the number of AD CS"""
        count = 0
        for number, heading, cells in self.rows:
            match = len(cells) == 3 and re.fullmatch(
                "`?(0x[0-9a-fA-F]+|-?[0-9]+)`?", cells[1]
            )
            if match:
                count += 1
                with self.subTest(f"{GUIDE.name}:{number} {cells[0]}"):
                    value = int(eval(code_of(cells[2]), {"ICert": ICert}))
                    self.assertEqual(value & 0xFFFFFFFF, int(match[1], 0) & 0xFFFFFFFF)
        self.assertGreater(count, 150)

    def test_complete(self):
        """Every method of the originals has a row"""
        here = {name for _, _, cells in self.rows for name in names_of(cells[0])}
        wanted = set(
            re.findall(r"(?m)^(I\w+\.\w+) [=~]", WALK.read_text(encoding="utf-8"))
        )
        self.assertGreater(len(wanted), 100)
        self.assertEqual(sorted((wanted | set(VIEW) | set(SETUP)) - here), [])


if __name__ == "__main__":
    tap.main()
