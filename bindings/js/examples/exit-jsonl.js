// SPDX-License-Identifier: LGPL-2.1-or-later
// exit-jsonl.js FILE CA REQUEST…: lends the CA an exit that appends a line of JSON to FILE for each
// event, and submits the requests. Run by `gjs -m`.
//
// An event comes after its certificate is safely in the database, and comes again until the exit has
// taken it: also after a crash, to the next run. A reader of FILE must expect a line twice.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import ICert, {attributes, bytes, date, defineExit, describe} from '../icert.js';

const {CERT_ISSUED, CERT_PENDING, CERT_DENIED} = ICert.ExitEvents;
const NAMES = {[CERT_ISSUED]: 'issued', [CERT_PENDING]: 'pending', [CERT_DENIED]: 'denied'};

function newExit(path) {
  const file = Gio.File.new_for_path(path).append_to(Gio.FileCreateFlags.PRIVATE, null);
  const JsonLines = defineExit({
    name: 'JsonLinesExit',
    events: CERT_ISSUED | CERT_PENDING | CERT_DENIED,
    notify(event, server) {
      const issued = event === CERT_ISSUED;
      const line = JSON.stringify({
        event: NAMES[event],
        request: server.get_request_id(),
        requester: server.get_request_string('RequesterName'),
        profile: server.get_request_attribute('CertificateTemplate'),
        serial: issued ? server.get_certificate_string('SerialNumber') : null,
        until: issued ? date(server.get_certificate_date('NotAfter')) : null,
      });
      // what fails here is tried again later
      file.write_all(new TextEncoder().encode(`${line}\n`), null);
      file.flush(null);
    },
  });
  return new JsonLines();
}

async function main(path, config, requests) {
  const control = ICert.Control.open(config, null);
  control.append_exit(newExit(path));
  await control.start_async(null);

  const request = ICert.Request.open(config, null);
  await Promise.all(requests.map(name => request.submit_async(ICert.SubmitFlags.NONE,
    bytes(GLib.file_get_contents(name)[1]), attributes({CertificateTemplate: 'User'}), null)));

  // delivers what is due, then lets the exit go
  await control.stop_async(null);
}

const [path, config, ...requests] = ARGV;
if (requests.length === 0) {
  printerr('use: exit-jsonl.js FILE CA REQUEST…');
  System.exit(2);
}
try {
  await main(path, config, requests);
} catch (error) {
  printerr(`exit-jsonl.js: ${describe(error).text}`);
  System.exit(1);
}
