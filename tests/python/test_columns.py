# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every column that AD CS's tables have: some row has a value in it, or the reason why none has."""

import shutil
import unittest

import ca
import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

import tap  # noqa: E402

ARCHIVAL = "archived keys are an issue of their own"
ATTESTATION = "key attestation is not offered"
TWO_STAGES = "neither precertificates nor pre-sign linting are offered"
TEMPLATES = "flags of templates in AD's directory, which profiles have not"

SUBJECT = (
    "Country Organization OrgUnit CommonName Locality State Title GivenName Initials SurName"
    " DomainComponent EMail StreetAddress UnstructuredName UnstructuredAddress DeviceSerialNumber"
).split()
REQUESTS = {
    **dict.fromkeys(
        "RequestID RawRequest RawOldCertificate RequestAttributes RequestType RequestFlags StatusCode"
        " Disposition DispositionMessage SubmittedWhen ResolvedWhen RevokedWhen RevokedEffectiveWhen"
        " RevokedReason RequesterName CallerName SignerPolicies SignerApplicationPolicies Officer"
        " DistinguishedName RawName CRLPartitionIndex".split(),
        None,
    ),
    **dict.fromkeys(SUBJECT),
    "RawArchivedKey": ARCHIVAL,
    "KeyRecoveryHashes": ARCHIVAL,
    "AttestationChallenge": ATTESTATION,
    "EndorsementKeyHash": ATTESTATION,
    "EndorsementCertificateHash": ATTESTATION,
    "RawPrecertificate": TWO_STAGES,
    "LinterCertificate": TWO_STAGES,
}
CERTIFICATES = {
    **dict.fromkeys(
        "RawCertificate CertificateHash CertificateTemplate SerialNumber IssuerNameId NotBefore NotAfter"
        " SubjectKeyIdentifier RawPublicKey PublicKeyLength PublicKeyAlgorithm"
        " RawPublicKeyAlgorithmParameters PublishExpiredCertInCRL UPN DistinguishedName RawName".split(),
        None,
    ),
    **dict.fromkeys(SUBJECT),
    "EnrollmentFlags": TEMPLATES,
    "GeneralFlags": TEMPLATES,
    "PrivateKeyFlags": TEMPLATES,
}
COLUMNS = {
    ICert.Table.REQUESTS: {
        **{f"Request.{name}": reason for name, reason in REQUESTS.items()},
        **CERTIFICATES,
    },
    ICert.Table.ATTRIBUTES: dict.fromkeys(("AttributeRequestId", "AttributeName", "AttributeValue")),
    ICert.Table.EXTENSIONS: dict.fromkeys(
        ("ExtensionRequestId", "ExtensionName", "ExtensionFlags", "ExtensionRawValue")
    ),
    ICert.Table.CRLS: dict.fromkeys(
        "CRLRowId CRLNumber CRLMinBase CRLNameId CRLCount CRLThisUpdate CRLNextUpdate CRLThisPublish"
        " CRLNextPublish CRLEffective CRLPropagationComplete CRLLastPublished CRLPublishAttempts"
        " CRLPublishFlags CRLPublishStatusCode CRLPublishError CRLRawCRL CRLPartitionIndex".split()
    ),
}
#: 0 says nothing in these
NOT_ZERO = {"Request.StatusCode", "Request.RequestFlags", "Request.Officer", "CRLMinBase",
            "PublishExpiredCertInCRL", "CRLCount", "CRLPublishAttempts", "CRLPublishStatusCode"}  # fmt: skip

OIDS = {
    "C": "DE", "O": "Example", "OU": "Columns", "CN": "full.example.org", "L": "Town", "ST": "State",
    "title": "Dr", "GN": "Given", "initials": "GS", "SN": "Sur", "DC": "example",
    "emailAddress": "full@example.org", "street": "Street 1", "unstructuredName": "unstructured",
    "unstructuredAddress": "address", "serialNumber": "4711",
}  # fmt: skip
PROFILE = """\
[Profile]
Name=Full
Version=1
Enroll=submitter
Approval=none
Validity=30d
[Subject]
""" + "".join(f"{name}=request\n" for name in SUBJECT) + """\
[SubjectAltName]
dNSName=request
otherName:1.3.6.1.4.1.311.20.2.3=request
[Key]
Types=ec-p256
[Extensions]
KeyUsage=auto
ExtendedKeyUsage=emailProtection
2.5.29.32=hex:3007300506032a0304
"""


#: 1.3.6.1.4.1.311.13.1
RENEWAL_CERTIFICATE = bytes.fromhex("2b0601040182370d01")


