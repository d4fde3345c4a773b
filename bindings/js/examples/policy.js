// SPDX-License-Identifier: LGPL-2.1-or-later
// policy.js REQUEST [CA]: an application that embeds a `local:` CA and lends it a policy of its own,
// behind those of the configuration. Run by `gjs -m`.

import GLib from 'gi://GLib';
import System from 'system';
import ICert, {attributes, bytes, definePolicy, describe, newError} from '../icert.js';

// Whatever goes wrong in here, nothing is issued: an error of ICert.Error with a refusal code denies,
// everything else leaves the request pending, and its message names the class.
const OwnNames = definePolicy({
  name: 'OwnNamesPolicy',
  verify(server) {
    for (const name of server.get_subject_alt_names()) {
      if (!name.matches('*.example.org')) {
        throw newError(ICert.Error.BAD_NAME, 'subjectAltName',
          `${name.get_text()} is foreign (a name under example.org)`);
      }
    }
    server.set_disposition_message('only names of ours');
    return ICert.Verdict.ISSUE;
  },
});

/** @param {string} path @param {string | null} config */
async function main(path, config = null) {
  const control = ICert.Control.open(config, null);
  control.append_policy(new OwnNames());
  await control.start_async(null);

  const request = ICert.Request.open(config, null);
  const answer = await request.submit_async(ICert.SubmitFlags.NONE,
    bytes(GLib.file_get_contents(path)[1]), attributes({CertificateTemplate: 'User'}), null);
  const issued = answer.get_disposition() === ICert.Disposition.ISSUED;
  print(`request ${answer.get_request_id()} ${issued ? 'issued' : 'refused'}: ${answer.get_message()}`);

  await control.stop_async(null);
  return issued ? 0 : 4;
}

if (ARGV.length < 1) {
  printerr('use: policy.js REQUEST [CA]');
  System.exit(2);
}
try {
  const [path, config] = ARGV;
  System.exit(await main(path, config));
} catch (error) {
  printerr(`policy.js: ${describe(error).text}`);
  System.exit(1);
}
