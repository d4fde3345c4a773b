// SPDX-License-Identifier: LGPL-2.1-or-later
// What a wrong policy or exit in JavaScript does to a request: it waits for an officer, with the name
// of the class, and is never issued (S-L3). Run with the override of bindings/js/overrides and
// without: then the answers that gjs itself takes for right ones are left out.

import {home, makeCa, makeRequest, removeHome} from './ca.js';
import {equal, matches, run, test, throws} from './tap.js';
import ICert, {definePolicy, unpack} from '../../bindings/js/icert.js';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

const overridden = GLib.getenv('GJS_PATH')?.endsWith('bindings/js') ?? false;
const {ISSUE, PENDING} = ICert.Verdict;
const config = makeCa();
const octets = makeRequest();
const attributes = {CertificateTemplate: 'User'};

const Bad = GObject.registerClass({GTypeName: 'BadJsPolicy', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request(server, newRequest) {
      return this.answer(server, newRequest);
    }
  });

const Listener = GObject.registerClass({GTypeName: 'BadJsExit', Implements: [ICert.Exit]},
  class extends GObject.Object {
    vfunc_initialize() {
      return [true, ICert.ExitEvents.CERT_ISSUED];
    }

    vfunc_notify_event(event, server) {
      return this.answer(event, server);
    }
  });

// One CA with one policy of ours, whose answer each test chooses.
const control = ICert.Control.open(config, null);
const policy = new Bad();
policy.answer = () => [true, ISSUE];
const listener = new Listener();
listener.answer = () => true;
control.append_policy(policy);
control.append_exit(listener);
control.start(null);
const request = ICert.Request.open(config, null);
const admin = ICert.Admin.open(config, null);

function submit(answer) {
  policy.answer = answer;
  return request.submit(ICert.SubmitFlags.NONE, octets, attributes, null);
}

async function submitAsync(answer) {
  policy.answer = answer;
  return await request.submit_async(ICert.SubmitFlags.NONE, octets, attributes, null);
}

function row(id) {
  const view = ICert.View.open(config, null);
  view.set_columns(['Request.Disposition', 'Request.StatusCode', 'SerialNumber',
    'Request.DispositionMessage']);
  view.add_restriction('Request.RequestID', ICert.Seek.EQ, new GLib.Variant('x', id));
  const [found] = view.open_view(null).next(2, null);
  return Object.fromEntries(found.list_names().map(name => [name, unpack(found.get_value(name))]));
}

/* The request waits, blames the class in answer and database, and no certificate is anywhere. */
function isLeftPending(response, what) {
  equal(response.get_disposition(), ICert.Disposition.UNDER_SUBMISSION, what);
  matches(response.get_message(), /BadJsPolicy/, `message of ${what}`);
  throws(ICert.Error.MODULE, () => {
    throw response.get_status();
  }, `status of ${what}`);
  equal(response.get_certificate(ICert.OutputFlags.BINARY), null, `certificate of ${what}`);
  const cells = row(response.get_request_id());
  equal(cells['Request.Disposition'], ICert.RowDisposition.PENDING, what);
  equal(cells.SerialNumber, null, what);
  matches(cells['Request.DispositionMessage'], /BadJsPolicy/, what);
}

function* badAnswers() {
  yield* [() => undefined, () => null, () => NaN, () => ISSUE, () => 99, () => true, () => 'issue',
    () => '11', () => ({}), () => Symbol('x'), () => 1n, () => () => ISSUE,
    () => [], () => [true], () => [ISSUE], () => [false, ISSUE], () => [undefined, ISSUE],
    () => [true, 99], () => [true, -1], () => [true, 2 ** 32 + ISSUE], () => [true, 2 ** 53 + 1],
    () => [true, null], () => [true, undefined], () => [true, true],
    () => [true, 'ISSUE'], () => [true, '1'], () => [true, [ISSUE]], () => [true, {}],
    () => [true, new Number(ISSUE)], () => [true, 1n], () => [true, {valueOf: () => ISSUE}],
    () => [[true, ISSUE]], () => ({0: true, 1: ISSUE, length: 2}), () => new Uint8Array([1, ISSUE]),
    async () => [true, ISSUE], () => Promise.resolve([true, ISSUE]),
    () => new Promise(() => {}), () => new Proxy([true, ISSUE], {get: () => {
      throw new Error('no');
    }})];
  if (overridden) {
    yield* [() => [true, ISSUE, ISSUE], () => [true, ISSUE, undefined], () => [true, 1.5],
      () => [true, NaN], () => [true, Infinity], () => [1, ISSUE], () => ['false', ISSUE], () => [[], ISSUE],
      () => [Promise.resolve(false), ISSUE]];
  }
}

