// SPDX-License-Identifier: LGPL-2.1-or-later
// ICert.Security and ICert.IssuedCrl from gjs.

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {home, makeCa, removeHome} from './ca.js';
import {equal, matches, run, test, throws} from './tap.js';
import ICert from '../../bindings/js/icert.js';

const config = makeCa();
const security = ICert.Security.open(config, null);

/** The principal that made the CA. */
function own() {
  return Object.keys(security.list_roles(null).deepUnpack())[0];
}

function rows(variant) {
  return variant.recursiveUnpack();
}

test('roles are set, listed and taken away', () => {
  matches(own(), /^uid:\d+$/);
  security.set_roles('uid:4711', ICert.Roles.READ, null);
  equal(security.list_roles(null).deepUnpack()['uid:4711'], ICert.Roles.READ);
  security.set_roles('uid:4711', 0, null);
  equal(security.list_roles(null).deepUnpack()['uid:4711'], undefined);
  throws(null, () => security.set_roles('nobody', ICert.Roles.READ, null));
});

test('verbs and effective rights are what the table says', () => {
  const verbs = rows(security.list_verbs(null)).map(row => row.verb);
  equal(verbs.includes('cert-check'), true);
  const rights = security.get_effective_rights(own(), null).recursiveUnpack();
  equal((rights.roles & ICert.Roles.ADMIN) !== 0, true);
});

test('officer rights and agents are sections with lists', () => {
  security.set_officer_rights('web', [own()], ['WebServer'], [], null);
  equal(rows(security.list_officer_rights(null)).map(row => [row.name, row.profiles]),
    [['web', ['WebServer']]]);
  security.set_officer_rights('web', null, null, null, null);
  security.set_agent('desk', [own()], ['User'], ['user:*'], null);
  equal(rows(security.list_agents(null)).map(row => [row.name, row.subjects]), [['desk', ['user:*']]]);
  security.set_agent('desk', null, null, null, null);
  equal(rows(security.list_agents(null)), []);
});

test('profiles have versions, and no change waits with a single operator', () => {
  const text = '[Profile]\nName=Printer\nVersion=3\nEnroll=submitter\n[Subject]\nCommonName=approved\n' +
    '[Extensions]\nExtendedKeyUsage=serverAuth\n';
  security.set_profile('Printer', new TextEncoder().encode(text), null);
  equal(rows(security.list_profile_versions('Printer', null)).map(row => Number(row.version)), [3]);
  security.withdraw_profile('Printer', null);
  throws(ICert.Error.NOT_FOUND, () => security.withdraw_profile('Printer', null));
  equal(rows(security.list_changes(true, null)), []);
  throws(ICert.Error.NOT_FOUND, () => security.approve_change(7, null));
  throws(ICert.Error.NOT_FOUND, () => security.reject_change(7, 'no', null));
});

const Publisher = GObject.registerClass({
  GTypeName: 'SecurityPublisherJs',
  Implements: [ICert.Exit],
}, class extends GObject.Object {
  vfunc_initialize(_ca, _settings) {
    return [true, ICert.ExitEvents.CRL_ISSUED];
  }

  vfunc_notify_event(_event, server) {
    for (const crl of server.list_crls()) {
      try {
        crl.check_base(null);
        crl.check_replaces(null);
        crl.report_done(`memory:${crl.key_index}`, true);
      } catch (error) {
        crl.report_failure(`memory:${crl.key_index}`, error);
      }
    }
    return true;
  }
});

/** The newest CRL of the CA, DER. */
function publish() {
  const admin = ICert.Admin.open(config, null);
  admin.publish_crls(ICert.CrlFlags.BASE, null, null);
  const path = GLib.build_filenamev([home, 'Js', 'publish', 'crl', 'ca.crl']);
  return GLib.file_get_contents(path)[1];
}

test('a CRL says what it is, what it replaces, and what is no CRL is refused', () => {
  const first = publish();
  const second = publish();
  const crl = ICert.IssuedCrl.new(0, 0, new GLib.Bytes(first));
  equal([crl.key_index, crl.partition, crl.delta, Number(crl.number)], [0, 0, false, 1]);
  equal(Number(crl.get_base_number()), -1);
  equal(crl.get_next_update().difference(crl.get_this_update()) > 0, true);
  equal(crl.get_bytes().get_size(), first.length);
  throws(ICert.Error.CONFLICT, () => crl.check_replaces(new GLib.Bytes(second)));
  const [, same] = crl.check_replaces(new GLib.Bytes(first));
  equal(same, true);
  throws(ICert.Error.MALFORMED, () => ICert.IssuedCrl.new(0, 0, new GLib.Bytes(first.slice(1))));
});

test('an exit of JavaScript reports each place of a CRL', () => {
  const server = ICert.TestServer.new(0);
  const crl = ICert.IssuedCrl.new(4, 0, new GLib.Bytes(publish()));
  const publisher = new Publisher();
  server.add_crl(crl);
  server.initialize_exit(publisher, null, null);
  server.notify_event(publisher, ICert.ExitEvents.CRL_ISSUED);
  equal(rows(crl.list_reports()), [{'place': 'memory:4', 'read-back': true}]);
  crl.report_failure('memory:4', new GLib.Error(ICert.Error, ICert.Error.FAILED, 'x: no (yes)'));
  equal(rows(crl.list_reports())[0].failure, 'x: no (yes)');
  removeHome();
});

await run();
