# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of call that a binding makes, one function each.

A function prepares what its calls need, and gives the call.
"""

import contextlib
import ctypes

import ca

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

KINDS = {}
PROOFS = {}
LEAKS = {}

# What PyGObject 3.42 itself loses, in octets a call, with whatever library: the proofs
# show it with GLib alone. A dict as an argument: two lists of its keys and values. A
# callback of an asynchronous call: its closure. A list of objects that a virtual method
# returns: the array, not the objects.
DICT = 256  # without our override, which gives a list instead
CALLBACK = 160
LIST = 112
LOST_CALLBACK = 0 if hasattr(ICert, "CertError") else CALLBACK
LOST_DICT = 0 if hasattr(ICert, "CertError") else DICT
LOST_LIST = 0 if hasattr(ICert, "CertError") else LIST


class Kind:
    """How a kind is measured.

    @share: of so many calls one is made, for those that take long. @warm_up: calls
    until its caches are full. @known: octets a call that PyGObject loses, and of a
    @proof has to lose.
    """

    def __init__(self, prepare, share=1, warm_up=0, known=0, proof=False):
        self.prepare = prepare
        self.share = share
        self.warm_up = warm_up
        self.known = known
        self.proof = proof


def kind(table=KINDS, **how):
    """Registers a function, its name with hyphens."""

    def register(function):
        table[function.__name__.replace("_", "-")] = Kind(function, **how)
        return function

    return register


def octets(data):
    return GLib.Bytes.new(data)


def text(value):
    return GLib.Variant("s", value)


NAMES = [
    ICert.Name.new(ICert.NameKind.DNS, "www.example.org"),
    ICert.Name.new(ICert.NameKind.IP, "192.0.2.1"),
    ICert.Name.new(ICert.NameKind.RFC822, "ann@example.org"),
]
OIDS = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]


# Values


@kind()
def property_str():
    return lambda: NAMES[0].props.text


@kind()
def property_bytes():
    return lambda: NAMES[1].props.bytes


@kind()
def property_flags():
    extension = ICert.Extension.new_key_usage(ICert.KeyUsage.CRL_SIGN, True)
    return lambda: (extension.props.flags, extension.props.origin)


@kind()
def property_notify():
    class Holder(GObject.Object, ICert.Config):
        __gtype_name__ = "LeakHolder"
        search_path = GObject.Property(type=str)

    holder = Holder()
    holder.connect("notify::search-path", lambda *_args: None)
    return lambda: holder.set_property("search-path", "/a/b")


@kind()
def getter_str():
    return lambda: (NAMES[0].to_string(), NAMES[0].get_text())


@kind()
def getter_bytes():
    return NAMES[0].to_der


@kind()
def getter_strv():
    value = ICert.Extension.new_extended_key_usage(OIDS, False).get_value()
    return lambda: ICert.Extension.parse_extended_key_usage(value)


@kind()
def getter_variant():
    server = ICert.TestServer.new(7)
    server.set_request_property("CommonName", text("www.example.org"))
    return lambda: server.get_request_property("CommonName")


@kind()
def getter_objects():
    value = ICert.Extension.new_subject_alt_name(NAMES, False).get_value()
    return lambda: ICert.Extension.parse_subject_alt_name(value)


@kind()
def getter_two_lists():
    names = [ICert.Name.new_constraint(ICert.NameKind.DNS, "example.org")]
    value = ICert.Extension.new_name_constraints(names, names, True).get_value()
    return lambda: ICert.Extension.parse_name_constraints(value)


@kind()
def getter_outs():
    value = ICert.Extension.new_authority_info_access(
        ["http://a/"], ["http://b/"]
    ).get_value()
    return lambda: ICert.Extension.parse_authority_info_access(value)


@kind()
def getter_hash_table():
    return lambda: ICert.attributes_parse("A:1\nB:two\nC:three")


@kind(known=LOST_DICT)
def dict_argument():
    attributes = {"A": "1", "B": "two", "C": "three"}
    return lambda: ICert.attributes_format(attributes)


@kind()
def variant_argument():
    server = ICert.TestServer.new(7)
    return lambda: server.set_request_property("CommonName", text("www.example.org"))


@kind()
def error():
    def call():
        with contextlib.suppress(GLib.Error):
            ICert.Name.new(ICert.NameKind.DNS, "a_b")

    return call


@kind()
def error_details():
    try:
        ICert.Extension.parse_key_usage(octets(b"\0" * 40000))
    except GLib.Error as caught:
        kept = caught
    return lambda: (
        ICert.error_get_details(kept),
        ICert.error_get_field(kept),
        ICert.error_get_text(kept),
    )


@kind()
def new_name():
    return lambda: (
        ICert.Name.new(ICert.NameKind.DNS, "www.example.org").equal(NAMES[0]),
        ICert.Name.from_string("upn=ann@example.org"),
    )


# PyGObject takes no None for a GError: a response from Python has a status
STATUS = GLib.Error.new_literal(
    ICert.error_quark(), "subject: no (a name)", ICert.Error.DENIED
)


@kind()
def new_response():
    certificate = octets(b"\x30\x00")

    def call():
        response = ICert.Response.new(
            7,
            ICert.Disposition.DENIED,
            "no",
            STATUS,
            certificate,
            [certificate, certificate],
        )
        return response.list_issuers(), response.get_certificate(
            ICert.OutputFlags.BINARY
        )

    return call


@kind()
def new_response_with_crls():
    certificate = octets(b"\x30\x00")

    def call():
        response = ICert.Response.new_with_crls(
            7,
            ICert.Disposition.ISSUED,
            None,
            STATUS,
            certificate,
            [certificate],
            [certificate, certificate],
        )
        return response.list_crls(), response.get_certificate(
            ICert.OutputFlags.BINARY | ICert.OutputFlags.CRLS
        )

    return call


@kind()
def new_response_with_status():
    def call():
        response = ICert.Response.new(
            7, ICert.Disposition.DENIED, "no", STATUS, None, None
        )
        with contextlib.suppress(GLib.Error):
            response.check_status()
        return response.get_status()

    return call


@kind(known=LOST_DICT)
def new_record():
    fields = {"Config": "localhost\\Demo", "CommonName": "Demo", "Address": "local:/a"}

    def call():
        record = ICert.CaInfo.new(fields)
        return record.get_config(), record.get_field("CommonName")

    return call


@kind(known=LOST_DICT)
def new_row():
    extension = ICert.Extension.new_extended_key_usage(OIDS, False)
    values = [GLib.Variant("x", 7), text("www.example.org"), None]
    attributes = {"CertificateTemplate": "User", "Other": "thing"}

    def call():
        row = ICert.ViewRow.new(
            ["RequestID", "CommonName", "Email"],
            values[:2] + [text("")],
            "7",
            attributes,
            [extension],
        )
        return (
            row.list_names(),
            row.get_value("CommonName"),
            row.get_attributes(),
            [one.get_value() for one in row.list_extensions()],
            row.get_cursor(),
        )

    return call


# Builders of extensions, and their readers


@kind()
def extension_builders():
    make = ICert.Extension
    subtrees = [ICert.Name.new_constraint(ICert.NameKind.DNS, "example.org")]
    urls = ["http://a/", "http://b/"]
    return lambda: (
        make.new_key_usage(ICert.KeyUsage.CRL_SIGN, True),
        make.new_extended_key_usage(OIDS, False),
        make.new_basic_constraints(True, 1, True),
        make.new_certificate_policies(OIDS, False),
        make.new_subject_alt_name(NAMES, False),
        make.new_name_constraints(subtrees, None, True),
        make.new_authority_info_access(urls, urls),
        make.new_crl_distribution_points(urls),
    )


@kind()
def extension_readers():
    make = ICert.Extension
    usage = make.new_key_usage(ICert.KeyUsage.CRL_SIGN, True).get_value()
    basic = make.new_basic_constraints(True, 1, True).get_value()
    points = make.new_crl_distribution_points(["http://a/", "http://b/"]).get_value()
    return lambda: (
        make.parse_key_usage(usage),
        make.parse_basic_constraints(basic),
        make.parse_crl_distribution_points(points),
    )


def encoder(name, fill, read):
    """A call that fills an object, encodes, decodes in another and reads that."""

    def call():
        one = ICert.create_instance("CertificateAuthority.Encode" + name, None, None)
        fill(one)
        other = ICert.create_instance("CertificateAuthority.Encode" + name, None, None)
        other.decode(one.to_bytes())
        read(other)

    return call


@kind()
def encode_alt_name():
    def fill(encode):
        encode.add(NAMES[0])
        encode.add_other("1.2.3", octets(b"\x05\x00"))

    return encoder(
        "AltName", fill, lambda encode: [name.props.text for name in encode.list()]
    )


@kind()
def encode_bit_string():
    return encoder(
        "BitString",
        lambda encode: encode.set_bits(octets(b"\x80"), 3),
        lambda encode: encode.get_bits(),
    )


@kind()
def encode_crl_dist_info():
    names = [
        ICert.Name.new_location("ldap:///cn=a"),
        ICert.Name.new_location("http://a/"),
    ]
    return encoder(
        "CRLDistInfo",
        lambda encode: encode.add_point(names),
        lambda encode: [[name.props.text for name in point] for point in encode.list()],
    )


@kind()
def encode_date_array():
    now = GLib.DateTime.new_utc(2026, 1, 2, 3, 4, 5)
    # with the override a GDateTime is a datetime with a time zone
    moment = ICert.create_instance("CertificateAuthority.EncodeDateArray", None, None)
    moment.add(now)
    given = moment.get_value(0)
    return encoder(
        "DateArray",
        lambda encode: encode.add(given),
        lambda encode: encode.get_value(0),
    )


@kind()
def encode_long_array():
    return encoder(
        "LongArray",
        lambda encode: encode.set_values([1, -1, 70000]),
        lambda encode: encode.get_values(),
    )


@kind()
def encode_string_array():
    return encoder(
        "StringArray",
        lambda encode: encode.set_values(ICert.RdnType.UTF8, ["one", "two"]),
        lambda encode: encode.get_values(),
    )


# Classes of the script, called by C


class Policy(GObject.Object, ICert.Policy):
    """Reads and writes as policies do."""

    __gtype_name__ = "LeakPolicy"

    def do_verify_request(self, server, new_request):
        name = server.get_request_property("CommonName")
        server.list_attributes()
        server.get_request_attribute("CertificateTemplate")
        server.get_subject_alt_names()
        server.list_subject_rdns()
        server.get_certificate_extension("2.5.29.37")
        server.set_certificate_property("CommonName", name)
        server.set_certificate_extension("1.2.3", 0, octets(b"\x05\x00"))
        server.add_trace("name", "CommonName", "a", "b")
        server.set_disposition_message("looks good")
        return True, ICert.Verdict.ISSUE

    def do_get_description(self):
        return "leaks nothing"

    def do_list_profiles(self, caller):
        return ["User", "Computer"]


def make_server():
    server = ICert.TestServer.new(7)
    server.set_request_property("CommonName", text("www.example.org"))
    server.set_request_attribute("CertificateTemplate", "User")
    server.add_requested_extension(ICert.Extension.new_extended_key_usage(OIDS, False))
    server.add_requested_extension(ICert.Extension.new_subject_alt_name(NAMES, False))
    return server


@kind()
def policy():
    server, judge = make_server(), Policy()

    def call():
        server.verify_request(judge, True)
        server.reset()

    return call


@kind()
def policy_texts():
    server, judge = make_server(), Policy()
    return lambda: (judge.get_description(), server.list_profiles(judge))


@kind()
def policy_that_refuses():
    class Refuses(GObject.Object, ICert.Policy):
        __gtype_name__ = "LeakRefuses"

        def do_verify_request(self, server, new_request):
            raise GLib.Error.new_literal(
                ICert.error_quark(),
                "subject: no name (a CommonName)",
                ICert.Error.DENIED,
            )

    context, judge = ICert.RequestContext(), Refuses()

    def call():
        with contextlib.suppress(GLib.Error):
            judge.verify_request(context, True)

    return call


@kind()
def policy_of_one_call():
    context = ICert.RequestContext()
    return lambda: Policy().get_description() and context.get_request_id()


@kind()
def exit_event():
    class Exit(GObject.Object, ICert.Exit):
        __gtype_name__ = "LeakExit"

        def do_notify_event(self, event, server):
            server.get_request_property("CommonName")
            server.get_certificate()
            return True

    server, module = make_server(), Exit()
    server.set_certificate(octets(b"\x30\x00"))

    def call():
        server.notify_event(module, ICert.ExitEvents.CERT_ISSUED)
        server.reset()

    return call


@kind()
def settings():
    class Keeper(GObject.Object, ICert.ManageModule):
        __gtype_name__ = "LeakKeeper"
        name = GObject.Property(type=str)
        description = GObject.Property(type=str)
        copyright = GObject.Property(type=str)
        version = GObject.Property(type=str)
        product_version = GObject.Property(type=str)

        def do_get_value(self, name):
            return text("x" * 100)

        def do_set_value(self, name, value):
            return True

    keeper = Keeper()
    return lambda: (keeper.get_value("Name"), keeper.set_value("Name", text("x")))


class Admin(GObject.Object, ICert.Admin):
    """An officer's door that is written in Python."""

    __gtype_name__ = "LeakAdmin"
    config = GObject.Property(type=str)

    def do_list_config_entries(self, node, cancellable):
        return ["Name", "Type"]

    def do_get_config_entry(self, node, entry, cancellable):
        return text("x" * 100)

    def do_set_request_attributes(self, id, attributes, cancellable):
        return True

    def do_resubmit_request(self, id, cancellable):
        return ICert.Response.new(
            id, ICert.Disposition.DENIED, "no", STATUS, None, None
        )

    def do_get_my_roles(self, cancellable):
        return ICert.Roles.OFFICER


