// SPDX-License-Identifier: LGPL-2.1-or-later
// What gjs sees of the contract, and what it may do wrong (gi-rules 3, 7, 11, 16, 18, 21).
imports.gi.versions.ICert = '1.0';
const {Gio, GLib, GObject, ICert} = imports.gi;

const tests = [];
function test(name, body) {
  tests.push([name, body]);
}

function equal(seen, wanted, what = 'value') {
  if (seen !== wanted)
    throw new Error(`${what}: ${seen} (${wanted})`);
}

// What `body` throws, which must be an ICert.Error with `code`.
function fails(code, body) {
  try {
    body();
  } catch (error) {
    if (error.matches !== undefined && error.matches(ICert.Error, code))
      return error;
    throw error;
  }
  throw new Error(`nothing thrown (code ${code})`);
}

const Policy = GObject.registerClass({GTypeName: 'ContractJsPolicy', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request(server, newRequest) {
      this.seen = [server, newRequest];
      return this.answer(server, newRequest);
    }
  });

const Strict = GObject.registerClass({GTypeName: 'ContractJsStrict', Implements: [ICert.Policy]},
  class extends Policy {
    vfunc_verify_request() {
      return [true, ICert.Verdict.DENY];
    }
  });

const Idle = GObject.registerClass({GTypeName: 'ContractJsIdle', Implements: [ICert.Policy]},
  class extends GObject.Object {});

const Exit = GObject.registerClass({GTypeName: 'ContractJsExit', Implements: [ICert.Exit]},
  class extends GObject.Object {
    vfunc_notify_event(event, server) {
      this.heard = [event, server.get_request_id()];
      return true;
    }
  });

const Admin = GObject.registerClass({
  GTypeName: 'ContractJsAdmin',
  Implements: [ICert.Admin],
  Properties: {config: GObject.ParamSpec.override('config', ICert.Admin)},
}, class extends GObject.Object {
  vfunc_list_config_entries(node) {
    return [node, 'Name'];
  }

  vfunc_get_config_entry(node, entry) {
    return entry === 'Empty' ? null : new GLib.Variant('s', entry.repeat(100));
  }

  vfunc_get_my_roles() {
    return ICert.Roles.OFFICER;
  }
});

const Request = GObject.registerClass({
  GTypeName: 'ContractJsRequest',
  Implements: [ICert.Request],
  Properties: {
    config: GObject.ParamSpec.override('config', ICert.Request),
    credential: GObject.ParamSpec.override('credential', ICert.Request),
  },
}, class extends GObject.Object {
  vfunc_submit_full(flags, encoding, format, request, attributes) {
    this.attributes = attributes;
    return ICert.Response.new(7, ICert.Disposition.UNDER_SUBMISSION, 'taken', null, null, null);
  }
});

function policy(answer) {
  const object = new Policy();
  object.answer = answer;
  return object;
}

function judge(object, newRequest = true) {
  return object.verify_request(new ICert.RequestContext(), newRequest);
}

test('each verdict comes through', () => {
  for (const verdict of [ICert.Verdict.PENDING, ICert.Verdict.ISSUE, ICert.Verdict.DENY]) {
    const [ok, seen] = judge(policy(() => [true, verdict]));
    equal(ok, true);
    equal(seen, verdict);
  }
});

test('rule 16: an error of ours arrives with code and message', () => {
  const error = fails(ICert.Error.DENIED, () => judge(policy(() => {
    throw new GLib.Error(ICert.Error, ICert.Error.DENIED, 'subject: no name (a CommonName)');
  })));
  equal(error.message, 'subject: no name (a CommonName)');
});

test('rule 16, S-L3: any other answer is an error, so no verdict can be used', () => {
  const answers = [
    () => {
      throw new Error('oops');
    },
    () => null,
    () => undefined,
    () => [],
    () => [false, ICert.Verdict.ISSUE],
    () => 99,
    () => [true, 99],
    () => ['yes', {}],
  ];
  answers.forEach((answer, i) => {
    let verdict = null;
    try {
      [, verdict] = judge(policy(answer));
    } catch (error) {
      return;
    }
    if (verdict !== ICert.Verdict.PENDING)
      throw new Error(`answer ${i} gave verdict ${verdict}`);
  });
});

test('a policy that cannot judge is NOT_SUPPORTED', () => {
  fails(ICert.Error.NOT_SUPPORTED, () => judge(new Idle()));
  equal(new Idle().get_description(), 'ContractJsIdle');
});

