// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether calls of each kind make gjs grow: `gjs -m leaks.js --calls=200000`; see
// tests/python/leaks.py, whose lines these are. Each kind runs in a process of its own.

import {variant} from '../../bindings/js/icert.js';
import {home, makeCa, makeRequest, removeHome} from './ca.js';

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import ICert from 'gi://ICert?version=1.0';
import System from 'system';

const LIMIT = 2;
const ROUNDS = 3;
const WARM_UP = 3000;
const LONG = 100000;
const PAGE_KB = 4;
const PROVEN = 32;
const COLLECT = 2000;
const PROOF_CALLS = 20000;

// What gjs 1.74 itself loses, in octets a call, with whatever library: the proofs show it with GLib
// alone. An object as a hash table argument: the table. A GLib.Variant that is made: all of it. Our
// override gives no such table, and variant() of icert.js makes none.
const OBJECT = 256;
const VARIANT = 224;

const kinds = new Map();

// `share`: of so many calls one is made, for those that take long. `warmUp`: calls until the caches
// are full. `found`: a leak that the harness must find. `known`: octets a call that gjs loses, and
// of a `proof` has to lose.
function kind(name, prepare, how = {}) {
  kinds.set(name, {prepare, share: 1, warmUp: 0, found: false, known: 0, proof: false, ...how});
}

const text = variant;
const octets = (...values) => new GLib.Bytes(values);
const dns = name => ICert.Name.new(ICert.NameKind.DNS, name);
const names = ['dns=www.example.org', 'ipaddress=192.0.2.1', 'email=ann@example.org']
  .map(name => ICert.Name.from_string(name));
const oids = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
const make = ICert.Extension;

/* Values */

kind('property-string', () => () => names[0].text);
kind('property-bytes', () => () => names[1].bytes);
kind('property-flags', () => {
  const extension = make.new_key_usage(ICert.KeyUsage.CRL_SIGN, true);
  return () => [extension.flags, extension.origin];
});
kind('getter-string', () => () => [names[0].to_string(), names[0].get_text()]);
kind('getter-bytes', () => () => names[0].to_der());
kind('getter-strv', () => {
  const value = make.new_extended_key_usage(oids, false).get_value();
  return () => make.parse_extended_key_usage(value);
});
kind('getter-variant', () => {
  const server = ICert.TestServer.new(7);
  server.set_request_property('CommonName', text('www.example.org'));
  return () => server.get_request_property('CommonName');
});
kind('getter-objects', () => {
  const value = make.new_subject_alt_name(names, false).get_value();
  return () => make.parse_subject_alt_name(value);
});
kind('getter-two-lists', () => {
  const subtrees = [ICert.Name.new_constraint(ICert.NameKind.DNS, 'example.org')];
  const value = make.new_name_constraints(subtrees, subtrees, true).get_value();
  return () => make.parse_name_constraints(value);
});
kind('getter-outs', () => {
  const value = make.new_authority_info_access(['http://a/'], ['http://b/']).get_value();
  return () => make.parse_authority_info_access(value);
});
kind('getter-hash-table', () => () => ICert.attributes_parse('A:1\nB:two\nC:three'));
kind('object-argument', () => {
  const attributes = {A: '1', B: 'two', C: 'three'};
  return () => ICert.attributes_format(attributes);
});
kind('variant-argument', () => {
  const server = ICert.TestServer.new(7);
  return () => server.set_request_property('CommonName', text('www.example.org'));
});
kind('error', () => () => {
  try {
    dns('a_b');
  } catch (error) {
    return error.matches(ICert.Error, ICert.Error.BAD_NAME);
  }
  throw new Error('no error');
});
kind('new-name', () => () => [dns('www.example.org').equal(names[0]),
  ICert.Name.from_string('upn=ann@example.org')]);
kind('new-response', () => {
  const certificate = octets(0x30, 0);
  return () => {
    const response = ICert.Response.new(7, ICert.Disposition.ISSUED, 'issued', null, certificate,
      [certificate, certificate]);
    return [response.list_issuers(), response.get_message()];
  };
});
kind('new-record', () => {
  const fields = {Config: 'localhost\\Demo', CommonName: 'Demo', Address: 'local:/a'};
  return () => ICert.CaInfo.new(fields).get_field('CommonName');
});
kind('new-row', () => {
  const extension = make.new_extended_key_usage(oids, false);
  return () => {
    const row = ICert.ViewRow.new(['RequestID', 'CommonName'],
      [variant(7), text('www.example.org')], '7',
      {CertificateTemplate: 'User', Other: 'thing'}, [extension]);
    return [row.list_names(), row.get_value('CommonName'), row.get_attributes(),
      [...row.list_extensions()].map(one => one.get_value()), row.get_cursor()];
  };
});