def full_request():
    """A request with all names that AD CS knows, and an UPN."""
    subject = "".join(f"/{name}={value}" for name, value in OIDS.items())
    ca.FOLDER.openssl(
        "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
        "-keyout", "full.key", "-out", "full.pem", "-subj", subject, "-addext",
        "subjectAltName=DNS:full.example.org,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:full@example.org",
    )  # fmt: skip
    return (ca.FOLDER.path / "full.pem").read_bytes()


def tlv(tag, *contents):
    """An element in DER."""
    content = b"".join(contents)
    size = len(content).to_bytes(4, "big").lstrip(b"\0") or b"\0"
    prefix = b"" if len(content) < 0x80 else bytes([0x80 | len(size)])
    return bytes([tag]) + prefix + size + content


def parts(element):
    """The elements inside one."""
    found, rest = [], element
    header = 2 if rest[1] < 0x80 else 2 + (rest[1] & 0x7F)
    rest = rest[header:]
    while rest:
        count = rest[1] & 0x7F if rest[1] >= 0x80 else 0
        size = int.from_bytes(rest[2 : 2 + count], "big") if count else rest[1]
        found.append(rest[: 2 + count + size])
        rest = rest[2 + count + size :]
    return found


def renewal_request(old):
    """CMS, signed with the key of the old certificate, which an attribute names; with a new key."""
    openssl = ca.FOLDER.openssl
    ca.FOLDER.write("old.der", old)
    openssl("x509", "-inform", "DER", "-in", "old.der", "-out", "old.pem")
    ca.FOLDER.request("renewed", "full.example.org", subject="/CN=full.example.org")
    openssl("req", "-in", "renewed.pem", "-outform", "DER", "-out", "renewed.der")
    info, algorithm, _ = parts((ca.FOLDER.path / "renewed.der").read_bytes())
    version, name, key, attributes = parts(info)
    renewed = tlv(0x30, tlv(0x06, RENEWAL_CERTIFICATE), tlv(0x31, old))
    attributes = tlv(0xA0, *sorted([*parts(attributes), renewed]))
    info = tlv(0x30, version, name, key, attributes)
    ca.FOLDER.write("renewed.info", info)
    openssl("dgst", "-sha256", "-sign", "renewed.key", "-out", "renewed.sig", "renewed.info")
    signature = tlv(0x03, b"\0", (ca.FOLDER.path / "renewed.sig").read_bytes())
    ca.FOLDER.write("renewed.req", tlv(0x30, info, algorithm, signature))
    openssl("cms", "-sign", "-binary", "-nodetach", "-in", "renewed.req", "-signer", "old.pem",
            "-inkey", "full.key", "-outform", "DER", "-out", "renewed.cms")  # fmt: skip
    return (ca.FOLDER.path / "renewed.cms").read_bytes()


def break_publishing(folder):
    """The exit finds a file where its folder was."""
    shutil.rmtree(folder / "publish" / "crl")
    (folder / "publish" / "crl").write_text("in the way")