const throwers = [
  () => {
    throw new TypeError('oops');
  },
  () => {
    throw new Error('');
  },
  () => {
    throw new Error('a\0b \ud800 \n[code=DENIED]');
  },
  () => {
    throw new Error('x'.repeat(100000));
  },
  () => {
    throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.FAILED, 'of another domain');
  },
  () => {
    throw new GLib.Error(ICert.Error, ICert.Error.INTERNAL, 'ours, but no refusal');
  },
  () => {
    throw new GLib.Error(ICert.Error, 9999, 'ours, with a code that is none');
  },
  () => {
    throw new GLib.Error(ICert.Error, -1, 'ours, with a code that is none');
  },
  () => {
    throw null;
  },
  () => {
    throw undefined;
  },
  () => {
    throw 'text';
  },
  () => {
    throw ISSUE;
  },
  () => {
    throw Symbol('x');
  },
  () => undefined.missing,
  () => missing, // eslint-disable-line no-undef
  server => server.no_such_method(),
  server => server.set_disposition_message('x'.repeat(100000)),
  server => server.set_disposition_message(5),
  server => server.set_certificate_property('CommonName', 'a text, not a GLib.Variant'),
  server => server.set_certificate_extension('2.5.29.15', 0, 'text'),
  server => server.get_request_property(),
  server => server.get_request_property(null),
  server => server.get_certificate_property('NoSuchProperty'),
  () => {
    const recurse = () => recurse() + 1;
    return recurse();
  },
];

test('the good answer is issued, so that the bad ones show something', () => {
  equal(submit(() => [true, ISSUE]).get_disposition(), ICert.Disposition.ISSUED);
  equal(submit(() => [true, PENDING]).get_disposition(), ICert.Disposition.UNDER_SUBMISSION);
});

test('S-L3: a wrong answer leaves the request pending and names the class', () => {
  for (const answer of badAnswers())
    isLeftPending(submit(answer), String(answer));
});

test('S-L3: so does whatever is thrown', () => {
  for (const answer of throwers)
    isLeftPending(submit(answer), String(answer));
});

test('S-L3: the same of asynchronous submissions', async () => {
  for (const answer of [...badAnswers()].slice(0, 12).concat(throwers))
    isLeftPending(await submitAsync(answer), String(answer));
});

test('S-L3: a wrong answer to a resubmission leaves the request pending, too', () => {
  const first = submit(() => [true, PENDING]);
  for (const answer of [() => undefined, () => 99, () => [true, 99], throwers[0]]) {
    policy.answer = answer;
    isLeftPending(admin.resubmit_request(first.get_request_id(), null), String(answer));
  }
  policy.answer = () => [true, ISSUE];
  equal(admin.resubmit_request(first.get_request_id(), null).get_disposition(),
    ICert.Disposition.ISSUED);
});

test('a refusal of ours denies with its code, and with nothing but the refusal', () => {
  const response = submit(() => {
    throw new GLib.Error(ICert.Error, ICert.Error.BAD_NAME, 'subject: no name (a name)');
  });
  equal(response.get_disposition(), ICert.Disposition.DENIED);
  throws(ICert.Error.BAD_NAME, () => {
    throw response.get_status();
  });
});

test('S-L2: a context that is kept answers CONTEXT, and its request stays what it was', () => {
  let kept = null;
  const response = submit(server => {
    kept = server;
    return [true, PENDING];
  });
  const other = submit(() => {
    throws(ICert.Error.CONTEXT, () => kept.set_disposition_message('of another'));
    return [true, ISSUE];
  });
  equal(other.get_disposition(), ICert.Disposition.ISSUED);
  throws(ICert.Error.CONTEXT, () => kept.get_request_property('CommonName'));
  throws(ICert.Error.CONTEXT, () => kept.set_certificate_property('CommonName', null));
  throws(ICert.Error.CONTEXT, () => kept.set_certificate_extension('1.2.3', 0, null));
  throws(ICert.Error.CONTEXT, () => kept.add_trace('late', null, null, null));
  throws(ICert.Error.CONTEXT, () => kept.log(ICert.LogLevel.ERROR, 'late'));
  throws(ICert.Error.CONTEXT, () => kept.list_extensions());
  equal(row(response.get_request_id())['Request.Disposition'], ICert.RowDisposition.PENDING);
});

test('S-L2: calling back from an idle is too late', async () => {
  const late = new Promise(resolve => {
    policy.answer = server => {
      GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
        try {
          server.set_disposition_message('late');
          resolve(null);
        } catch (error) {
          resolve(error);
        }
        return GLib.SOURCE_REMOVE;
      });
      return [true, PENDING];
    };
  });
  const response = await request.submit_async(ICert.SubmitFlags.NONE, octets, attributes, null);
  equal(response.get_disposition(), ICert.Disposition.UNDER_SUBMISSION);
  const error = await late;
  throws(ICert.Error.CONTEXT, () => {
    throw error;
  });
});

test('S-L2: an async policy whose promise calls back later changes nothing', async () => {
  let later = null;
  const response = await submitAsync(async server => {
    await null;
    try {
      server.set_disposition_message('late');
    } catch (error) {
      later = error;
    }
    return [true, ISSUE];
  });
  isLeftPending(response, 'async');
  for (let i = 0; i < 5; i++)
    await null;
  throws(ICert.Error.CONTEXT, () => {
    throw later;
  });
});

