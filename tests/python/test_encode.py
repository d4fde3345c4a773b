# SPDX-License-Identifier: LGPL-2.1-or-later
"""ICertEncode* and the readers of extensions, as Python uses them."""

import datetime
import random
import subprocess
import unittest

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402

import tap  # noqa: E402

PREFIX = "CertificateAuthority.Encode"


def create(name):
    """An object of a class, by the name that AD CS gives it."""
    return ICert.create_instance(PREFIX + name, None, None)


def octets(data):
    """What the contract takes for octets."""
    return GLib.Bytes.new(bytes(data))


def raw(data):
    """bytes of what the contract gave, with overrides or without."""
    return data if isinstance(data, bytes) else bytes(data.get_data() or b"")


def openssl(data):
    """What OpenSSL's parser shows of DER."""
    return subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER"],
        input=data,
        capture_output=True,
        check=True,
    ).stdout.decode(errors="replace")


class Encode(unittest.TestCase):
    """One test an object; each goes there and back."""

    def refused(self, code, field, call, *arguments):
        """The call throws @code and names @field."""
        with self.assertRaises(GLib.Error) as caught:
            call(*arguments)
        error = caught.exception
        self.assertTrue(error.matches(ICert.error_quark(), code), error.message)
        self.assertTrue(error.message.startswith(field + ": "), error.message)
        self.assertIn("(", error.message)

    def test_alt_name(self):
        """EncodeAltName takes names and gives them back in their order"""
        encode = create("AltName")
        for text in (
            "dns=www.example.org",
            "ipaddress=192.0.2.1",
            "email=a@example.org",
        ):
            self.assertTrue(encode.add(ICert.Name.from_string(text)))
        encode.add_other("1.3.6.1.4.1.311.20.2.3", octets(b"\x0c\x05ann@x"))
        value = encode.to_bytes()
        self.assertIn("cont [ 2 ]", openssl(raw(value)))

        other = create("AltName")
        other.decode(value)
        self.assertEqual(
            [name.to_string() for name in other.list()],
            [
                "dNSName:www.example.org",
                "iPAddress:192.0.2.1",
                "rfc822Name:a@example.org",
                "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@x",
            ],
        )
        self.assertEqual(raw(other.to_bytes()), raw(value))
        self.refused(
            ICert.Error.MALFORMED, "subjectAltName", create("AltName").to_bytes
        )
        self.refused(
            ICert.Error.BAD_NAME, "dNSName", other.decode, octets(b"0\x05\x82\x03a_b")
        )
        self.assertEqual(len(other.list()), 4)

    def test_alt_name_keeps_octets(self):
        """S-A3: a name in another form than its canonical one is encoded as it came"""
        encode = create("AltName")
        value = octets(b"0\x05\x82\x03A.b")
        encode.decode(value)
        self.assertEqual(encode.list()[0].get_text(), "a.b")
        self.assertEqual(raw(encode.to_bytes()), raw(value))

    def test_bit_string(self):
        """EncodeBitString takes and gives bits and their number"""
        encode = create("BitString")
        encode.set_bits(octets(b"\x86"), 7)
        self.assertEqual(raw(encode.to_bytes()), b"\x03\x02\x01\x86")
        other = create("BitString")
        other.decode(encode.to_bytes())
        bits, count = other.get_bits()
        self.assertEqual((raw(bits), count), (b"\x86", 7))
        self.refused(
            ICert.Error.MALFORMED, "bit string", encode.set_bits, octets(b"\xff"), 7
        )
        self.refused(
            ICert.Error.MALFORMED, "bit string", encode.decode, octets(b"\x03\x00")
        )

    def test_crl_dist_info(self):
        """EncodeCRLDistInfo is a list of lists of names"""
        points = [["http://a/1", "ldap:///cn=a?b"], ["http://a/2"]]
        encode = create("CRLDistInfo")
        for point in points:
            encode.add_point([ICert.Name.new_location(url) for url in point])
        other = create("CRLDistInfo")
        other.decode(encode.to_bytes())
        self.assertEqual(
            [[name.get_text() for name in point] for point in other.list()], points
        )
        self.assertEqual(
            ICert.Extension.parse_crl_distribution_points(other.to_bytes()),
            sum(points, []),
        )
        self.refused(
            ICert.Error.MALFORMED, "cRLDistributionPoints", encode.add_point, []
        )
        self.refused(
            ICert.Error.UNSUPPORTED,
            "cRLDistributionPoints",
            encode.decode,
            octets(b"0\x060\x04\x81\x02\x01\x06"),
        )

    def test_date_array(self):
        """EncodeDateArray takes and gives times, UTCTime to 2049"""
        zone = GLib.TimeZone.new_offset(3600)
        encode = create("DateArray")
        encode.add(GLib.DateTime.new(zone, 2026, 1, 2, 3, 4, 5.75))
        encode.add(GLib.DateTime.new_utc(2050, 1, 1, 0, 0, 0))
        value = encode.to_bytes()
        shown = openssl(raw(value))
        self.assertIn("UTCTIME           :260102020405Z", shown)
        self.assertIn("GENERALIZEDTIME   :20500101000000Z", shown)
        other = create("DateArray")
        other.decode(value)
        self.assertEqual(
            [other.get_value(i).to_unix() for i in range(other.get_count())],
            [
                int(datetime.datetime(*date, tzinfo=datetime.timezone.utc).timestamp())
                for date in ((2026, 1, 2, 2, 4, 5), (2050, 1, 1))
            ],
        )
        self.refused(ICert.Error.NOT_FOUND, "times", other.get_value, 2)
        self.refused(
            ICert.Error.MALFORMED,
            "times",
            other.add,
            GLib.DateTime.new_utc(1900, 1, 1, 0, 0, 0),
        )

    def test_long_array(self):
        """EncodeLongArray takes and gives lists of numbers"""
        random.seed(7)
        encode = create("LongArray")
        self.assertEqual(encode.get_values(), [])
        for _round in range(200):
            size = random.randrange(1, 64)
            values = [
                random.randrange(-(2**size), 2**size)
                for _ in range(random.randrange(20))
            ] + [-(2**63), 2**63 - 1]
            encode.set_values(values)
            other = create("LongArray")
            other.decode(encode.to_bytes())
            self.assertEqual(other.get_values(), values)
        self.refused(
            ICert.Error.TOO_LARGE,
            "numbers",
            encode.decode,
            octets(b"0\x0b\x02\x09" + b"\x01" * 9),
        )
        self.refused(ICert.Error.TOO_LARGE, "numbers", encode.set_values, [0] * 20000)
        self.assertEqual(encode.get_values(), values)

    def test_string_array(self):
        """EncodeStringArray takes and gives texts and their type"""
        kinds = ICert.RdnType
        for kind, texts, shown in (
            (kinds.PRINTABLE, ["plain", ""], "PRINTABLESTRING"),
            (kinds.UTF8, ["é", "€"], "UTF8STRING"),
            (kinds.BMP, ["é", "€"], "BMPSTRING"),
            (kinds.IA5, ["a@b"], "IA5STRING"),
            (kinds.T61, ["é"], "T61STRING"),
            (kinds.NUMERIC, ["1 2"], "NUMERICSTRING"),
        ):
            encode = create("StringArray")
            encode.set_values(kind, texts)
            self.assertIn(shown, openssl(raw(encode.to_bytes())))
            other = create("StringArray")
            other.decode(encode.to_bytes())
            seen, its = other.get_values()
            self.assertEqual((seen, its), (texts, kind))
        self.refused(
            ICert.Error.MALFORMED, "texts", encode.set_values, kinds.NUMERIC, ["a"]
        )
        self.refused(
            ICert.Error.UNSUPPORTED, "texts", encode.set_values, kinds.OCTET, ["a"]
        )
        self.assertEqual(encode.get_values()[0], ["1 2"])

    def test_openers(self):
        """Each class has an opener that gives an empty object"""
        for name in (
            "alt_name",
            "bit_string",
            "crl_dist_info",
            "date_array",
            "long_array",
            "string_array",
        ):
            self.assertIsNotNone(getattr(ICert, f"encode_{name}_open")(None))

    def test_misuse(self):
        """S-N5: wrong arguments are exceptions, and change nothing"""
        encode = create("AltName")
        encode.add(ICert.Name.new(ICert.NameKind.DNS, "a.b"))
        for call, arguments in (
            (encode.add, (None,)),
            (encode.add, ("a.b",)),
            (encode.add_other, ("1.2", None)),
            (encode.add_other, (None, octets(b"\x05\x00"))),
            (encode.decode, (None,)),
            (encode.decode, (octets(b""),)),
            (encode.decode, ("0",)),
            (create("LongArray").set_values, (["a"],)),
            (create("LongArray").set_values, ([2**63],)),
            (create("StringArray").set_values, (99, ["a"])),
            (create("StringArray").set_values, (ICert.RdnType.UTF8, [1])),
            (create("StringArray").set_values, (ICert.RdnType.UTF8, None)),
            (create("DateArray").add, (None,)),
            (create("DateArray").get_value, (-1,)),
            (create("CRLDistInfo").add_point, (None,)),
            (create("CRLDistInfo").add_point, (["http://a/"],)),
            (create("BitString").set_bits, (None, 1)),
            (create("BitString").set_bits, (octets(b"\0"), -1)),
        ):
            with self.assertRaises((GLib.Error, TypeError, OverflowError, ValueError)):
                call(*arguments)
        self.assertEqual(len(encode.list()), 1)