test('rule 3: notify_event reaches the exit', () => {
  const exit = new Exit();
  equal(exit.notify_event(ICert.ExitEvents.CERT_ISSUED, new ICert.IssuedContext()), true);
  equal(exit.heard[0], ICert.ExitEvents.CERT_ISSUED);
  equal(exit.heard[1], 0);
});

test('rule 7: values travel out of gjs', () => {
  const admin = new Admin();
  for (let i = 0; i < 200; i++) {
    equal(admin.list_config_entries('Exit', null).join(), 'Exit,Name');
    equal(admin.get_config_entry(null, 'x', null).unpack().length, 100);
  }
  equal(admin.get_config_entry(null, 'Empty', null), null);
  equal(admin.get_my_roles(null), ICert.Roles.OFFICER);
});

test('rule 11: an asynchronous call of a gjs object runs in its own thread', () => {
  const admin = new Admin();
  const loop = new GLib.MainLoop(null, false);
  let names = null;
  admin.list_config_entries_async('Exit', null, (source, result) => {
    names = source.list_config_entries_finish(result);
    loop.quit();
  });
  loop.run();
  equal(names.join(), 'Exit,Name');
});

test('rule 11: a class writes the synchronous submission and gets the other one', () => {
  const request = new Request();
  const octets = new GLib.Bytes([1, 2, 3]);
  const attributes = {CertificateTemplate: 'User'};
  equal(request.submit(ICert.SubmitFlags.NONE, octets, attributes, null).get_request_id(), 7);
  const loop = new GLib.MainLoop(null, false);
  let response = null;
  request.attributes = null;
  request.submit_async(ICert.SubmitFlags.NONE, octets, attributes, null, (source, result) => {
    response = source.submit_finish(result);
    loop.quit();
  });
  loop.run();
  equal(response.get_message(), 'taken');
  equal(request.attributes.CertificateTemplate, 'User');
});

test('rule 18: a subclass leaves its parent alone', () => {
  const [, strict] = judge(new Strict());
  const [, parent] = judge(policy(() => [true, ICert.Verdict.ISSUE]));
  equal(strict, ICert.Verdict.DENY);
  equal(parent, ICert.Verdict.ISSUE);
});

test('rule 21: contexts show the methods of all their interfaces', () => {
  const context = new ICert.RequestContext();
  const issued = new ICert.IssuedContext();
  const reading = ['get_request_id', 'get_request_property', 'get_certificate_property',
    'get_ca_property', 'get_request_attribute', 'list_attributes', 'get_certificate_extension',
    'list_extensions', 'list_subject_rdns', 'get_subject_alt_names', 'get_requester_groups',
    'get_requester_attribute', 'find_grant', 'log', 'get_request_string', 'get_certificate_date'];
  const writing = ['set_certificate_property', 'set_certificate_extension',
    'set_disposition_message', 'add_trace'];
  for (const name of [...reading, ...writing])
    equal(typeof context[name], 'function', name);
  for (const name of [...reading, 'get_certificate'])
    equal(typeof issued[name], 'function', name);
  for (const name of writing)
    equal(issued[name], undefined, name);
});

test('S-L2: a context nobody stands behind answers CONTEXT', () => {
  const context = new ICert.RequestContext();
  fails(ICert.Error.CONTEXT, () => context.get_request_property('CommonName'));
  fails(ICert.Error.CONTEXT, () => context.set_disposition_message('x'));
  fails(ICert.Error.CONTEXT, () => context.add_trace('rule', null, null, null));
});

test('S-N5: a wrong argument is an exception that names it', () => {
  const admin = new Admin();
  const error = fails(ICert.Error.MALFORMED, () => admin.deny_request(0, null, null));
  if (!error.message.startsWith('request id:'))
    throw new Error(error.message);
  fails(ICert.Error.MALFORMED, () => admin.get_config_entry(null, '', null));
  fails(ICert.Error.MALFORMED,
    () => admin.set_certificate_extension(1, '2.5.x', ICert.ExtensionFlags.NONE, null, null));
});

let failed = 0;
print(`1..${tests.length}`);
tests.forEach(([name, body], i) => {
  try {
    body();
    print(`ok ${i + 1} - ${name}`);
  } catch (error) {
    failed++;
    print(`not ok ${i + 1} - ${name}`);
    print(`# ${error} ${error.stack ?? ''}`.split('\n').join('\n# '));
  }
});
imports.system.exit(failed === 0 ? 0 : 1);
