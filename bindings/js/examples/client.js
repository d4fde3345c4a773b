// SPDX-License-Identifier: LGPL-2.1-or-later
// client.js REQUEST PROFILE [CA]: a client in JavaScript, run by `gjs -m`. Finds a CA, submits a
// request, and prints what the CA's database then says about it.

import GLib from 'gi://GLib';
import System from 'system';
import ICert, {attributes, bytes, date, describe, select} from '../icert.js';

// Step 2: without a name, the default record, else the only one.
function findCa() {
  return ICert.Config.open(null).get_config(ICert.ConfigChoice.DEFAULT, null) ?? '';
}

// Every call has two forms. This one does not block: a program with windows goes on drawing them.
async function submit(config, path, profile) {
  const [, contents] = GLib.file_get_contents(path);
  const request = ICert.Request.open(config, null);
  return await request.submit_async(ICert.SubmitFlags.NONE, bytes(contents),
    attributes({CertificateTemplate: profile}), null);
}

function printRow(config, requestId) {
  const columns = ['Request.RequestID', 'Request.Disposition', 'CommonName', 'SerialNumber', 'NotAfter'];
  for (const row of select(config, {columns, where: [['Request.RequestID', '=', requestId]]})) {
    for (const name of columns)
      print(`  ${name.padEnd(20)} ${(name === 'NotAfter' ? date(row[name]) : row[name]) ?? ''}`);
  }
}

async function main(path, profile, config = findCa()) {
  print(`gjs: CA ${config}`);
  const answer = await submit(config, path, profile);
  const issued = answer.get_disposition() === ICert.Disposition.ISSUED;
  print(`gjs: request ${answer.get_request_id()} ${issued ? 'issued' : answer.get_message()}`);
  printRow(config, answer.get_request_id());
  return issued ? 0 : 3;
}

if (ARGV.length < 2 || ARGV.length > 3) {
  printerr('use: client.js REQUEST PROFILE [CA]');
  System.exit(2);
}
try {
  const [path, profile, config] = ARGV;
  System.exit(await main(path, profile, config));
} catch (error) {
  // the code tells a program what to do, the text a person
  const {name, text} = describe(error);
  printerr(`client.js: ${name}: ${text}`);
  System.exit(1);
}