@kind()
def vfunc_strv():
    admin = Admin()
    return lambda: admin.list_config_entries("Exit", None)


@kind()
def vfunc_variant():
    admin = Admin()
    return lambda: admin.get_config_entry(None, "Name", None)


@kind(known=LOST_DICT)
def vfunc_hash_table():
    admin = Admin()
    return lambda: admin.set_request_attributes(7, {"A": "1", "B": "two"}, None)


@kind()
def vfunc_object():
    admin = Admin()
    return lambda: admin.resubmit_request(7, None)


@kind(known=LOST_LIST)
def vfunc_objects():
    class Rows(GObject.Object, ICert.EnumViewRow):
        __gtype_name__ = "LeakRows"
        cursor = GObject.Property(type=str)

        def do_next(self, count, cancellable):
            return [ICert.ViewRow.new(["A"], [text("a")], "1", None, None)]

    rows = Rows()
    return lambda: rows.next(10, None)


class Ca(GObject.Object, ICert.Ca):
    """A CA that is written in Python."""

    __gtype_name__ = "LeakCa"
    config = GObject.Property(type=str)

    def do_get_certificate(self, index, cancellable):
        return octets(b"\x30\x00" * 50)


@kind()
def vfunc_bytes():
    authority = Ca()
    return lambda: authority.get_certificate(-1, None)