/* Builders of extensions, their readers, and the objects of AD CS */

kind('extension-builders', () => {
  const subtrees = [ICert.Name.new_constraint(ICert.NameKind.DNS, 'example.org')];
  const urls = ['http://a/', 'http://b/'];
  return () => [make.new_key_usage(ICert.KeyUsage.CRL_SIGN, true),
    make.new_extended_key_usage(oids, false), make.new_basic_constraints(true, 1, true),
    make.new_certificate_policies(oids, false), make.new_subject_alt_name(names, false),
    make.new_name_constraints(subtrees, null, true), make.new_authority_info_access(urls, urls),
    make.new_crl_distribution_points(urls)];
});
kind('extension-readers', () => {
  const usage = make.new_key_usage(ICert.KeyUsage.CRL_SIGN, true).get_value();
  const basic = make.new_basic_constraints(true, 1, true).get_value();
  const points = make.new_crl_distribution_points(['http://a/', 'http://b/']).get_value();
  return () => [make.parse_key_usage(usage), make.parse_basic_constraints(basic),
    make.parse_crl_distribution_points(points)];
});

function encoder(name, fill, read) {
  const create = () => ICert.create_instance(`CertificateAuthority.Encode${name}`, null, null);
  kind(`encode-${name.toLowerCase()}`, () => () => {
    const one = create();
    fill(one);
    const other = create();
    other.decode(one.to_bytes());
    return read(other);
  }, {share: 2});
}
const now = GLib.DateTime.new_utc(2026, 1, 2, 3, 4, 5);
encoder('AltName', one => one.add(names[0]) && one.add_other('1.2.3', octets(5, 0)),
  other => [...other.list()].map(name => name.text));
encoder('BitString', one => one.set_bits(octets(0x80), 3), other => other.get_bits());
encoder('CRLDistInfo', one => one.add_point([ICert.Name.new_location('ldap:///cn=a')]),
  other => [...other.list()].map(point => [...point].map(name => name.text)));
encoder('DateArray', one => one.add(now), other => other.get_value(0));
encoder('LongArray', one => one.set_values([1, -1, 70000]), other => other.get_values());
encoder('StringArray', one => one.set_values(ICert.RdnType.UTF8, ['one', 'two']),
  other => other.get_values());

/* Classes of the script, called by C */

const Policy = GObject.registerClass({GTypeName: 'LeakJsPolicy', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request(server, _newRequest) {
      const name = server.get_request_property('CommonName');
      server.list_attributes();
      server.get_request_attribute('CertificateTemplate');
      server.get_subject_alt_names();
      server.list_subject_rdns();
      server.get_certificate_extension('2.5.29.37');
      server.set_certificate_property('CommonName', name);
      server.set_certificate_extension('1.2.3', ICert.ExtensionFlags.NONE, octets(5, 0));
      server.add_trace('name', 'CommonName', 'a', 'b');
      server.set_disposition_message('looks good');
      return [true, ICert.Verdict.ISSUE];
    }

    vfunc_get_description() {
      return 'leaks nothing';
    }

    vfunc_list_profiles(_caller) {
      return ['User', 'Computer'];
    }
  });

const Refuses = GObject.registerClass({GTypeName: 'LeakJsRefuses', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request(_server, _newRequest) {
      throw new GLib.Error(ICert.Error, ICert.Error.DENIED, 'subject: no name (a CommonName)');
    }
  });

const Exit = GObject.registerClass({GTypeName: 'LeakJsExit', Implements: [ICert.Exit]},
  class extends GObject.Object {
    vfunc_notify_event(_event, server) {
      server.get_request_property('CommonName');
      server.get_certificate();
      return true;
    }
  });

const Admin = GObject.registerClass({
  GTypeName: 'LeakJsAdmin',
  Implements: [ICert.Admin],
  Properties: {config: GObject.ParamSpec.override('config', ICert.Admin)},
}, class extends GObject.Object {
  vfunc_list_config_entries(_node) {
    return ['Name', 'Type'];
  }

  vfunc_get_config_entry(_node, _entry) {
    return text('x'.repeat(100));
  }

  vfunc_set_request_attributes(_id, _attributes) {
    return true;
  }

  vfunc_resubmit_request(id) {
    return ICert.Response.new(id, ICert.Disposition.ISSUED, 'yes', null, null, null);
  }
});

const Ca = GObject.registerClass({
  GTypeName: 'LeakJsCa',
  Implements: [ICert.Ca],
  Properties: {config: GObject.ParamSpec.override('config', ICert.Ca)},
}, class extends GObject.Object {
  vfunc_get_certificate(_index) {
    return octets(0x30, 0, 0x30, 0);
  }
});

