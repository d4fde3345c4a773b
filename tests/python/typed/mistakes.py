# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mistakes that mypy has to find: each behind its line, and nothing else (test_stubs.py)."""

import datetime

from gi.repository import GLib, GObject, ICert

request = ICert.Request.open(5)  # error: arg-type
request = ICert.Request.open("x", None, None)  # error: call-arg
request.submit(0, "text")  # error: arg-type
request.submit(0, b"x", {"a": 1})  # error: dict-item
request.submit(5, b"x")  # error: arg-type
request.submit(ICert.Seek.EQ, b"x")  # error: arg-type
request.submit(0)  # error: call-arg
request.submit(0, None)  # error: arg-type
request.sumbit(0, b"x")  # error: attr-defined
request.retrieve_pending("1")  # error: arg-type
answer = request.retrieve_pending(1)
answer.request_id = 5  # error: misc
number: str = answer.request_id  # error: assignment
octets: bytes = answer.get_certificate(ICert.OutputFlags.BINARY)  # error: assignment
answer.get_certificate()  # error: call-arg
ICert.Disposition.ISSUD  # error: attr-defined
ICert.NoSuch  # error: attr-defined
ICert.Response()
view = ICert.View.open()
view.set_columns("CommonName")  # error: arg-type
view.set_columns([1])  # error: list-item
view.add_restriction("a", "=", 1)  # error: arg-type
view.add_restriction("a", ICert.Seek.EQ, object())  # error: arg-type
view["CommonName"]  # error: call-overload
view[0][1]  # error: index
for row in view:
    row.get_valu("x")  # error: attr-defined
ICert.Name.new("dns", "a")  # error: arg-type
ICert.Extension.new_key_usage(1, True)  # error: arg-type
ICert.Extension.new_extended_key_usage("1.2.3", False)  # error: arg-type
ICert.DeniedError(5)  # error: arg-type
ICert.DeniedError("x", details={})  # error: arg-type
ICert.run(5)  # error: arg-type
ICert.run(request.retrieve_pending_async)  # error: arg-type
ICert.Control.open().append_policy(request)  # error: arg-type
ICert.attributes_parse(None).keys(1)  # error: call-arg


async def main() -> None:
    wrong: str = await request.retrieve_pending_async(1)  # error: assignment
    await request.retrieve_pending(1)  # error: misc
    request.retrieve_pending_async(1, None, 5)  # error: call-overload


class Policy(GObject.Object, ICert.Policy):
    def do_verify_request(  # error: override
        self, server: ICert.ServerPolicy, new_request: bool
    ) -> ICert.Verdict:
        today = datetime.date.today()
        server.set_certificate_property("NotAfter", today)  # error: arg-type
        server.get_certificate()  # error: attr-defined
        return ICert.Verdict.ISSUE


class Exit(GObject.Object, ICert.Exit):
    def do_notify_event(self, event: ICert.ExitEvents) -> bool:  # error: override
        return True


try:
    pass
except ICert.DeniedError as error:
    error.code.upper()  # error: attr-defined
    error.fields  # error: attr-defined
except GLib.Error as error:
    error.details  # error: attr-defined