@kind()
def signal():
    authority = Ca()
    authority.connect("request-changed", lambda *_args: None)
    return lambda: authority.emit("request-changed", 7, ICert.Disposition.ISSUED)


@kind()
def signal_connect():
    authority = Ca()

    def call():
        handler = authority.connect("request-changed", lambda *_args: authority)
        authority.disconnect(handler)

    return call


# Asynchronous pairs: a thread for each


def wait_for(start, finish):
    """A call that starts and runs the main context until there is an answer."""
    answers = []

    def done(source, result, *_data):
        try:
            answers.append(finish(source, result))
        except GLib.Error as caught:
            answers.append(caught)

    def call():
        start(done)
        while not answers:
            GLib.MainContext.default().iteration(True)
        answers.clear()

    return call


@kind(share=4, known=LOST_CALLBACK)
def async_of_c():
    finder = ICert.Config.open(None)
    return wait_for(
        lambda done: finder.list_async(None, done),
        lambda source, result: source.list_finish(result),
    )


@kind(share=4, known=LOST_CALLBACK)
def async_of_python():
    admin = Admin()
    return wait_for(
        lambda done: admin.list_config_entries_async("Exit", None, done),
        lambda source, result: source.list_config_entries_finish(result),
    )


@kind(share=4, known=LOST_CALLBACK)
def async_error():
    authority = Ca()
    return wait_for(
        lambda done: authority.list_profiles_async(None, done),
        lambda source, result: source.list_profiles_finish(result),
    )


