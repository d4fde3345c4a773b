// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy and an exit in JavaScript for a CA in the same process (ICertControl).

import {home, makeCa, makeRequest, removeHome} from './ca.js';
import {equal, matches, run, test, throws} from './tap.js';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import ICert from 'gi://ICert?version=1.0';

GLib.setenv('ICERT_LENT_DEADLINE', '1000', true);

// must show: at most 20 lines
const OnlyExample = GObject.registerClass({
  GTypeName: 'OnlyExampleJs',
  Implements: [ICert.Policy],
}, class extends GObject.Object {
  vfunc_verify_request(server, newRequest) {
    const name = server.get_request_string('CommonName') ?? '';
    if (!name.endsWith('.example.org')) {
      server.set_disposition_message(`${name} is not below example.org`);
      return [true, ICert.Verdict.DENY];
    }
    return [true, ICert.Verdict.ISSUE];
  }
});

const Policy = GObject.registerClass({
  GTypeName: 'ControlJsPolicy',
  Implements: [ICert.Policy],
}, class extends GObject.Object {
  vfunc_verify_request(server, newRequest) {
    this.nJudged = (this.nJudged ?? 0) + 1;
    return this.answer?.(server, newRequest) ?? this.plain;
  }

  vfunc_shutdown() {
    this.nShutDown = (this.nShutDown ?? 0) + 1;
  }
});

const Exit = GObject.registerClass({
  GTypeName: 'ControlJsExit',
  Implements: [ICert.Exit],
}, class extends GObject.Object {
  vfunc_initialize(ca, settings) {
    this.events = [];
    const {STARTUP, CERT_ISSUED, CERT_DENIED, SHUTDOWN} = ICert.ExitEvents;
    return [true, STARTUP | CERT_ISSUED | CERT_DENIED | SHUTDOWN];
  }

  vfunc_notify_event(event, server) {
    if (this.failures > 0) {
      this.failures--;
      throw new Error('not now');
    }
    this.events.push(`${event}:${server.get_request_id()}`);
    return true;
  }
});

const Mute = GObject.registerClass({GTypeName: 'ControlJsMute', Implements: [ICert.Policy]},
  class extends GObject.Object {});

const config = makeCa();
const good = makeRequest('www.example.org');
const bad = makeRequest('www.example.com');
const user = {CertificateTemplate: 'User'};
const {NONE} = ICert.SubmitFlags;

function newPolicy(answer) {
  const policy = new Policy();
  policy.plain = [true, ICert.Verdict.ISSUE];
  policy.answer = answer;
  return policy;
}

// Opens the CA, appends and starts; `body` gets the control and the request.
function withControl(objects, body) {
  const control = ICert.Control.open(config, null);
  const request = ICert.Request.open(config, null);
  for (const object of objects) {
    if (object instanceof Exit)
      control.append_exit(object);
    else
      control.append_policy(object);
  }
  control.start(null);
  try {
    body(request, control);
  } finally {
    control.stop(null);
  }
}

function submit(request, octets = good) {
  return request.submit(NONE, octets, user, null);
}

function submitAsync(request, octets, answers) {
  request.submit_async(NONE, octets, user, null, (source, result) => {
    answers.push(source.submit_finish(result));
  });
}

// What `body` throws is printed as a warning by gjs; the tests expect it.
function iterate(condition) {
  const end = GLib.get_monotonic_time() + 10e6;
  while (!condition()) {
    if (GLib.get_monotonic_time() > end)
      throw new Error('nothing came');
    GLib.MainContext.default().iteration(false);
  }
}

function checkBoth(issued, denied) {
  equal(issued.get_disposition(), ICert.Disposition.ISSUED, issued.get_message());
  equal(denied.get_disposition(), ICert.Disposition.DENIED, denied.get_message());
  equal(denied.get_message(), 'www.example.com is not below example.org');
}

