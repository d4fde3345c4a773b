#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""runner.py CONFIG TABLE REQUESTS PREFIX: plays the table of scenarios in Python.

What the steps mean is written in README.md; the other runners do the same.
"""

import pathlib
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

KINDS = {"b": GLib.Variant.new_boolean, "i": GLib.Variant.new_int32}
KINDS.update({"s": GLib.Variant.new_string, "x": GLib.Variant.new_int64})
SEEKS = {"eq": "EQ", "ne": "NE", "lt": "LT", "le": "LE", "gt": "GT", "ge": "GE"}


def nick(value):
    """UNDER_SUBMISSION of an enumerator."""
    return value.value_nick.upper().replace("-", "_")


def flags(kind, value):
    """A|B of the flags in VALUE, in the order of their bits."""
    members = sorted(
        (int(bit), bit.first_value_nick) for bit in kind.__flags_values__.values()
    )
    names = (name for bit, name in members if bit and int(value) & bit)
    return "|".join(names).upper().replace("-", "_") or "NONE"


def octets(value):
    """bytes of a GLib.Bytes; the overrides hand over bytes."""
    return value if isinstance(value, bytes) else value.get_data()


def unpack(value):
    """What a GVariant holds; the overrides hand over just that."""
    return value.unpack() if isinstance(value, GLib.Variant) else value


def show(value):
    """A value as GVariant text; '-' for an empty one."""
    if value is None:
        return "-"
    if isinstance(value, bytes):
        value = GLib.Variant.new_from_bytes(
            GLib.VariantType("ay"), GLib.Bytes.new(value), True
        )
    elif isinstance(value, str):
        value = GLib.Variant("s", value)
    return value.print_(False) if isinstance(value, GLib.Variant) else str(value)


def make_value(kind, text):
    """A GVariant of the type KIND, or None."""
    if kind == "-":
        return None
    return KINDS[kind](text if kind == "s" else int(text))


def parse_flags(words):
    """ICert.ExtensionFlags of the words critical and disable."""
    result = ICert.ExtensionFlags.NONE
    for word in words:
        result |= getattr(ICert.ExtensionFlags, word.upper())
    return result


def show_error(error):
    """CODE field: text, in our domain; CANCELLED of GIO's."""
    if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
        return "CANCELLED"
    name = ICert.error_get_code_name(ICert.Error(error.code))
    return f"{name} {ICert.error_get_text(error)}"


class Script:
    """What the policy is to do with the next request, and what it saw."""

    def __init__(self, say):
        self.say = say
        self.actions = []
        self.kept = None

    def judge(self, server, new_request):
        """Plays the actions; the verdict is the last one's, or ISSUE."""
        verdict = ICert.Verdict.ISSUE
        for action, *words in self.actions:
            if action == "verdict":
                verdict = getattr(ICert.Verdict, words[0])
            elif action == "nothing":
                return False, ICert.Verdict.ISSUE
            elif action == "fail":
                code = getattr(ICert.Error, words[0])
                raise GLib.Error.new_literal(ICert.error_quark(), words[1], code)
            elif action == "new-request":
                self.say(f"new-request {'TRUE' if new_request else 'FALSE'}")
            else:
                self.act(server, action, words)
        return True, verdict

    def act(self, server, action, words):
        """One reading or writing action; an error is told, and the script goes on."""
        try:
            answer = getattr(self, "do_" + action.replace("-", "_"))(server, *words)
            if answer is not None:
                self.say(f"{' '.join([action, *words])}: {answer}")
        except GLib.Error as error:
            self.say(f"{' '.join([action, *words])}: error {show_error(error)}")

    def do_request(self, server, name):
        return show(server.get_request_property(name))

    def do_certificate(self, server, name):
        return show(server.get_certificate_property(name))

    def do_ca(self, server, name):
        return show(server.get_ca_property(name))

    def do_attribute(self, server, name):
        value = server.get_request_attribute(name)
        return "-" if value is None else value

    def do_attributes(self, server):
        return ",".join(sorted(server.list_attributes()))

    def do_extensions(self, server):
        return ",".join(sorted(server.list_extensions()))

    def do_extension(self, server, oid):
        value, how, origin = server.get_certificate_extension(oid)
        if value is None:
            return "-"
        return (
            f"{octets(value).hex()} {flags(ICert.ExtensionFlags, how)} {nick(origin)}"
        )

    def do_names(self, server):
        names = server.get_subject_alt_names()
        return ",".join(f"{nick(name.get_kind())}:{name.get_text()}" for name in names)

    def do_set(self, server, name, kind, text=None):
        server.set_certificate_property(name, make_value(kind, text))
        return "done"

    def do_set_extension(self, server, oid, text, *words):
        value = GLib.Bytes.new(bytes.fromhex(text))
        server.set_certificate_extension(oid, parse_flags(words), value)
        return "done"

    def do_message(self, server, text):
        server.set_disposition_message(text)

    def do_trace(self, server, rule, field, seen, allowed):
        server.add_trace(rule, field, seen, allowed)

    def do_keep(self, server):
        self.kept = server