function makeServer() {
  const server = ICert.TestServer.new(7);
  server.set_request_property('CommonName', text('www.example.org'));
  server.set_request_attribute('CertificateTemplate', 'User');
  server.add_requested_extension(make.new_extended_key_usage(oids, false));
  server.add_requested_extension(make.new_subject_alt_name(names, false));
  return server;
}

kind('policy', () => {
  const [server, policy] = [makeServer(), new Policy()];
  return () => {
    server.verify_request(policy, true);
    server.reset();
  };
}, {share: 4});
kind('policy-texts', () => {
  const [server, policy] = [makeServer(), new Policy()];
  return () => [policy.get_description(), server.list_profiles(policy)];
});
kind('policy-that-refuses', () => {
  const [context, policy] = [new ICert.RequestContext(), new Refuses()];
  return () => {
    try {
      policy.verify_request(context, true);
    } catch (error) {
      return error.matches(ICert.Error, ICert.Error.DENIED);
    }
    throw new Error('no error');
  };
});
kind('policy-of-one-call', () => () => new Policy().get_description());
kind('exit-event', () => {
  const [server, exit] = [makeServer(), new Exit()];
  server.set_certificate(octets(0x30, 0));
  return () => {
    server.notify_event(exit, ICert.ExitEvents.CERT_ISSUED);
    server.reset();
  };
});
kind('vfunc-strv', () => {
  const admin = new Admin();
  return () => admin.list_config_entries('Exit', null);
});
kind('vfunc-variant', () => {
  const admin = new Admin();
  return () => admin.get_config_entry(null, 'Name', null);
});
kind('vfunc-hash-table', () => {
  const admin = new Admin();
  return () => admin.set_request_attributes(7, {A: '1', B: 'two'}, null);
});
kind('vfunc-object', () => {
  const admin = new Admin();
  return () => admin.resubmit_request(7, null);
});
kind('vfunc-bytes', () => {
  const ca = new Ca();
  return () => ca.get_certificate(-1, null);
});
kind('signal', () => {
  const ca = new Ca();
  ca.connect('request-changed', () => {});
  return () => ca.emit('request-changed', 7, ICert.Disposition.ISSUED);
});
kind('signal-connect', () => {
  const ca = new Ca();
  return () => ca.disconnect(ca.connect('request-changed', () => ca));
});

/* Asynchronous pairs */

function waitFor(start, finish) {
  return () => {
    let answer = null;
    start((source, result) => {
      try {
        answer = [finish(source, result)];
      } catch (error) {
        answer = [error];
      }
    });
    while (answer === null)
      GLib.MainContext.default().iteration(true);
    return answer;
  };
}
kind('async-of-c', () => {
  const finder = ICert.Config.open(null);
  return waitFor(done => finder.list_async(null, done),
    (source, result) => source.list_finish(result));
}, {share: 4});
kind('async-of-gjs', () => {
  const admin = new Admin();
  return waitFor(done => admin.list_config_entries_async('Exit', null, done),
    (source, result) => source.list_config_entries_finish(result));
}, {share: 4});
kind('async-error', () => {
  const ca = new Ca();
  return waitFor(done => ca.list_profiles_async(null, done),
    (source, result) => source.list_profiles_finish(result));
}, {share: 4});

/* A CA in a folder */

let made = null;
const theCa = () => {
  made ??= makeCa('Leaks');
  return made;
};

function submit(door, data) {
  return door.submit(ICert.SubmitFlags.NONE, data, {CertificateTemplate: 'User'}, null);
}

kind('ca-properties', () => {
  const ca = ICert.Ca.open(theCa(), null);
  return () => [ca.get_property_value(ICert.CaProperty.CA_NAME, -1, null),
    ca.get_certificate(-1, null), ca.list_profiles(null)];
}, {share: 2});
kind('open-objects', () => {
  const kept = ICert.Ca.open(theCa(), null);
  return () => [kept, ICert.Request.open(theCa(), null), ICert.Admin.open(theCa(), null),
    ICert.View.open(theCa(), null)];
}, {share: 10});
// each makes a row; the writer's cache of 64 MiB has to be full first
kind('submissions', () => {
  const [door, data] = [ICert.Request.open(theCa(), null), makeRequest()];
  return () => submit(door, data).get_message();
}, {share: 10, warmUp: 20000});
kind('submissions-again', () => {
  const [door, data] = [ICert.Request.open(theCa(), null), makeRequest()];
  return () => door.submit_full(ICert.SubmitFlags.NONE, ICert.Encoding.ANY,
    ICert.RequestFormat.ANY, data, null, 'once', null).get_message();
}, {share: 4});
kind('answers-again', () => {
  const door = ICert.Request.open(theCa(), null);
  const number = submit(door, makeRequest()).get_request_id();
  return () => door.retrieve_pending(number, null).get_message();
}, {share: 10});
kind('rows-of-a-view', () => {
  const [door, data] = [ICert.Request.open(theCa(), null), makeRequest()];
  for (let i = 0; i < 10; i++)
    submit(door, data);
  return () => {
    const view = ICert.View.open(theCa(), null);
    view.set_columns(['RequestID', 'CommonName', 'NotAfter', 'RawRequest']);
    view.add_restriction('RequestID', ICert.Seek.GE, variant(1));
    for (const row of view.open_view(null).next(10, null)) {
      row.get_attributes();
      [...row.list_extensions()].map(one => one.value);
      row.get_value('RequestID');
    }
  };
}, {share: 20});