function pends(answer, text = /ControlJsPolicy/) {
  equal(answer.get_disposition(), ICert.Disposition.UNDER_SUBMISSION, answer.get_message());
  matches(answer.get_message(), text);
  equal(answer.get_status().matches(ICert.error_quark(), ICert.Error.MODULE), true, 'MODULE');
}

test('a policy of at most 20 lines decides, synchronous and without a loop', () => {
  const lines = GLib.file_get_contents(GLib.filename_from_uri(import.meta.url)[0])[1];
  const text = new TextDecoder().decode(lines);
  const start = text.indexOf('const OnlyExample');
  equal(text.slice(start, text.indexOf('});', start)).split('\n').length <= 20, true, 'lines');
  withControl([new OnlyExample()], request => {
    checkBoth(submit(request, good), submit(request, bad));
  });
});

test('synchronous, inside a callback of a running loop', () => {
  withControl([new OnlyExample()], request => {
    const loop = new GLib.MainLoop(null, false);
    const answers = [];
    GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
      answers.push(submit(request, good), submit(request, bad));
      loop.quit();
      return GLib.SOURCE_REMOVE;
    });
    loop.run();
    checkBoth(...answers);
  });
});

test('asynchronous, with a running loop', () => {
  withControl([new OnlyExample()], request => {
    const loop = new GLib.MainLoop(null, false);
    const answers = [null, null];
    [good, bad].forEach((octets, i) => {
      request.submit_async(NONE, octets, user, null, (source, result) => {
        answers[i] = source.submit_finish(result);
        if (answers.every(answer => answer !== null))
          loop.quit();
      });
    });
    loop.run();
    checkBoth(...answers);
  });
});

test('asynchronous, no loop: the context is iterated by hand', () => {
  withControl([new OnlyExample()], request => {
    const issued = [], denied = [];
    submitAsync(request, good, issued);
    submitAsync(request, bad, denied);
    iterate(() => issued.length > 0 && denied.length > 0);
    checkBoth(issued[0], denied[0]);
  });
});

test('nothing is judged before the CA is started', () => {
  const control = ICert.Control.open(config, null);
  const request = ICert.Request.open(config, null);
  const error = throws(ICert.Error.WRONG_STATE, () => submit(request));
  matches(error.message, /icert_control_start/);
  control.stop(null);
});

test('200 asynchronous submissions, and shutdown once', () => {
  const policy = newPolicy();
  withControl([policy], request => {
    const answers = [];
    for (let i = 0; i < 200; i++)
      submitAsync(request, good, answers);
    iterate(() => answers.length === 200);
    equal(answers.every(answer => answer.get_disposition() === ICert.Disposition.ISSUED), true);
    equal(policy.nJudged, 200);
  });
  equal(policy.nShutDown, 1);
});

test('an exit hears STARTUP, what happened in its order, and SHUTDOWN', () => {
  const exit = new Exit();
  let issued, denied;
  withControl([exit, new OnlyExample()], request => {
    issued = submit(request, good).get_request_id();
    denied = submit(request, bad).get_request_id();
  });
  const {STARTUP, CERT_ISSUED, CERT_DENIED, SHUTDOWN} = ICert.ExitEvents;
  equal(exit.events, [`${STARTUP}:0`, `${CERT_ISSUED}:${issued}`, `${CERT_DENIED}:${denied}`,
    `${SHUTDOWN}:0`]);
});

test('S-L4: an exit that throws gets its event again', () => {
  const exit = new Exit();
  withControl([exit], request => {
    iterate(() => exit.events.length === 1);
    exit.failures = 1;
    const id = submit(request).get_request_id();
    iterate(() => exit.events.length === 2);
    equal(exit.events[1], `${ICert.ExitEvents.CERT_ISSUED}:${id}`);
  });
});

for (const [what, answer] of [
  ['throws', () => {
    throw new Error('oops');
  }],
  ['throws a TypeError of its own', () => null.nothing],
  ['answers 99', () => [true, 99]],
  ['answers FALSE', () => [false, ICert.Verdict.ISSUE]],
  ['fails with an error that is no refusal', () => {
    throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.FAILED, 'no idea');
  }],
]) {
  test(`S-L3: a policy that ${what} leaves the request pending, by its name`, () => {
    withControl([newPolicy(answer)], request => pends(submit(request)));
  });
}

