// SPDX-License-Identifier: LGPL-2.1-or-later
// The module author's kit from gjs: fake server, settings half, contract tests.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import ICert from 'gi://ICert?version=1.0';

import {equal, run, test, throws} from './tap.js';

const CN = 'CommonName';
const text = value => new GLib.Variant('s', value);

const ZonePolicy = GObject.registerClass(
  {GTypeName: 'KitJsZonePolicy', Implements: [ICert.Policy]},
  class extends ICert.ModuleBase {
    _init() {
      super._init();
      this.set_info('Zone.Policy', 'Issues inside one zone', null, '1.0');
      this.add_setting('Zone', 'string', 'example.org', '1', '253', 'Names end in it');
    }

    vfunc_initialize(ca, settings) {
      return this.use_settings(settings);
    }

    vfunc_get_description() {
      return 'Issues inside one zone';
    }

    vfunc_get_manage_module() {
      return this;
    }

    vfunc_verify_request(server, newRequest) {
      const zone = this.get_settings().get_string('Zone');
      const name = server.get_request_string(CN);
      if (!name) {
        throw new GLib.Error(ICert.error_quark(), ICert.Error.BAD_NAME,
          'CommonName: none (a DNS name)');
      }
      server.add_trace('zone', CN, name, `*.${zone}`);
      server.set_certificate_property(CN, text(name));
      if (name.endsWith(`.${zone}`) || !newRequest)
        return [true, ICert.Verdict.ISSUE];
      server.set_disposition_message(`${name} is outside of ${zone}`);
      return [true, ICert.Verdict.PENDING];
    }
  });

const LineExit = GObject.registerClass(
  {GTypeName: 'KitJsLineExit', Implements: [ICert.Exit]},
  class extends GObject.Object {
    lines = new Set();

    vfunc_initialize() {
      return [true, ICert.ExitEvents.CERT_ISSUED];
    }

    vfunc_notify_event(event, server) {
      this.lines.add(`${event} ${server.get_request_id()}`);
      return true;
    }
  });

const Throws = GObject.registerClass({GTypeName: 'KitJsThrows', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request() {
      throw new Error('no');
    }
  });

const Keeper = GObject.registerClass({GTypeName: 'KitJsKeeper', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request(server) {
      if (this.kept)
        this.late = throws(ICert.Error.CONTEXT, () => this.kept.get_request_property(CN));
      this.kept = server;
      return [true, ICert.Verdict.PENDING];
    }
  });

function newServer(policy, settings = null) {
  const server = ICert.TestServer.new(7);
  server.initialize_policy(policy, settings, null);
  return server;
}

function judge(server, policy, name, newRequest = true) {
  server.set_request_property(CN, text(name));
  return server.verify_request(policy, newRequest).at(-1);
}

test('a policy is judged by its verdicts', () => {
  const policy = new ZonePolicy();
  const server = newServer(policy, {Zone: 'example.net'});
  equal(judge(server, policy, 'www.example.net'), ICert.Verdict.ISSUE);
  equal(server.get_certificate_text(CN), 'www.example.net');
  equal(judge(server, policy, 'www.example.com'), ICert.Verdict.PENDING);
  equal(server.get_disposition_message(), 'www.example.com is outside of example.net');
  equal(judge(server, policy, 'www.example.com', false), ICert.Verdict.ISSUE);
});

test('a policy is judged by its refusals', () => {
  const policy = new ZonePolicy();
  const server = newServer(policy);
  throws(ICert.Error.BAD_NAME, () => server.verify_request(policy, true));
});

test('what a policy did can be read, and forgotten', () => {
  const policy = new ZonePolicy();
  const server = newServer(policy);
  judge(server, policy, 'www.example.org');
  equal(server.list_trace(), ['zone\tCommonName\twww.example.org\t*.example.org']);
  equal(server.list_used(true), [CN]);
  equal(server.get_trace().deepUnpack().length, 1);
  server.reset();
  equal(server.list_trace(), []);
  equal(server.get_certificate_text(CN), null);
});

test('S-L2: a kept context is dead when the next request comes', () => {
  const policy = new Keeper();
  const server = newServer(policy);
  server.verify_request(policy, true);
  server.verify_request(policy, true);
  equal(policy.late.code, ICert.Error.CONTEXT);
});

test('a misspelt name in a test is an exception', () => {
  const server = ICert.TestServer.new(7);
  throws(ICert.Error.UNKNOWN_NAME, () => server.set_request_property('ComonName', null));
  throws(ICert.Error.MALFORMED, () => server.set_request_property(CN, new GLib.Variant('i', 1)));
});

test('an exit hears events, twice', () => {
  const line = new LineExit();
  const server = ICert.TestServer.new(7);
  const mask = server.initialize_exit(line, null, null).at(-1);
  equal(mask, ICert.ExitEvents.CERT_ISSUED);
  server.notify_event(line, ICert.ExitEvents.CERT_ISSUED);
  server.notify_event(line, ICert.ExitEvents.CERT_ISSUED);
  equal([...line.lines], [`${ICert.ExitEvents.CERT_ISSUED} 7`]);
});

test('the settings half comes with the base class', () => {
  const policy = new ZonePolicy();
  const server = newServer(policy);
  equal(policy.get_value('Zone').deepUnpack(), 'example.org');
  equal(policy.description, 'Issues inside one zone');
  throws(ICert.Error.CONFIG, () => server.initialize_policy(new ZonePolicy(), {Zone: ''}, null));
});

test('S-A3: facts come from a real request, and garbage is refused', () => {
  const openssl = Gio.Subprocess.new(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=www.example.org'],
  Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_SILENCE);
  const [, pem] = openssl.communicate(null, null);
  const server = ICert.TestServer.new(7);
  server.load_request(pem, {CertificateTemplate: 'WebServer'}, 'nobody');
  equal(server.get_certificate_text('PublicKeyType'), 'ec-p256');
  equal(server.get_request_property('RequesterName').deepUnpack(), 'nobody');
  const garbage = new GLib.Bytes(new TextEncoder().encode('no request'));
  throws(ICert.Error.MALFORMED, () => server.load_request(garbage, null, null));
});

test('modules that keep the contract have no problems', () => {
  equal(ICert.contract_check_policy(new ZonePolicy(), null, null, false), []);
  equal(ICert.contract_check_exit(new LineExit(), null, null, false), []);
});

test('a policy that throws, and one that keeps its context, are found out', () => {
  const thrown = ICert.contract_check_policy(new Throws(), null, null, false);
  equal(thrown.some(problem => problem.startsWith('verdicts: ')), true, thrown.join('; '));
  const kept = ICert.contract_check_policy(new Keeper(), null, null, false);
  equal(kept.some(problem => problem.startsWith('contexts: ')), true, kept.join('; '));
});

await run();
