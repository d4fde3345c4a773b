// SPDX-License-Identifier: LGPL-2.1-or-later
// bindings/js/icert.js against a real CA: promises, errors, conversions, rows, judged modules.

import {makeCa, makeRequest, removeHome} from './ca.js';
import {equal, matches, rejects, run, test, throws} from './tap.js';
import ICert, * as icert from '../../bindings/js/icert.js';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

const config = makeCa();
const octets = makeRequest();
const user = icert.attributes({CertificateTemplate: 'User'});

test('every pair of _async and _finish gives a promise', () => {
  let pairs = 0;
  for (const name of Object.keys(ICert)) {
    for (const method of Object.getOwnPropertyNames(ICert[name]?.prototype ?? {})) {
      if (!method.endsWith('_async') || method.startsWith('_original_'))
        continue;
      pairs++;
      // what Gio._promisify makes of a method says so in its source
      equal(ICert[name].prototype[method].toString().includes('native symbol'), false, method);
    }
  }
  equal(pairs > 20, true, `${pairs} pairs`);
});

test('what openers return gives promises, and so do objects got from it', async () => {
  const request = ICert.Request.open(config, null);
  const answer = await request.submit_async(ICert.SubmitFlags.NONE, octets, user, null);
  equal(answer.get_disposition(), ICert.Disposition.ISSUED);
  const ca = request.get_ca();
  equal((await ca.list_profiles_async(null)).includes('User'), true);
  const view = ICert.View.open(config, null);
  equal(await view.count_async(null), view.count(null));
  const rows = await view.open_view_async(null);
  equal((await rows.next_async(1, null)).length, 1);
  const trace = await ICert.Admin.open(config, null).get_trace_async(answer.get_request_id(), null);
  equal(icert.unpack(trace).length > 0, true);
});

test('a promise is rejected with the error, also when it is cancelled', async () => {
  const request = ICert.Request.open(config, null);
  await rejects(ICert.Error.NOT_FOUND, request.retrieve_pending_async(4711, null));
  const cancellable = new Gio.Cancellable();
  cancellable.cancel();
  const error = await rejects(GLib.Error,
    request.submit_async(ICert.SubmitFlags.NONE, octets, user, cancellable));
  equal(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true);
  equal(icert.isError(error), false);
});

test('a callback still works', async () => {
  const request = ICert.Request.open(config, null);
  const answer = await new Promise(resolve => {
    request.submit_async(ICert.SubmitFlags.NONE, octets, user, null,
      (source, result) => resolve(source.submit_finish(result)));
  });
  equal(answer.get_disposition(), ICert.Disposition.ISSUED);
});

test('isError matches any error of icert, or the codes named', () => {
  const error = throws(ICert.Error.NOT_FOUND,
    () => ICert.Request.open(config, null).retrieve_pending(4711, null));
  equal(icert.isError(error), true);
  equal(icert.isError(error, ICert.Error.NOT_FOUND), true);
  equal(icert.isError(error, ICert.Error.DENIED, ICert.Error.NOT_FOUND), true);
  equal(icert.isError(error, ICert.Error.DENIED), false);
  for (const other of [new TypeError('x'), null, undefined, 13, {code: 13},
    new GLib.Error(Gio.IOErrorEnum, ICert.Error.NOT_FOUND, 'x')])
    equal(icert.isError(other), false);
});

test('describe takes an error apart', () => {
  const seen = icert.describe(throws(ICert.Error.NOT_FOUND,
    () => ICert.Request.open(config, null).retrieve_pending(4711, null)));
  equal(seen.code, ICert.Error.NOT_FOUND);
  equal(seen.name, 'NOT_FOUND');
  equal(seen.field, 'request-id');
  equal(seen.details.status, 0x80094004);
  equal(seen.text, 'request-id: no request 4711 (an id that submit printed)');
  const made = icert.describe(icert.newError(ICert.Error.DENIED, 'subject', 'no name (a name)'));
  equal([made.code, made.name, made.field], [ICert.Error.DENIED, 'DENIED', 'subject']);
  equal(icert.describe(new TypeError('x')), {code: null, name: 'TypeError', field: null,
    details: {}, text: 'x'});
  equal(icert.describe(null).text, 'null');
});