test('a refusal denies with its code', () => {
  const policy = newPolicy(() => {
    throw new GLib.Error(ICert.error_quark(), ICert.Error.BAD_NAME, 'subject: no (yes)');
  });
  withControl([policy], request => {
    const answer = submit(request);
    equal(answer.get_disposition(), ICert.Disposition.DENIED);
    equal(answer.get_status().matches(ICert.error_quark(), ICert.Error.BAD_NAME), true);
  });
});

test('S-L2: a context that is kept is dead', () => {
  let kept;
  const policy = newPolicy(server => {
    kept = server;
    return [true, ICert.Verdict.ISSUE];
  });
  withControl([policy], request => {
    equal(submit(request).get_disposition(), ICert.Disposition.ISSUED);
    throws(ICert.Error.CONTEXT, () => kept.get_request_string('CommonName'));
  });
});

test('a policy that submits to its own CA does not hang for ever', () => {
  let inner, again = true;
  withControl([], (request, control) => {
    control.append_policy(newPolicy(() => {
      if (again) {
        again = false;
        inner = submit(request);
      }
      return [true, ICert.Verdict.ISSUE];
    }));
    pends(submit(request), /ControlJsPolicy: its thread did not answer/);
    pends(inner, /ControlJsPolicy: its thread did not answer/);
  });
});

test('what cannot judge, is there already, or is no policy is not appended', () => {
  const policy = newPolicy();
  withControl([policy], (_request, control) => {
    matches(throws(ICert.Error.NOT_SUPPORTED, () => control.append_policy(new Mute())).message,
      /ControlJsMute/);
    throws(ICert.Error.CONFLICT, () => control.append_policy(policy));
    for (const wrong of [null, undefined, 1, 'policy', {}, new GObject.Object(), new Exit()])
      throws(Error, () => control.append_policy(wrong), String(wrong));
  });
});

const forgetful = `
imports.gi.versions.ICert = '1.0';
const {GLib, GObject, ICert} = imports.gi;
const P = GObject.registerClass({GTypeName: 'ForgetfulPolicyJs', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request() {
      return [true, ICert.Verdict.ISSUE];
    }
  });
const E = GObject.registerClass({GTypeName: 'ForgetfulExitJs', Implements: [ICert.Exit]},
  class extends GObject.Object {
    vfunc_initialize() {
      return [true, ICert.ExitEvents.CERT_ISSUED];
    }
    vfunc_notify_event() {
      return true;
    }
  });
const [config, path, how] = ARGV;
let control = ICert.Control.open(config, null);
let request = ICert.Request.open(config, null);
control.append_policy(new P());
control.append_exit(new E());
control.start(null);
const octets = GLib.Bytes.new(GLib.file_get_contents(path)[1]);
const user = {CertificateTemplate: 'User'};
if (how === 'async') {
  for (let i = 0; i < 20; i++)
    request.submit_async(0, octets, user, null, () => {});
} else if (how !== 'nothing') {
  request.submit(0, octets, user, null);
}
if (how === 'deleted') {
  control = request = null;
  imports.system.gc();
}
print('end');
`;

test('a forgotten control neither keeps the process nor breaks its end', () => {
  const path = `${home}/forgetful.pem`;
  const other = makeCa('Forgotten');
  GLib.file_set_contents(path, good.get_data());
  for (const how of ['sync', 'async', 'deleted', 'nothing']) {
    const child = Gio.Subprocess.new(['gjs', '-c', forgetful, other, path, how],
      Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
    const [, stdout, stderr] = child.communicate_utf8(null, null);
    equal(stderr, '', how);
    equal(stdout, 'end\n', how);
    equal(child.get_successful(), true, how);
  }
});

test('the folder goes', removeHome);

await run();