class Columns(unittest.TestCase):
    """One CA on which everything happened once."""

    @classmethod
    def setUpClass(cls):
        cls.config = ca.make("Columns")
        cls.folder = ca.FOLDER.path / "columns"
        (cls.folder / "profiles" / "Full.profile").write_text(PROFILE)
        request = ICert.request_open(cls.config, None)
        cls.admin = ICert.admin_open(cls.config, None)
        cls.ca = cls.admin.get_ca()
        full = request.submit(0, full_request(), {"CertificateTemplate": "Full"})
        full.check_status()
        cls.full = full.props.request_id
        cls.certificate = full.get_certificate(ICert.OutputFlags.BINARY)
        cls.serial = cls.row(cls.full, "SerialNumber")
        renewal = request.submit(0, renewal_request(cls.certificate), None)
        renewal.check_status()
        cls.admin.set_config_entry("CRL", "CRLDeltaPeriod", "1d")
        cls.admin.publish_crls(ICert.CrlFlags.BASE, None)
        cls.admin.revoke(cls.serial, ICert.RevocationReason.SUPERSEDED, None)
        cls.admin.set_publish_expired(cls.serial, True)
        denied = request.submit(0, ca.request("deny.example.org"), {"CertificateTemplate": "WebServer"})
        cls.admin.deny_request(denied.props.request_id, "no")
        cls.admin.publish_crls(ICert.CrlFlags.DELTA, None)
        break_publishing(cls.folder)
        cls.admin.publish_crls(ICert.CrlFlags.BASE, None)

    @classmethod
    def tearDownClass(cls):
        del cls.ca, cls.admin

    @classmethod
    def view(cls, table, *columns):
        """The rows of a table with some columns."""
        view = ICert.view_open(cls.config, None)
        view.set_table(table)
        view.set_columns(list(columns))
        return view.open_view().next(100)

    @classmethod
    def row(cls, identifier, *columns):
        """One cell, or several, of a request."""
        view = ICert.view_open(cls.config, None)
        view.set_columns(list(columns))
        view.add_restriction("RequestID", ICert.Seek.EQ, identifier)
        (row,) = view.open_view().next(2)
        values = [row.get_value(name) for name in columns]
        return values[0] if len(values) == 1 else values

    def test_all(self):
        """Each column of AD CS has a value in some row, or a reason why none has"""
        for table, columns in COLUMNS.items():
            rows = self.view(table, *columns)
            for name, reason in columns.items():
                with self.subTest(name):
                    values = [row.get_value(name) for row in rows]
                    filled = [value for value in values if value is not None]
                    if name in NOT_ZERO:
                        filled = [value for value in filled if value != 0]
                    self.assertEqual(bool(filled), reason is None)

    def test_own_columns(self):
        """What a view lists besides is ours, and each of AD CS's names is listed with its type"""
        for table, columns in COLUMNS.items():
            view = ICert.view_open(self.config, None)
            view.set_table(table)
            listed = {column.props.name: column for column in view.list_columns()}
            self.assertLessEqual(set(columns), set(listed))
            self.assertEqual(len(listed), len(view.list_columns()))
        self.assertEqual(listed["CRLRawCRL"].get_property_type(), ICert.PropertyType.BINARY)
        self.assertNotIn("CRLFile", listed)

    def test_values(self):
        """Names, UPN and hashes of a certificate are those that openssl reads in it"""
        path = ca.FOLDER.write("full.der", self.certificate)
        asn1 = ca.FOLDER.openssl("x509", "-inform", "DER", "-in", path, "-noout", "-subject",
                                 "-nameopt", "dn_rev,RFC2253")  # fmt: skip
        raw, upn = self.row(self.full, "RawName", "UPN")
        self.assertEqual(upn, "full@example.org")
        self.assertIn(bytes(raw), bytes(self.certificate))
        for name in ("full.example.org", "Street 1", "4711"):
            self.assertIn(name, asn1)
            self.assertIn(name.encode(), bytes(raw))
        found = ICert.view_open(self.config, None)
        found.set_columns(["RequestID"])
        found.add_restriction("UPN", ICert.Seek.EQ, "full@example.org")
        self.assertEqual(len(found.open_view().next(10)), 1)

    def test_officer(self):
        """Request.Officer says whether who asked was an officer for it, as policies read it"""
        self.assertEqual(self.row(self.full, "Request.Officer"), 1)

    def test_raw_crl(self):
        """CRLRawCRL is the CRL, newest last, in any encoding; it is no cell to look for"""
        rows = self.view(ICert.Table.CRLS, "CRLNumber", "CRLMinBase", "CRLRawCRL")
        bases = [row for row in rows if row.get_value("CRLMinBase") == 0]
        self.assertEqual(bytes(bases[-1].get_value("CRLRawCRL")), self.ca.get_crl(-1, False))
        text = bases[-1].encode_value("CRLRawCRL", ICert.OutputFlags.BASE64_CRL_HEADER)
        path = ca.FOLDER.write("raw.crl", bytes(text))
        number = f"{bases[-1].get_value('CRLNumber'):02X}"
        self.assertIn(number, ca.FOLDER.openssl("crl", "-in", path, "-noout", "-crlnumber"))
        view = ICert.view_open(self.config, None)
        view.set_table(ICert.Table.CRLS)
        view.set_column_set(ICert.ColumnSet.CRL)
        self.assertIn("CRLRawCRL", view.open_view().next(1)[0].list_names())
        with self.assertRaises(ICert.NotSupportedError):
            view.add_restriction("CRLRawCRL", ICert.Seek.EQ, b"\x30")
        with self.assertRaises(ICert.NotSupportedError):
            view.set_sort("CRLRawCRL", ICert.Sort.ASCEND)
        with self.assertRaises(ICert.NotSupportedError):
            view.count_by("CRLRawCRL", ICert.Period.NONE, 10)
        with self.assertRaises(ICert.UnknownNameError):
            view.set_columns(["CRLFile"])
        view.add_restriction("CRLRawCRL", ICert.Seek.EQ, None)
        self.assertEqual(view.count(), 0)

    def test_changed_crl(self):
        """A page without the column reads no file; with it, a changed file is STORAGE and names its row"""
        paths = sorted((self.folder / "crls").glob("*.crl"))
        before = paths[0].read_bytes()
        paths[0].write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        try:
            self.assertEqual(len(self.view(ICert.Table.CRLS, "CRLNumber")), len(paths))
            with self.assertRaises(ICert.StorageError) as caught:
                self.view(ICert.Table.CRLS, "CRLNumber", "CRLRawCRL")
            self.assertIn("crl-row-id=", str(caught.exception))
        finally:
            paths[0].write_bytes(before)


if __name__ == "__main__":
    tap.main()