test('octets come from strings, arrays and buffers', () => {
  const wanted = [...new TextEncoder().encode('aé')];
  for (const value of ['aé', new Uint8Array(wanted), new Uint8Array(wanted).buffer,
    new GLib.Bytes(wanted)])
    equal([...icert.bytes(value).toArray()], wanted);
  equal(icert.bytes('').get_size(), 0);
  for (const value of [null, undefined, 5, NaN, {}, [1, 2], [256], true])
    throws(TypeError, () => icert.bytes(value));
});

test('attributes come from objects and maps, and nothing is cut or guessed', () => {
  equal(icert.attributes({a: 'x', b: 5, c: true}), {a: 'x', b: '5', c: 'true'});
  equal(icert.attributes(new Map([['a', 'x']])), {a: 'x'});
  for (const value of ['User\0x', 'a\ud800b', '\udc00', NaN, 2 ** 53, 0.5, null, undefined, {}, [],
    Symbol('x'), 1n]) {
    matches(throws(TypeError, () => icert.attributes({Template: value})).message, /^Template: /);
    throws(TypeError, () => icert.attributes({['x\0']: 'y'}));
  }
  for (const value of [null, undefined, 'x', 5, ['a', 'b']])
    throws(TypeError, () => icert.attributes(value));
});

test('moments go there and back to the millisecond', () => {
  for (const time of [0, 1, 1700000000123, -1, -86400001, 253402300799999])
    equal(icert.date(icert.dateTime(new Date(time))).getTime(), time);
  equal(icert.date(1700000000123456).getTime(), 1700000000123);
  equal(icert.date(1700000000123456n).getTime(), 1700000000123);
  equal(icert.date(null), null);
  equal(icert.dateTime(null), null);
  for (const value of [new Date(NaN), 5, 'today', undefined, {}])
    throws(TypeError, () => icert.dateTime(value));
  for (const value of [NaN, 'today', undefined, 0.5])
    throws(TypeError, () => icert.date(value));
});

test('variants hold what JavaScript has, and no number is rounded', () => {
  const types = [['x', 's'], [5, 'x'], [true, 'b'], [new Date(5), 'x'], [new Uint8Array(2), 'ay'],
    [['a', 'b'], 'as'], [icert.bytes('x'), 'ay'], [new GLib.Variant('u', 1), 'u']];
  for (const [value, type] of types)
    equal(icert.variant(value).get_type_string(), type);
  equal(icert.variant(null), null);
  for (const value of [NaN, 0.5, 2 ** 53, undefined, {}, [5], 'a\0', '\ud800', () => 1, Infinity])
    throws(TypeError, () => icert.variant(value));
  equal(icert.unpack(new GLib.Variant('x', 5)), 5);
  equal(icert.unpack(GLib.Variant.parse(null, 'int64 9007199254740993', null, null)),
    9007199254740993n);
  equal(icert.unpack(GLib.Variant.parse(null, 'uint64 18446744073709551615', null, null)),
    18446744073709551615n);
  equal([...icert.unpack(icert.variant(new Uint8Array([1, 0, 255])))], [1, 0, 255]);
  equal(icert.unpack(new GLib.Variant('(sa{sv}mi)', ['a', {b: new GLib.Variant('x', 7)}, null])),
    ['a', {b: 7}, null]);
  equal(icert.unpack(null), null);
});

async function collect(rows) {
  const seen = [];
  for await (const row of rows)
    seen.push(row);
  return seen;
}