class ScenarioPolicy(GObject.Object, ICert.Policy):
    """Does what the table says."""

    __gtype_name__ = "ScenarioPolicy"
    script = None

    def do_verify_request(self, server, new_request):
        return self.script.judge(server, new_request)


class ScenarioExit(GObject.Object, ICert.Exit):
    """Writes down what it hears."""

    __gtype_name__ = "ScenarioExit"
    heard = None

    def do_initialize(self, _ca, _settings):
        events = ICert.ExitEvents
        return (
            True,
            events.CERT_ISSUED
            | events.CERT_PENDING
            | events.CERT_DENIED
            | events.CERT_FAILED,
        )

    def do_notify_event(self, event, server):
        name = server.get_certificate_property("CommonName")
        has_certificate = server.get_certificate() is not None
        line = f"{show(name)} {'certificate' if has_certificate else 'nothing'}"
        self.heard.append(
            (server.get_request_id(), flags(ICert.ExitEvents, event), line)
        )
        return True


class Runner:
    """The objects of one CA, and the labels of the scenario that runs."""

    def __init__(self, config, requests, prefix):
        self.config, self.folder, self.prefix = config, pathlib.Path(requests), prefix
        self.labels, self.changes, self.heard = {}, [], []
        self.script = Script(self.say)
        self.error = None
        self.control = ICert.Control.open(config, None)
        policy, listener = ScenarioPolicy(), ScenarioExit()
        policy.script, listener.heard = self.script, self.heard
        self.control.append_policy(policy)
        self.control.append_exit(listener)
        self.control.start(None)
        self.request = ICert.Request.open(config, None)
        self.admin = ICert.Admin.open(config, None)
        self.ca = ICert.Ca.open(config, None)
        self.ca.connect(
            "request-changed", lambda _ca, *change: self.changes.append(change)
        )

    def say(self, text):
        """A line of the result, without what differs from run to run."""
        for label, request_id in self.labels.items():
            text = text.replace(f" {request_id} ", f" {label} ").replace(
                f" {request_id})", f" {label})"
            )
        text = text.replace(self.prefix, "%").replace(
            f"by {GLib.get_user_name()}", "by $USER"
        )
        print(f"= {text}", flush=True)

    # labels stand for request ids

    def label(self, request_id):
        return next(
            (key for key, value in self.labels.items() if value == request_id), "?"
        )

    def id_of(self, word):
        return self.labels[word] if word in self.labels else int(word)

    def show_response(self, response, label=None):
        request_id = response.get_request_id()
        if label is not None and self.label(request_id) == "?":
            self.labels[label] = request_id
        status = response.get_status()
        disposition = nick(response.get_disposition())
        line = f"{self.label(request_id)} {disposition}, {response.get_message()}"
        return line if status is None else f"{line}, {show_error(status)}"

    # steps

    def submit(self, name, *words):
        options = dict(word.split("=", 1) for word in words if "=" in word)
        attributes = {key[1:]: value for key, value in options.items() if key[0] == "@"}
        encoding = getattr(ICert.Encoding, options.get("encoding", "ANY"))
        form = getattr(ICert.RequestFormat, options.get("format", "ANY"))
        contents = GLib.Bytes.new((self.folder / name).read_bytes())
        arguments = [
            ICert.SubmitFlags.NONE,
            encoding,
            form,
            contents,
            attributes or None,
            options.get("key"),
        ]
        cancellable = Gio.Cancellable()
        if "cancelled" in words:
            cancellable.cancel()
        if "async" in words:
            response = self.wait(
                self.request.submit_full_async,
                self.request.submit_full_finish,
                cancellable,
                "late" in words,
                *arguments,
            )
        else:
            response = self.request.submit_full(*arguments, cancellable)
        self.say(self.show_response(response, options.get("as")))

    def wait(self, begin, finish, cancellable, late, *arguments):
        """The asynchronous pair, in this thread's loop."""
        answers = []
        begin(*arguments, cancellable, lambda _source, result: answers.append(result))
        if late:
            cancellable.cancel()
        while not answers:
            GLib.MainContext.default().iteration(True)
        return finish(answers[0])

    def submit_many(self, name, count, *words):
        attributes = dict(word[1:].split("=", 1) for word in words)
        contents = GLib.Bytes.new((self.folder / name).read_bytes())
        answers = []

        def answered(request, result):
            answers.append(request.submit_finish(result))

        for _ in range(int(count)):
            self.request.submit_async(
                ICert.SubmitFlags.NONE, contents, attributes, None, answered
            )
        while len(answers) < int(count):
            GLib.MainContext.default().iteration(True)
        ids = {answer.get_request_id() for answer in answers}
        issued = [
            answer
            for answer in answers
            if answer.get_disposition() == ICert.Disposition.ISSUED
        ]
        self.say(f"{len(answers)} answers, {len(issued)} issued, {len(ids)} requests")

    def retrieve(self, word, *how):
        if "async" in how:
            self.say(
                self.show_response(
                    self.wait(
                        self.request.retrieve_pending_async,
                        self.request.retrieve_pending_finish,
                        None,
                        False,
                        self.id_of(word),
                    )
                )
            )
        else:
            self.say(
                self.show_response(
                    self.request.retrieve_pending(self.id_of(word), None)
                )
            )

    def retrieve_by_key(self, key):
        self.say(self.show_response(self.request.retrieve_by_key(key, None)))

    def get_issued(self, word):
        self.say(
            self.show_response(self.request.get_issued(self.id_of(word), None, None))
        )

    def get_by_serial(self, word):
        serial = word
        if word in self.labels:
            view = ICert.View.open(self.config, None)
            view.set_columns(["SerialNumber"])
            view.add_restriction(
                "Request.RequestID", ICert.Seek.EQ, GLib.Variant("x", self.labels[word])
            )
            serial = unpack(
                view.open_view(None).next(1, None)[0].get_value("SerialNumber")
            )
        self.say(self.show_response(self.request.get_issued(-1, serial, None)))

    def certificate(self, word):
        """What the certificate of an answer looks like."""
        response = self.request.retrieve_pending(self.id_of(word), None)
        text = octets(response.get_certificate(ICert.OutputFlags.BASE64_HEADER))
        der = octets(response.get_certificate(ICert.OutputFlags.BINARY))
        self.say(
            f"PEM {text.startswith(b'-----BEGIN CERTIFICATE-----')}, DER {der[0]:02x}, "
            f"{len(response.list_issuers())} issuers".replace("True", "yes")
        )

    def resubmit(self, word, *how):
        if "async" in how:
            self.say(
                self.show_response(
                    self.wait(
                        self.admin.resubmit_request_async,
                        self.admin.resubmit_request_finish,
                        None,
                        False,
                        self.id_of(word),
                    )
                )
            )
        else:
            self.say(
                self.show_response(self.admin.resubmit_request(self.id_of(word), None))
            )

    def deny(self, word, reason=None):
        self.admin.deny_request(self.id_of(word), reason, None)
        self.say("done")

    def set_attributes(self, word, *words):
        attributes = dict(pair.split("=", 1) for pair in words)
        self.admin.set_request_attributes(self.id_of(word), attributes, None)
        self.say("done")

    def set_extension(self, word, oid, text, *words):
        value = GLib.Bytes.new(bytes.fromhex(text))
        self.admin.set_certificate_extension(
            self.id_of(word), oid, parse_flags(words), value, None
        )
        self.say("done")

    def trace(self, word):
        """The lines that the table's own policy wrote."""
        for entry in unpack(self.admin.get_trace(self.id_of(word), None)):
            if entry.get("rule", "").startswith("table-"):
                self.say(
                    " ".join(
                        entry.get(key, "-")
                        for key in ("rule", "field", "seen", "allowed")
                    )
                )

    def cell(self, row, name):
        value = row.get_value(name)
        if value is not None and name.lower().endswith("requestid"):
            return self.label(unpack(value))
        return show(value)

    def make_view(self, table, words):
        """A view with what the words ask for."""
        view = ICert.View.open(self.config, None)
        view.set_table(getattr(ICert.Table, table.upper()))
        for word in words:
            what, _, text = word.partition("=")
            if what == "columns":
                view.set_columns(text.split(","))
            elif what == "set":
                view.set_column_set(getattr(ICert.ColumnSet, text))
            elif what == "where":
                column, seek, kind, value = text.split(":", 3)
                value = (
                    make_value("x", self.id_of(value))
                    if kind == "id"
                    else make_value(kind, value)
                )
                view.add_restriction(column, getattr(ICert.Seek, SEEKS[seek]), value)
            elif what == "or":
                view.add_alternative()
            elif what == "sort":
                column, order = text.split(":")
                view.set_sort(column, getattr(ICert.Sort, order.upper()))
            elif what == "after":
                view.set_cursor(text)
        return view

    def view(self, table, *words):
        """Pages of rows: each is a new view that begins behind the last cursor."""
        size = int(
            next((word[5:] for word in words if word.startswith("page=")), "100")
        )
        cursor = None
        while True:
            view = self.make_view(table, words)
            if cursor is not None:
                view.set_cursor(cursor)
            rows = view.open_view(None)
            page = rows.next(size, None)
            if not page:
                break
            self.say(
                " | ".join(
                    " ".join(self.cell(row, name) for name in row.list_names())
                    for row in page
                )
            )
            cursor = rows.props.cursor
        self.say("end")

    def count(self, table, *words):
        self.say(f"{self.make_view(table, words).count(None)}")

    def row(self, word):
        """Attributes and extensions of a row."""
        view = ICert.View.open(self.config, None)
        view.add_restriction(
            "Request.RequestID", ICert.Seek.EQ, GLib.Variant("x", self.id_of(word))
        )
        row = view.open_view(None).next(1, None)[0]
        attributes = row.get_attributes()
        self.say(
            "attributes "
            + ",".join(f"{name}={attributes[name]}" for name in sorted(attributes))
        )
        extensions = row.list_extensions()
        items = [
            extensions.get_item(index) for index in range(extensions.get_n_items())
        ]
        self.say(
            "extensions "
            + ",".join(
                sorted(
                    f"{item.get_oid()}:{flags(ICert.ExtensionFlags, item.get_flags())}"
                    f":{nick(item.get_origin())}"
                    for item in items
                )
            )
        )

    def property(self, name, index="0"):
        number = getattr(ICert.CaProperty, name)
        self.say(show(self.ca.get_property_value(number, int(index), None)))

    def describe(self, name):
        _, kind, indexed, title = self.ca.describe_property(
            getattr(ICert.CaProperty, name)
        )
        kind = kind if isinstance(kind, str) else kind.dup_string()
        self.say(f"{kind} {'indexed' if indexed else 'single'} {title}")

    def ca_certificate(self, index):
        data = octets(self.ca.get_certificate(int(index), None))
        self.say(f"{len(data) > 300}".replace("True", "a certificate"))

    def profiles(self):
        self.say(",".join(sorted(self.ca.list_profiles(None))))

    def cas(self):
        """The records of the configuration."""
        records = ICert.Config.open(None).list(None)
        items = [records.get_item(index) for index in range(records.get_n_items())]
        self.say(" | ".join(sorted(item.get_config() for item in items)))

    def choose(self, choice):
        self.say(
            ICert.Config.open(None).get_config(
                getattr(ICert.ConfigChoice, choice), None
            )
        )

    def get_config(self, node, entry):
        self.say(show(self.admin.get_config_entry(node, entry, None)))

    def set_config(self, node, entry, text):
        self.admin.set_config_entry(node, entry, GLib.Variant("s", text), None)
        self.say("done")

    def list_config(self, node):
        self.say(",".join(self.admin.list_config_entries(node, None)))

    def roles(self):
        self.say(flags(ICert.Roles, self.admin.get_my_roles(None)))

    def open(self, config):
        ICert.Request.open(config, None)
        self.say("open")

    def create(self, class_id):
        ICert.create_instance(class_id, self.config, None)
        self.say("made")

    def policy(self, *words):
        self.script.actions.append(words)

    def kept(self, name):
        """What a policy that keeps its context finds there afterwards."""
        self.say(show(self.script.kept.get_certificate_property(name)))

    def events(self, count):
        """What the exit heard of this scenario's requests."""

        def mine():
            return [
                (key, *rest) for key, *rest in self.heard if key in self.labels.values()
            ]

        while len(mine()) < int(count):
            GLib.MainContext.default().iteration(True)
        for key, event, line in mine():
            self.say(f"{event} {self.label(key)} {line}")
        self.heard.clear()

    def changed(self, count):
        """What the signal request-changed told of this scenario's requests."""

        def mine():
            return [
                change for change in self.changes if change[0] in self.labels.values()
            ]

        while len(mine()) < int(count):
            GLib.MainContext.default().iteration(True)
        self.say(
            ", ".join(
                f"{self.label(key)} {nick(ICert.Disposition(value))}"
                for key, value in mine()
            )
        )
        self.changes.clear()

    def catch(self, code, verb, *words):
        """Error matching as one writes it in Python."""
        try:
            self.call(verb, words)
        except GLib.Error as error:
            if error.matches(ICert.error_quark(), getattr(ICert.Error, code)):
                self.say(f"caught {code}")
            else:
                raise

    def details(self):
        """The details of the last error."""
        entries = unpack(ICert.error_get_details(self.error))
        hidden = ("request-id", "correlation")
        self.say(
            " ".join(
                f"{name}={entries[name]}"
                for name in sorted(entries)
                if name not in hidden
            )
            + f" hresult={ICert.error_to_hresult(self.error):#010x}"
        )

    # the table

    def call(self, verb, words):
        getattr(self, verb.replace("-", "_"))(*words)

    def step(self, verb, words):
        try:
            self.call(verb, words)
        except GLib.Error as error:
            self.error = error
            self.say(f"error {show_error(error)}")
        if verb in ("submit", "resubmit", "catch"):
            self.script.actions.clear()

    def play(self, table):
        for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines():
            if line.startswith("scenario "):
                print(line, flush=True)
                self.labels.clear()
                self.script.actions.clear()
            elif line.startswith("  ") and line.strip()[0] not in "=#":
                _, words = GLib.shell_parse_argv(line.strip().replace("%", self.prefix))
                self.step(words[0], words[1:])
        self.control.stop(None)


if __name__ == "__main__":
    Runner(sys.argv[1], sys.argv[3], sys.argv[4]).play(sys.argv[2])