@kind(share=4, known=LOST_CALLBACK)
def async_cancelled():
    authority = Ca()

    def start(done):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        authority.get_certificate_async(-1, cancellable, done)

    return wait_for(start, lambda source, result: source.get_certificate_finish(result))


# A CA in a folder: its store is asked, written and opened


@kind()
def ca_properties():
    authority = ICert.Ca.open(ca.make(), None)
    return lambda: (
        authority.get_property_value(ICert.CaProperty.CA_NAME, -1, None),
        authority.get_certificate(-1, None),
        authority.list_profiles(None),
    )


@kind(share=10)
def open_objects():
    kept = ICert.Ca.open(ca.make(), None)
    return lambda: (
        kept,
        ICert.Request.open(ca.make(), None),
        ICert.Admin.open(ca.make(), None),
        ICert.View.open(ca.make(), None),
    )


def submit(door, attributes=None):
    return door.submit(0, octets(ca.request("www.example.org")), attributes, None)


def profile():
    return {"CertificateTemplate": "User"}


# each makes a row; the writer's cache of 64 MiB has to be full first
@kind(share=10, warm_up=20000, known=LOST_DICT)
def submissions():
    door = ICert.Request.open(ca.make(), None)

    def call():
        answer = submit(door, profile())
        answer.get_certificate(ICert.OutputFlags.BINARY)
        answer.get_message()

    return call