test('rows are run through page by page, blocking and not', async () => {
  const request = ICert.Request.open(config, null);
  for (let i = 0; i < 5; i++)
    request.submit(ICert.SubmitFlags.NONE, octets, user, null);
  const all = icert.select(config, {columns: ['RequestID', 'SerialNumber', 'RawCertificate'],
    where: [['Disposition', '=', 20]], sort: '-RequestID', pageSize: 2});
  const rows = [...all];
  equal(rows.length, all.count());
  equal(rows.length >= 5, true);
  const name = Object.keys(rows[0])[0];
  equal(rows.map(row => row[name]), rows.map(row => row[name]).sort((a, b) => b - a));
  equal(rows[0].RawCertificate instanceof Uint8Array, true);
  equal((await collect(all)).map(row => row[name]), rows.map(row => row[name]));
  equal(rows[0].row instanceof ICert.ViewRow, true);
  equal(Object.keys(rows[0]).includes('cursor'), false);
});

test('a limit ends early, a cursor goes on behind a row', async () => {
  const options = {columns: ['RequestID'], sort: 'RequestID', pageSize: 2};
  const all = [...icert.select(config, options)].map(row => Object.values(row)[0]);
  const first = [...icert.select(config, {...options, limit: 3})];
  equal(first.length, 3);
  const rest = await collect(icert.select(config, {...options, cursor: first[2].cursor}));
  equal(rest.map(row => Object.values(row)[0]), all.slice(3));
  equal([...icert.select(config, {...options, limit: 0})], []);
  for (const row of icert.select(config, options)) {
    equal(Object.values(row)[0], all[0]);
    break;
  }
});

test('a wrong question is an exception that names what is wrong', async () => {
  matches(throws(TypeError, () => icert.select(config, {where: [['RequestID', '~', 1]]})).message,
    /^where: ~/);
  throws(TypeError, () => icert.select(config, {where: [['RequestID', 'toString', 1]]}));
  throws(TypeError, () => icert.select(config, {where: [['RequestID', '=', NaN]]}));
  throws(TypeError, () => icert.select(config, {pageSize: 0}));
  throws(TypeError, () => icert.select(config, {limit: -1}));
  throws(ICert.Error.UNKNOWN_NAME, () => icert.select(config, {columns: ['NoSuch']}));
  throws(ICert.Error.MALFORMED, () => icert.select(config, {where: [['RequestID', '=', 'x']]}));
  const error = throws(GLib.Error, () => icert.select('No such CA'));
  matches(error.message, /^config: /);
});

test('columns of a view are listed as an array', () => {
  const names = icert.list(ICert.View.open(config, null).list_columns()).map(c => c.get_name());
  // lists of methods that answer arrays go through as they are
  equal(icert.list(names), names);
  equal(names.includes('SerialNumber'), true);
});

let types = 0;

function judge(verify, more = {}) {
  const Mine = icert.definePolicy({name: `ModuleJsPolicy${++types}`, verify, ...more});
  return new Mine().verify_request(new ICert.RequestContext(), true);
}

test('a defined policy gives each verdict, bare or as a vfunc does', () => {
  for (const verdict of [ICert.Verdict.PENDING, ICert.Verdict.ISSUE, ICert.Verdict.DENY]) {
    equal(judge(() => verdict), [true, verdict]);
    equal(judge(() => [true, verdict]), [true, verdict]);
  }
  const error = throws(ICert.Error.DENIED,
    () => judge(() => {
      throw icert.newError(ICert.Error.DENIED, 'subject', 'no name (a name)');
    }));
  equal(error.message, 'subject: no name (a name)');
});

test('S-L3: any other answer of a defined policy is an error that blames its class', () => {
  const ISSUE = ICert.Verdict.ISSUE;
  const answers = [undefined, null, NaN, 99, -1, 1.5, 1n, 2 ** 53, '1', 'issue', '', true, false, {},
    [], [true], [ISSUE], [true, ISSUE, ISSUE], [false, ISSUE], [1, ISSUE], [true, '1'], [true, NaN],
    [true, [ISSUE]], [[true, ISSUE]], [true, undefined], Promise.resolve(ISSUE), Symbol('x'),
    () => ISSUE, new Number(ISSUE), {valueOf: () => ISSUE}, new Proxy([true, 99], {}),
    {then: () => 0}];
  for (const answer of answers) {
    matches(throws(ICert.Error.MODULE, () => judge(() => answer)).message,
      /^ModuleJsPolicy\d+: verify_request gave /);
  }
});

