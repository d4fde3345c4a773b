// SPDX-License-Identifier: LGPL-2.1-or-later
// client.ts REQUEST PROFILE [CA]: a client in TypeScript. Finds a CA, submits a request, waits without
// blocking, and prints what the CA's database then says about it. bindings/js/README.md says how the
// types are made and how it is compiled; `gjs -m` runs what comes out.

import GLib from 'gi://GLib';
import System from 'system';
import ICert, {attributes, bytes, date, describe, isError, select} from '../icert.js';

// Step 2: without a name, the default record, else the only one.
async function findCa(): Promise<string> {
  const choice = ICert.ConfigChoice.DEFAULT;
  return await ICert.Config.open(null).get_config_async(choice, null) ?? '';
}

async function submit(config: string, path: string, profile: string): Promise<ICert.Response> {
  const [, contents] = GLib.file_get_contents(path);
  const request = ICert.Request.open(config, null);
  return await request.submit_async(ICert.SubmitFlags.NONE, bytes(contents),
    attributes({CertificateTemplate: profile}), null);
}

async function printRow(config: string, requestId: number): Promise<void> {
  const rows = select(config, {
    columns: ['RequestID', 'Disposition', 'SerialNumber', 'NotAfter'],
    where: [['RequestID', '=', requestId]],
  });
  for await (const row of rows) {
    const end: Date | null = date(row.NotAfter);
    print(`  serial ${row.SerialNumber ?? '-'}, until ${end?.toISOString() ?? '-'}`);
  }
}

async function main(path: string, profile: string, ca?: string): Promise<number> {
  const config = ca ?? await findCa();
  const answer = await submit(config, path, profile);
  const issued = answer.get_disposition() === ICert.Disposition.ISSUED;
  print(`ts: request ${answer.get_request_id()} ${issued ? 'issued' : answer.get_message()}`);
  await printRow(config, answer.get_request_id());
  return issued ? 0 : 3;
}

const [path, profile, ca] = ARGV;
try {
  if (path === undefined || profile === undefined)
    throw new RangeError('use: client.js REQUEST PROFILE [CA]');
  System.exit(await main(path, profile, ca));
} catch (error) {
  const {name, text} = describe(error);
  printerr(`client: ${isError(error) ? name : 'failed'}: ${text}`);
  System.exit(error instanceof RangeError ? 2 : 1);
}