/* What gjs loses with GLib alone */

kind('proof-variant', () => () => new GLib.Variant('s', 'www.example.org'),
  {known: VARIANT, proof: true});
kind('proof-object-argument', () => () => GLib.hash_table_size({}),
  {known: OBJECT, proof: true});

/* What the harness must find */

const kept = [];
kind('leaked-octets', () => () => kept.push(octets(...new Array(4096).fill(7))), {found: true});
kind('leaked-objects', () => () => kept.push(dns('www.example.org')), {found: true});

/* The harness */

function residentKb() {
  System.gc();
  System.gc();
  const [, data] = GLib.file_get_contents('/proc/self/statm');
  return Number(new TextDecoder().decode(data).split(' ')[1]) * PAGE_KB;
}

function measure(name, calls) {
  const {prepare, share, warmUp, known, proof} = kinds.get(name);
  const count = Math.max(Math.trunc(calls / share), proof ? PROOF_CALLS : 1);
  const call = prepare();
  const repeat = n => {
    for (let i = 1; i <= n; i++) {
      call();
      // the time of gjs for an object grows with the number of those that wait to be collected
      if (i % COLLECT === 0)
        System.gc();
    }
  };
  let before, after, growth, aCall;
  repeat(Math.max(WARM_UP / share, warmUp));
  for (let round = 0; round < ROUNDS; round++) {
    before = residentKb();
    repeat(count);
    after = residentKb();
    growth = (after - before) * 100 / before;
    aCall = (after - before) * 1024 / count;
    if (growth <= LIMIT)
      break;
  }
  const tail = known > 0 ? ` octets_a_call=${aCall.toFixed(0)} known=${known}` : '';
  print(`kind=${name} calls=${count} rss_before_kb=${before} rss_after_kb=${after} ` +
    `growth=${growth.toFixed(2)}%${tail}`);
  return proof ? aCall > PROVEN : growth <= LIMIT || aCall <= known;
}

// A kind in a process of its own: its line, and its status.
function run(name, calls) {
  const child = Gio.Subprocess.new(
    ['gjs', '-m', System.programPath ?? System.programInvocationName, `--calls=${calls}`,
      `--kind=${name}`], Gio.SubprocessFlags.STDOUT_PIPE);
  const [, output] = child.communicate_utf8(null, null);
  const status = child.get_if_exited() ? child.get_exit_status() : 128 + child.get_term_sig();
  return [`${output.trim().split('\n').pop()} status=${status}`, status];
}

function option(name, otherwise) {
  const given = System.programArgs.find(argument => argument.startsWith(`--${name}=`));
  return given?.slice(name.length + 3) ?? otherwise;
}

function main() {
  const calls = Number(option('calls', '20000'));
  const one = option('kind', null);
  if (one !== null)
    return measure(one, calls) ? 0 : 1;

  // under a sanitizer, which keeps what is freed
  const callsOnly = System.programArgs.includes('--calls-only');
  const chosen = [...kinds].filter(([name, {warmUp, found}]) => name.includes(option('only', '')) &&
    (warmUp === 0 || calls >= LONG) && !(found && callsOnly));
  let failed = 0;
  print(`1..${chosen.length}`);
  chosen.forEach(([name, {found}], i) => {
    const [line, status] = run(name, calls);
    const good = (callsOnly ? status <= 1 : status === (found ? 1 : 0)) && line.includes('growth=');
    const what = callsOnly ? 'is called:' : found ? 'is found:' : 'does not grow:';
    failed += good ? 0 : 1;
    print(`${good ? '' : 'not '}ok ${i + 1} - ${what} ${line}`);
  });
  return failed > 0 ? 1 : 0;
}

const status = main();
if (GLib.file_test(home, GLib.FileTest.IS_DIR))
  removeHome();
System.exit(status);
