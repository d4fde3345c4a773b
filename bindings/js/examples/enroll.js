// SPDX-License-Identifier: LGPL-2.1-or-later
// enroll.js PROFILE HOST FOLDER [CA]: key and certificate of a server, run by `gjs -m`. Makes a key,
// asks the CA for a certificate of HOST, waits a minute for an officer, checks the answer, and
// leaves HOST.key, HOST.pem and HOST.chain in FOLDER. Run again it goes on with its request.

import System from 'system';
import ICert, {date, describe} from '../icert.js';

async function main(profile, host, folder, config = null) {
  const enrolment = ICert.Enroll.open(null);
  enrolment.profile = profile;
  enrolment.keyFile = `${folder}/${host}.key`;
  enrolment.certificateFile = `${folder}/${host}.pem`;
  enrolment.chainFile = `${folder}/${host}.chain`;
  enrolment.set_names([ICert.Name.new(ICert.NameKind.DNS, host)]);

  // does not block: a program with windows goes on drawing them, and a Gio.Cancellable ends the wait
  const answer = await enrolment.enroll_async(config, 60, null);
  if (answer.disposition !== ICert.Disposition.ISSUED) {
    print(`JavaScript: request ${answer.requestId}: ${answer.message}`);
    return answer.disposition === ICert.Disposition.UNDER_SUBMISSION ? 3 : 4;
  }
  const until = date(enrolment.get_not_after()).toISOString().slice(0, 10);
  print(`JavaScript: ${folder}/${host}.pem, until ${until}`);
  return 0;
}

if (ARGV.length !== 3 && ARGV.length !== 4) {
  printerr('use: enroll.js PROFILE HOST FOLDER [CA]');
  System.exit(2);
}
try {
  System.exit(await main(...ARGV));
} catch (error) {
  const {name, text} = describe(error);
  printerr(`enroll.js: ${name}: ${text}`);
  System.exit(1);
}