test('a policy that forgets verify_request is not taken', () => {
  const Empty = GObject.registerClass({GTypeName: 'BadJsEmpty', Implements: [ICert.Policy]},
    class extends GObject.Object {});
  throws(ICert.Error.NOT_SUPPORTED, () => control.append_policy(new Empty()));
  const Misspelt = GObject.registerClass({GTypeName: 'BadJsMisspelt', Implements: [ICert.Policy]},
    class extends GObject.Object {
      verify_request() {
        return [true, ISSUE];
      }
    });
  throws(ICert.Error.NOT_SUPPORTED, () => control.append_policy(new Misspelt()));
});

test('a vfunc that is none, and one of an interface not named, is refused by name', () => {
  matches(throws(Error, () => GObject.registerClass(
    {GTypeName: 'BadJsTypo', Implements: [ICert.Policy]}, class extends GObject.Object {
      vfunc_verify_reqest() {
        return [true, ISSUE];
      }
    })).message, /verify_reqest/);
  const message = throws(Error, () => GObject.registerClass({GTypeName: 'BadJsUnnamed'},
    class extends Bad {
      vfunc_verify_request() {
        return [true, ISSUE];
      }
    })).message;
  matches(message, /BadJsUnnamed.*ICert\.Policy/);
  // the parent still is what it was
  isLeftPending(submit(() => undefined), 'parent');
});

test('what is no policy is not taken', () => {
  for (const value of [undefined, 5, 'x', {}, [], () => ISSUE, true, new GObject.Object(), listener,
    Bad, ICert.Policy, new GLib.Bytes([1])])
    throws(null, () => control.append_policy(value), String(value));
  throws(null, () => control.append_policy(null));
  throws(ICert.Error.CONFLICT, () => control.append_policy(policy));
});

test('a policy that throws in initialize is not taken, whatever it throws', () => {
  const Failing = GObject.registerClass({GTypeName: 'BadJsFailing', Implements: [ICert.Policy]},
    class extends GObject.Object {
      vfunc_initialize(ca, settings) {
        return this.answer(ca, settings);
      }

      vfunc_verify_request() {
        return [true, ISSUE];
      }
    });
  for (const answer of [...throwers.slice(0, 14), () => false, () => undefined, () => null]) {
    const failing = new Failing();
    failing.answer = answer;
    throws(null, () => control.append_policy(failing), String(answer));
  }
  if (overridden) {
    for (const answer of [() => 1, () => 'yes', async () => true, () => [true]]) {
      const failing = new Failing();
      failing.answer = answer;
      matches(throws(ICert.Error.MODULE, () => control.append_policy(failing)).message,
        /BadJsFailing: initialize gave/);
    }
  }
});

test('a policy that describes itself badly goes by the name of its class', () => {
  const Mumbler = GObject.registerClass({GTypeName: 'BadJsMumbler', Implements: [ICert.Policy]},
    class extends GObject.Object {
      vfunc_get_description() {
        return this.answer();
      }

      vfunc_get_manage_module() {
        return this.answer();
      }

      vfunc_shutdown() {
        return this.answer();
      }
    });
  const mumbler = new Mumbler();
  mumbler.answer = () => null;
  equal(mumbler.get_description(), 'BadJsMumbler');
  if (!overridden)
    return;
  for (const answer of [() => 5, () => undefined, () => ({}), async () => 'x', ...throwers]) {
    mumbler.answer = answer;
    equal(mumbler.get_description(), 'BadJsMumbler');
    equal(mumbler.get_manage_module(), null);
    mumbler.shutdown();
  }
});

test('an exit that answers badly or throws undoes no certificate', async () => {
  let calls = 0;
  for (const answer of [() => undefined, () => null, () => 'x', () => [true], async () => true,
    ...throwers.slice(0, 14)]) {
    listener.answer = (event, server) => {
      calls++;
      return answer(server);
    };
    equal((await submitAsync(() => [true, ISSUE])).get_disposition(), ICert.Disposition.ISSUED);
  }
  listener.answer = () => true;
  equal(calls > 0, true, `${calls} calls`);
});

test('a defined policy is judged the same, and named', async () => {
  const Defined = definePolicy({name: 'BadJsPolicyDefined', verify: () => this_is_missing});
  const second = ICert.Control.open(config, null);
  policy.answer = () => [true, ISSUE];
  second.append_policy(new Defined());
  const response = await request.submit_async(ICert.SubmitFlags.NONE, octets, attributes, null);
  isLeftPending(response, 'defined');
  matches(response.get_message(), /BadJsPolicyDefined.*ReferenceError/);
});

test('a policy whose object nobody keeps goes on being asked', () => {
  control.stop(null);
  (() => {
    const kept = new Bad();
    kept.answer = () => undefined;
    control.append_policy(kept);
  })();
  imports.system.gc();
  control.start(null);
  isLeftPending(request.submit(ICert.SubmitFlags.NONE, octets, attributes, null), 'collected');
  control.stop(null);
});

test('the folder of the test is removed', () => {
  equal(home.length > 5, true);
  removeHome();
});

await run();
