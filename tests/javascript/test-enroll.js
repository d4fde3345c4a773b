// SPDX-License-Identifier: LGPL-2.1-or-later
// ICert.Enroll from gjs: properties, names as lists, promises, wrong arguments, and the example.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {home, makeCa, removeHome} from './ca.js';
import {equal, rejects, run, test, throws} from './tap.js';
import ICert from '../../bindings/js/icert.js';

const config = makeCa();
const {DNS} = ICert.NameKind;

// Who may have names below example.org without an officer: everybody here.
function grant() {
  const icert = Gio.Subprocess.new(['icert', 'grant', 'web', '--principal', `user:${GLib.get_user_name()}`,
    '--profile', 'WebServer', '--dns', '*.example.org'], Gio.SubprocessFlags.STDOUT_SILENCE);
  if (!icert.wait_check(null))
    throw new Error('no grant');
}
grant();

function make(name, host = null) {
  const enrolment = ICert.Enroll.open(null);
  enrolment.profile = 'WebServer';
  enrolment.key_file = `${home}/${name}.key`;
  enrolment.certificate_file = `${home}/${name}.pem`;
  if (host !== null)
    enrolment.set_names([ICert.Name.new(DNS, host)]);
  return enrolment;
}

const exists = name => GLib.file_test(`${home}/${name}`, GLib.FileTest.EXISTS);

test('every property can be set and read, and names are an array', () => {
  const enrolment = ICert.Enroll.open(null);
  for (const name of ['subject', 'profile', 'key_type', 'key_file', 'certificate_file', 'chain_file',
    'pkcs12_file']) {
    equal(enrolment[name], null, name);
    enrolment[name] = `ü ${name}`;
    equal(enrolment[name], `ü ${name}`);
    enrolment[name] = null;
  }
  enrolment.trust = GLib.Bytes.new(new TextEncoder().encode('octets'));
  equal(enrolment.trust.get_size(), 6);
  equal(enrolment.get_names(), []);
  enrolment.set_names(['a', 'b'].map(name => ICert.Name.new(DNS, `${name}.example.org`)));
  equal(enrolment.get_names().map(name => name.get_text()), ['a.example.org', 'b.example.org']);
  enrolment.set_names(null);
  equal(enrolment.get_names(), []);
});

test('an enrolment is awaited, and a renewal makes a new key', async () => {
  const enrolment = make('web', 'web.example.org');
  const answer = await enrolment.enroll_async(config, 0, null);
  equal(answer.disposition, ICert.Disposition.ISSUED);
  const read = suffix => GLib.file_get_contents(`${home}/web.${suffix}`)[1].toString();
  const first = [read('key'), read('pem')];
  equal(enrolment.get_not_after().compare(enrolment.get_renewal_time()), 1);
  equal((await enrolment.renew_async(null, false, 0, null)).disposition, ICert.Disposition.ISSUED);
  equal([read('key') === first[0], read('pem') === first[1]], [false, false]);
});

test('a request is handed over and its answer installed', async () => {
  const request = await make('hand', 'hand.example.org').create_request_async(null);
  const door = ICert.Request.open(config, null);
  const answer = door.submit(ICert.SubmitFlags.NONE, request, null, null);
  const enrolment = make('hand');
  equal(throws(ICert.Error.CONFIG, () => enrolment.install_response(answer, null)).message
    .startsWith('trust: '), true);
  enrolment.trust = door.get_ca().get_certificate(-1, null);
  equal(await enrolment.install_response_async(answer, null), true);
  equal(exists('hand.pem'), true);
});

test('S-N5: wrong arguments are exceptions and make no file', async () => {
  const enrolment = make('wrong', 'wrong.example.org');
  for (const wrong of [[5], ['a'], [{}], 5, 'a'])
    throws(null, () => enrolment.set_names(wrong));
  throws(ICert.Error.CONFIG, () => enrolment.set_passphrase(''));
  throws(ICert.Error.MALFORMED, () => enrolment.install_certificate(new GLib.Bytes([]), null));
  throws(ICert.Error.NOT_FOUND, () => enrolment.get_not_after());
  throws(ICert.Error.CONFIG, () => ICert.Enroll.open(null).create_request(null));
  enrolment.key_type = 'rsa-512';
  await rejects(ICert.Error.UNSUPPORTED, enrolment.enroll_async(config, 0, null));
  equal(exists('wrong.key') || exists('wrong.key.enroll'), false);
});

test('a wait is cancelled, and goes on later with the same request', async () => {
  const cancellable = new Gio.Cancellable();
  const waiting = make('pend', 'pend.example.net').enroll_async(config, 600, cancellable);
  GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1500, () => {
    cancellable.cancel();
    return GLib.SOURCE_REMOVE;
  });
  const error = await waiting.then(() => null, reason => reason);
  equal(error?.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true, String(error));
  const pending = await make('pend').enroll_async(null, 0, null);
  equal(pending.disposition, ICert.Disposition.UNDER_SUBMISSION);
  ICert.Admin.open(config, null).resubmit_request(pending.request_id, null);
  const issued = await make('pend').enroll_async(null, 0, null);
  equal([issued.disposition, issued.request_id], [ICert.Disposition.ISSUED, pending.request_id]);
});

test('the folder of the test is removed', () => {
  removeHome();
});

await run();