@kind(share=4)
def submissions_again():
    door = ICert.Request.open(ca.make(), None)
    data = octets(ca.request("www.example.org"))
    return lambda: door.submit_full(
        0, ICert.Encoding.ANY, ICert.RequestFormat.ANY, data, None, "once", None
    ).get_message()


@kind(share=10)
def answers_again():
    door = ICert.Request.open(ca.make(), None)
    number = submit(door, profile()).get_request_id()
    return lambda: door.retrieve_pending(number, None).get_certificate(
        ICert.OutputFlags.BINARY
    )


@kind(share=10)
def answers_with_crls():
    door = ICert.Request.open(ca.make(), None)
    number = submit(door, profile()).get_request_id()
    ICert.Admin.open(ca.make(), None).publish_crls(ICert.CrlFlags.BASE, None, None)

    def call():
        answer = door.retrieve_pending(number, None)
        return answer.list_crls(), answer.get_certificate(ICert.OutputFlags.CRLS)

    return call


@kind(share=20)
def rows_of_crls():
    door = ICert.Request.open(ca.make(), None)
    ICert.Admin.open(ca.make(), None).publish_crls(ICert.CrlFlags.BASE, None, None)

    def call(_door=door):
        view = ICert.View.open(ca.make(), None)
        view.set_table(ICert.Table.CRLS)
        view.set_columns(["CRLNumber", "CRLRawCRL"])
        return view.open_view(None).next(5, None)

    return call


@kind(share=20)
def rows_of_a_view():
    door = ICert.Request.open(ca.make(), None)
    for _i in range(10):
        submit(door, profile())

    # holding the door keeps the CA open, as whoever pages through views does
    def call(_door=door):
        view = ICert.View.open(ca.make(), None)
        view.set_columns(["RequestID", "CommonName", "NotAfter", "RawCertificate"])
        view.add_restriction("RequestID", ICert.Seek.GE, GLib.Variant("x", 1))
        for row in view.open_view(None).next(10, None):
            row.get_attributes()
            [one.props.value for one in row.list_extensions()]
            row.get_value("NotAfter")

    return call


@kind(share=10)
def traces():
    admin = ICert.Admin.open(ca.make(), None)
    number = submit(ICert.Request.open(ca.make(), None)).get_request_id()
    return lambda: admin.get_trace(number, None)


# What PyGObject loses with GLib alone


@kind(table=PROOFS, known=DICT, proof=True)
def proof_dict_argument():
    return lambda: GLib.hash_table_size({})


@kind(table=PROOFS, share=4, known=CALLBACK, proof=True)
def proof_callback():
    folder = Gio.File.new_for_path("/")
    return wait_for(
        lambda done: folder.query_info_async("standard::name", 0, 0, None, done),
        lambda source, result: source.query_info_finish(result),
    )


# What the harness must find


@kind(table=LEAKS)
def leaked_octets():
    """C keeps 64 octets a call."""
    take = ctypes.CDLL(None).g_malloc0
    take.restype = ctypes.c_void_p
    return lambda: take(ctypes.c_size_t(64))


@kind(table=LEAKS)
def leaked_reference():
    """A reference too many to an object of C."""
    ref = ctypes.pythonapi.Py_IncRef
    ref.argtypes = [ctypes.py_object]
    return lambda: ref(NAMES[0].to_der())


@kind(table=LEAKS)
def leaked_list():
    """The script keeps its answers."""
    kept = []
    return lambda: kept.append(ICert.Name.new(ICert.NameKind.DNS, "www.example.org"))