class Readers(unittest.TestCase):
    """What a policy reads of a request."""

    def test_readers(self):
        """Each extension that a builder makes is read again"""
        make = ICert.Extension
        usage = ICert.KeyUsage.KEY_CERT_SIGN | ICert.KeyUsage.DECIPHER_ONLY
        value = make.new_key_usage(usage, True).get_value()
        self.assertEqual(make.parse_key_usage(value), (True, usage))

        oids = ["1.3.6.1.5.5.7.3.1", "1.2.3"]
        value = make.new_extended_key_usage(oids, False).get_value()
        self.assertEqual(make.parse_extended_key_usage(value), oids)
        value = make.new_certificate_policies(oids, False).get_value()
        self.assertEqual(make.parse_certificate_policies(value), oids)

        value = make.new_basic_constraints(True, 3, True).get_value()
        self.assertEqual(tuple(make.parse_basic_constraints(value)), (True, True, 3))

        value = make.new_authority_info_access(["http://a/"], ["http://b/"]).get_value()
        self.assertEqual(
            tuple(make.parse_authority_info_access(value)),
            (True, ["http://a/"], ["http://b/"]),
        )

        names = [
            ICert.Name.new_constraint(ICert.NameKind.DNS, text)
            for text in ("a.b", "c.d")
        ]
        value = make.new_name_constraints(names, names[:1], True).get_value()
        _ok, permitted, excluded = make.parse_name_constraints(value)
        self.assertEqual([name.get_text() for name in permitted], ["a.b", "c.d"])
        self.assertEqual([name.get_text() for name in excluded], ["a.b"])

    def test_refusals(self):
        """S-A3: a reader refuses what is not DER, and what it does not know"""
        make = ICert.Extension
        for reader in (
            make.parse_key_usage,
            make.parse_extended_key_usage,
            make.parse_basic_constraints,
            make.parse_certificate_policies,
            make.parse_name_constraints,
            make.parse_authority_info_access,
            make.parse_crl_distribution_points,
        ):
            for data in (
                b"",
                b"\0",
                b"\x30\x80\0\0",
                b"\x05\x00",
                b"\x30\x03\x02\x01\x00",
            ):
                with self.assertRaises(GLib.Error) as caught:
                    reader(octets(data))
                self.assertTrue(
                    caught.exception.matches(ICert.error_quark(), ICert.Error.MALFORMED)
                )


if __name__ == "__main__":
    raise SystemExit(tap.main())
