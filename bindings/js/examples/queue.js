// SPDX-License-Identifier: LGPL-2.1-or-later
// queue.js [CA [REQUEST…]]: the officer's queue, which follows what happens: `issue ID`, `deny ID
// [REASON]` and `quit` are read from standard input. The requests are submitted first. What is issued
// is the version of the content that was shown last. Run by `gjs -m`.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import ICert, {attributes, bytes, date, describe, select} from '../icert.js';

const COLUMNS = ['Request.RequestID', 'Request.RequesterName', 'Request.CommonName',
  'Request.SubmittedWhen', 'Request.ContentVersion'];
/** @type {import('../icert.js').Condition} */
const WAITING = ['Request.Disposition', '=', ICert.RowDisposition.PENDING];

/** @type {Map<number, number>} content versions, by request id */
const seen = new Map();

function show(row) {
  const [id, requester, name, when, version] = COLUMNS.map(column => row[column]);
  seen.set(id, version);
  print(`+ ${id} ${name ?? '-'} from ${requester} at ${date(when)?.toISOString()} (version ${version})`);
}

async function showQueue(config) {
  for await (const row of select(config, {columns: COLUMNS, where: [WAITING], sort: COLUMNS[0]}))
    show(row);
}

// The signal says which request has changed; what it is now, the database says.
function follow(ca, config) {
  ca.connect('request-changed', (_ca, id, disposition) => {
    if (disposition !== ICert.Disposition.UNDER_SUBMISSION) {
      print(`- ${id} ${disposition === ICert.Disposition.ISSUED ? 'issued' : 'refused'}`);
      return;
    }
    for (const row of select(config,
      {columns: COLUMNS, where: [WAITING, ['Request.RequestID', '=', id]]}))
      show(row);
  });
}

async function obey(admin, line) {
  const [verb, id, ...words] = line.trim().split(/\s+/);
  if (verb === 'issue')
    await admin.resubmit_request_version_async(Number(id), seen.get(Number(id)) ?? 1, null);
  else if (verb === 'deny')
    await admin.deny_request_async(Number(id), words.join(' ') || null, null);
  else
    throw new RangeError(`${verb} (issue ID, deny ID [REASON], quit)`);
}

Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

/** @param {string | null} config */
async function main(config = null, ...requests) {
  const admin = ICert.Admin.open(config, null);
  const ca = admin.get_ca();
  await showQueue(config);
  follow(ca, config);

  const request = ICert.Request.open(config, null);
  for (const name of requests) {
    await request.submit_async(ICert.SubmitFlags.NONE, bytes(GLib.file_get_contents(name)[1]),
      attributes({CertificateTemplate: 'WebServer'}), null);
  }

  /** @type {any} the types do not know the finish_utf8 form */
  const input = Gio.DataInputStream.new(new Gio.UnixInputStream({fd: 0}));
  for (;;) {
    const [line] = await input.read_line_async(GLib.PRIORITY_DEFAULT, null);
    if (line === null || line.trim() === 'quit')
      return;
    try {
      await obey(admin, line);
    } catch (error) {
      print(`! ${describe(error).text}`);
    }
  }
}

try {
  const [config, ...requests] = ARGV;
  await main(config, ...requests);
} catch (error) {
  printerr(`queue.js: ${describe(error).text}`);
  System.exit(1);
}