test('S-L3: whatever a defined policy throws blames its class, unless it is our error', () => {
  const thrown = [new TypeError('oops'), new Error('a\0b'), new Error('\ud800'), 'text', null,
    undefined, 5, {}, Symbol('x'), new GLib.Error(Gio.IOErrorEnum, 1, 'other domain'),
    {get message() { throw new Error('again'); }}];
  for (const what of thrown) {
    matches(throws(ICert.Error.MODULE, () => judge(() => {
      throw what;
    })).message, /^ModuleJsPolicy\d+: verify_request threw /);
  }
});

test('the other methods of a defined policy are judged as well', () => {
  const verify = () => ICert.Verdict.PENDING;
  const make = more =>
    new (icert.definePolicy({name: `ModuleJsPolicy${++types}`, verify, ...more}))();
  const ca = new ICert.RequestContext();
  const settings = ICert.Settings.new(null, null, null);
  equal(make({}).initialize(ca, settings), true);
  equal(make({initialize: () => true}).initialize(ca, settings), true);
  for (const answer of [false, 1, 'x', null, Promise.resolve(true)])
    throws(ICert.Error.MODULE, () => make({initialize: () => answer}).initialize(ca, settings));
  equal(make({profiles: () => ['User']}).list_profiles(ca), ['User']);
  equal(make({}).list_profiles(ca), []);
  for (const answer of ['User', [5], [null], ['a\0'], {}, 5])
    throws(ICert.Error.MODULE, () => make({profiles: () => answer}).list_profiles(ca));
  equal(make({description: () => 'Mine'}).get_description(), 'Mine');
  for (const answer of [null, undefined, 5, 'a\0']) {
    const policy = make({description: () => answer});
    equal(policy.get_description(), GObject.type_name(policy.constructor.$gtype));
  }
  make({shutdown: () => 5}).shutdown();
});

test('a defined exit hears its events, and a wrong answer blames its class', () => {
  const heard = [];
  const make = (notify, more = {}) => new (icert.defineExit({name: `ModuleJsExit${++types}`,
    events: ICert.ExitEvents.CERT_ISSUED, notify, ...more}))();
  const server = new ICert.IssuedContext();
  const ca = new ICert.RequestContext();
  const settings = ICert.Settings.new(null, null, null);
  const exit = make((event, context) => {
    heard.push(event, context.get_request_id());
  });
  equal(exit.initialize(ca, settings), [true, ICert.ExitEvents.CERT_ISSUED]);
  equal(exit.notify_event(ICert.ExitEvents.CERT_ISSUED, server), true);
  equal(heard, [ICert.ExitEvents.CERT_ISSUED, 0]);
  for (const answer of [false, null, 5, 'x', Promise.resolve()]) {
    throws(ICert.Error.MODULE,
      () => make(() => answer).notify_event(ICert.ExitEvents.CERT_ISSUED, server));
  }
});

test('a definition that cannot work is refused at once', () => {
  const verify = () => ICert.Verdict.PENDING;
  for (const definition of [null, undefined, {}, {name: 'ab', verify}, {name: 'Bad name', verify},
    {name: 'ModuleJsNone'}, {name: 'ModuleJsWrong', verify: 5},
    {name: 'ModuleJsMore', verify, vfunc_verify_request: verify},
    {name: 'ModuleJsInit', verify, initialize: 5}])
    throws(TypeError, () => icert.definePolicy(definition));
  for (const events of [undefined, NaN, 'all', 0.5, 1 << 30, -1, 2 ** 40])
    throws(TypeError, () => icert.defineExit({name: 'ModuleJsBad', events, notify: () => true}));
});

test('the folder of the test is removed', removeHome);

await run();
