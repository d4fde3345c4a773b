# SPDX-License-Identifier: LGPL-2.1-or-later
"""Uses each kind of thing that the stubs have; checked by mypy, and run by test_stubs.py."""

import asyncio
import datetime
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402


class Policy(GObject.Object, ICert.Policy):
    """Virtual methods are checked against the contract."""

    __gtype_name__ = "TypedPolicy"

    def do_verify_request(
        self, server: ICert.ServerPolicy, new_request: bool
    ) -> tuple[bool, ICert.Verdict]:
        name: str | None = server.get_certificate_string("CommonName")
        if name is None:
            raise ICert.DeniedError("subject: no name (a CommonName)", limit=1)
        server.set_certificate_property(
            "NotAfter", datetime.datetime.now(datetime.timezone.utc)
        )
        server.set_certificate_extension("1.2.3", ICert.ExtensionFlags.NONE, b"\5\0")
        return True, ICert.Verdict.ISSUE if new_request else ICert.Verdict.DENY

    def do_list_profiles(self, caller: ICert.Server) -> list[str]:
        return caller.get_requester_groups()


class Exit(GObject.Object, ICert.Exit):
    """Flags are given as flags or as a list."""

    __gtype_name__ = "TypedExit"

    def do_initialize(
        self, ca: ICert.Server, settings: ICert.Settings
    ) -> tuple[bool, list[ICert.ExitEvents]]:
        return True, [ICert.ExitEvents.CERT_ISSUED]

    def do_notify_event(
        self, event: ICert.ExitEvents, server: ICert.ServerExit
    ) -> None:
        certificate: bytes | None = server.get_certificate()
        assert certificate is not None


class Manager(ICert.ModuleBase, ICert.Policy):
    """Classes of the contract are derived from."""

    __gtype_name__ = "TypedManager"

    def do_apply_settings(self, settings: ICert.Settings) -> bool:
        value: str | None = settings.get_string("Zone")
        found, number = settings.get_int("Number")
        return found and number > 0 and value is not None


def values(config: str | None, data: bytes) -> ICert.Response:
    """Bytes, dictionaries, enumerations, results of several values."""
    with ICert.Request.open(config) as request:
        answer = request.submit(0, data, {"CertificateTemplate": "User"})
        request.submit([ICert.SubmitFlags.CRLS], bytearray(data))
        identity: int = answer.request_id
        issued: bool = answer.disposition == ICert.Disposition.ISSUED
        text: str = answer.disposition.value_nick
        certificate: bytes | None = answer.get_certificate(ICert.OutputFlags.BINARY)
        print(identity, issued, text, len(certificate or b""))
    ok, host, name = ICert.config_string_parse("localhost\\Demo")
    print(ok, host, name.upper(), ICert.Name.new(ICert.NameKind.DNS, "a.example").text)
    extension = ICert.Extension.new_extended_key_usage(["1.3.6.1.5.5.7.3.1"], False)
    print(len(extension.value or b""), int(extension.flags))
    return answer


def rows(config: str | None) -> list[str]:
    """Views are sequences of mappings."""
    with ICert.View.open(config) as view:
        view.set_columns(["CommonName", "NotAfter"])
        view.add_restriction("Request.RequestID", ICert.Seek.GT, 0)
        first: list[ICert.ViewRow] = view[:10]
        last: ICert.ViewRow = view[-1]
        names = [str(row["CommonName"]) for row in view]
        print(len(view), len(first), last.get("NotAfter"), last.attributes.keys())
        return names + [column.get_name() for column in view.list_columns()[:2]]


def errors(config: str) -> str:
    """Exceptions have codes, fields and details."""
    try:
        ICert.Request.open(config)
    except ICert.NotFoundError as error:
        return error.field or "nothing"
    except ICert.CertError as error:
        return f"{error.name} {error.details.get('limit')} {error.code == ICert.Error.CONFIG}"
    except GLib.Error as error:
        return error.domain
    return ""


async def many(config: str | None, data: bytes, cancellable: Gio.Cancellable) -> int:
    """Pairs are awaited, or called back."""
    request = ICert.Request.open(config)
    calls = [
        request.submit_async(ICert.SubmitFlags.NONE, data, None, cancellable)
        for _ in "ab"
    ]
    answers = await asyncio.gather(*calls)
    first: ICert.Response = await request.retrieve_pending_async(answers[0].request_id)
    view = ICert.View.open(config)
    async for row in view:
        print(row["CommonName"])
    return first.request_id


def called_back(config: str | None, data: bytes) -> None:
    """The style of C goes on working."""
    loop = GLib.MainLoop()

    def done(source: ICert.Request, result: Gio.AsyncResult, word: str) -> None:
        print(word, source.submit_finish(result).get_message())
        loop.quit()

    ICert.Request.open(config).submit_async(0, data, None, None, done, "word")
    loop.run()


def control(config: str) -> None:
    """An engine of one's own."""
    with ICert.Control.open(config) as engine:
        engine.append_policy(Policy())
        engine.append_exit(Exit())
        engine.start()


def main(config: str, path: str) -> int:
    """Runs all of it."""
    with open(path, "rb") as file:
        data = file.read()
    answer = values(config, data)
    print(rows(config), errors("No Such CA"))
    print(ICert.run(many(config, data, Gio.Cancellable())))
    called_back(config, data)
    control(config)
    manager = Manager()
    manager.set_info("Typed.Policy", "typed", None, "1")
    return 0 if answer.request_id > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
