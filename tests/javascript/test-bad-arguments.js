// SPDX-License-Identifier: LGPL-2.1-or-later
// S-N5: every function, method and property of the typelib is called with whatever JavaScript has. What
// is wrong is an exception with a message; nothing crashes, and no critical is logged (they are fatal
// here). With an argument NAME only functions whose name holds it are called, each said on stderr.

import {home, makeCa, makeRequest, removeHome} from './ca.js';
import {equal, run, test} from './tap.js';
import GIRepository from 'gi://GIRepository?version=2.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gio from 'gi://Gio';
import ICert from 'gi://ICert?version=1.0';

const {TypeTag, InfoType, Direction} = GIRepository;
const repository = GIRepository.Repository.get_default();
const [wantedName] = ARGV;
const config = makeCa();
let calls = 0;
let refused = 0;

/* Objects to call, and to give where they do not belong. */

// A class that implements an interface with nothing but its defaults.
const defaults = {};

function newDefault(name) {
  defaults[name] ??= registerDefault(name);
  return new defaults[name]();
}

function registerDefault(name) {
  const iface = ICert[name];
  const Properties = Object.fromEntries(
    propertyNames(name).map(key => [key, GObject.ParamSpec.override(key, iface)]));
  return GObject.registerClass(
    {GTypeName: `ArgumentsJs${name}`, Implements: requires(name), Properties},
    class extends GObject.Object {});
}

function requires(name) {
  return ['ServerPolicy', 'ServerExit'].includes(name) ? [ICert.Server, ICert[name]] : [ICert[name]];
}

function propertyNames(name) {
  const info = repository.find_by_name('ICert', name);
  const names = [];
  if (info.get_type() === InfoType.INTERFACE) {
    for (let i = 0; i < GIRepository.interface_info_get_n_properties(info); i++)
      names.push(GIRepository.interface_info_get_property(info, i).get_name());
  } else {
    for (let i = 0; i < GIRepository.object_info_get_n_properties(info); i++)
      names.push(GIRepository.object_info_get_property(info, i).get_name());
  }
  return names;
}

const octets = makeRequest();
const contexts = [];
const Keeper = GObject.registerClass({GTypeName: 'ArgumentsJsKeeper', Implements: [ICert.Policy]},
  class extends GObject.Object {
    vfunc_verify_request(server) {
      contexts.push(server);
      this.inside?.(server);
      return [true, ICert.Verdict.ISSUE];
    }
  });
const control = ICert.Control.open(config, null);
const keeper = new Keeper();
control.append_policy(keeper);
control.start(null);
const request = ICert.Request.open(config, null);
const attributes = {CertificateTemplate: 'User'};
const response = request.submit(ICert.SubmitFlags.NONE, octets, attributes, null);
const view = ICert.View.open(config, null);
const rows = ICert.View.open(config, null).open_view(null);
// taken before Admin.delete_row finds it
const row = ICert.View.open(config, null).open_view(null).next(1, null)[0];
const configs = ICert.Config.open(null);

/* By name of class or interface: what its methods are called on. */
const SUBJECTS = {
  Admin: () => [ICert.Admin.open(config, null)],
  Ca: () => [request.get_ca()],
  CaInfo: () => [configs.list(null).get_item(0)],
  ClassInfo: () => [ICert.Registry.get_default().list_classes().get_item(0)],
  Config: () => [configs],
  Control: () => [control],
  EnumViewRow: () => [rows],
  Extension: () => [ICert.Extension.new('1.2.3', 0, 0, new GLib.Bytes([5, 0]))],
  IssuedContext: () => [new ICert.IssuedContext()],
  Name: () => [ICert.Name.new(ICert.NameKind.DNS, 'www.example.org')],
  Registry: () => [ICert.Registry.get_default()],
  Request: () => [request],
  RequestContext: () => [new ICert.RequestContext(), contexts[0]],
  Response: () => [response, ICert.Response.new(1, 2, null, null, null, null)],
  Server: () => [new ICert.RequestContext(), new ICert.IssuedContext(), contexts[0]],
  ServerExit: () => [new ICert.IssuedContext()],
  ServerPolicy: () => [new ICert.RequestContext(), contexts[0]],
  Settings: () => [ICert.Settings.new(null, {a: 'b'}, null)],
  Setup: () => [],
  View: () => [view],
  ViewColumn: () => [view.list_columns().get_item(0)],
  ViewModel: () => [ICert.ViewModel.new(rows, 5)],
  ViewRow: () => [row],
};

function subjects(name, info) {
  const found = SUBJECTS[name]?.() ?? [];
  if (info.get_type() === InfoType.INTERFACE)
    found.push(newDefault(name));
  else if (found.length === 0 && !GObject.type_test_flags(ICert[name].$gtype,
    GObject.TypeFlags.ABSTRACT))
    found.push(new ICert[name]());
  return found;
}

const trap = new Proxy({}, {get() {
  throw new Error('a trap');
}});
const cancelled = new Gio.Cancellable();
cancelled.cancel();

const BAD = [undefined, null, true, NaN, Infinity, -Infinity, -1, 0, 1, 1.5, 255, 2 ** 31, 2 ** 32,
  2 ** 53, 2 ** 53 + 2, 2 ** 64, -(2 ** 63), 5n, 10n ** 30n, -1n, '', 'x', 'a\0b', '\ud800', '\u202e',
  '%s%n', '../../x', 'x'.repeat(70000), {}, {a: 1}, {a: null}, {a: 'x\0', b: '\ud800'}, {'': ''}, [],
  ['x'], ['a\0'], [1], [null], [undefined], [NaN], [{}], [[]], [new GObject.Object()],
  [new GLib.Bytes([1])], [new GLib.Variant('s', 'x')], new Array(3), Symbol('x'), () => undefined,
  new Date(), new Uint8Array(3), new ArrayBuffer(3), new Map([['a', 'b']]), new GLib.Bytes([]),
  new GLib.Bytes([0x30, 0x84, 255, 255, 255, 255]), new GLib.Variant('s', 'x'),
  new GLib.Variant('mi', null), new GLib.Variant('a{sv}', {}), new GLib.Variant('(iiav)', [1, 2, []]),
  new GObject.Object(), new Gio.Cancellable(), cancelled, new Gio.ListStore(), new Error('x'),
  new GLib.Error(Gio.IOErrorEnum, 1, 'x'), new GLib.Error(ICert.Error, 9999, 'x'), ICert.Request,
  ICert.Request.prototype, new ICert.RequestContext(), response, keeper, trap, globalThis,
  {toString: () => 'x', valueOf: () => 1}, {toString() {
    throw new Error('a trap');
  }}];

/* A value that is right for an argument, as far as its type tells. */
function right(type) {
  switch (GIRepository.type_info_get_tag(type)) {
  case TypeTag.UTF8:
  case TypeTag.FILENAME:
    return 'x';
  case TypeTag.BOOLEAN:
    return false;
  case TypeTag.ARRAY:
    return ['x'];
  case TypeTag.GHASH:
    return {a: 'b'};
  case TypeTag.ERROR:
    return new GLib.Error(ICert.Error, ICert.Error.DENIED, 'subject: no name (a name)');
  case TypeTag.INTERFACE:
    return rightObject(GIRepository.type_info_get_interface(type));
  default:
    return 1;
  }
}

function rightObject(info) {
  const name = info.get_name();
  if (info.get_type() === InfoType.CALLBACK)
    return () => undefined;
  if ([InfoType.ENUM, InfoType.FLAGS].includes(info.get_type()))
    return 0;
  if (name === 'Bytes')
    return octets;
  if (name === 'Variant')
    return new GLib.Variant('s', 'x');
  if (info.get_namespace() === 'ICert')
    return SUBJECTS[name]?.()[0] ?? (name === 'Policy' ? keeper : null);
  return null;
}

/* The arguments that JavaScript gives: not those that come out, nor what a callback carries. */
function rightArguments(info, count) {
  const values = [];
  for (let i = 0; i < GIRepository.callable_info_get_n_args(info) && values.length < count; i++) {
    const argument = GIRepository.callable_info_get_arg(info, i);
    if (GIRepository.arg_info_get_direction(argument) !== Direction.OUT)
      values.push(right(GIRepository.arg_info_get_type(argument)));
  }
  while (values.length < count)
    values.push(null);
  return values;
}

function attempt(what, body) {
  calls++;
  try {
    const answer = body();
    if (answer instanceof Promise)
      answer.catch(() => {});
  } catch (error) {
    refused++;
    const known = error instanceof Error || error instanceof GLib.Error;
    if (!known || typeof error.message !== 'string' || error.message === '')
      throw new Error(`${what}: threw ${String(error)} without a message`);
  }
}

const context = GLib.MainContext.default();

/* A class that is called as a callback throws, which gjs logs as a critical. */
function isTrap(info, bad) {
  const name = info.get_name();
  return bad === ICert.Request && (name.endsWith('_async') || name === 'binding_set_closure');
}

function callBadly(what, info, func, self) {
  if (wantedName !== undefined && !what.includes(wantedName))
    return;
  if (wantedName !== undefined)
    printerr(what);
  const good = rightArguments(info, func.length);
  attempt(what, () => func.apply(self, []));
  attempt(what, () => func.apply(self, [...good, 'one too many', null, 5]));
  for (let i = 0; i < good.length; i++) {
    for (const [j, bad] of BAD.entries()) {
      if (isTrap(info, bad))
        continue;
      const given = [...good];
      given[i] = bad;
      if (wantedName !== undefined)
        printerr(`argument ${i} is value ${j}`);
      attempt(`${what} argument ${i}`, () => func.apply(self, given));
    }
    attempt(what, () => func.apply(self, good.slice(0, i)));
  }
  for (const [j, bad] of BAD.entries()) {
    if (wantedName !== undefined)
      printerr(`all are value ${j}`);
    if (!isTrap(info, bad))
      attempt(what, () => func.apply(self, good.map(() => bad)));
  }
  while (context.iteration(false));
}

function* methodsOf(info) {
  const isObject = info.get_type() === InfoType.OBJECT;
  const isInterface = info.get_type() === InfoType.INTERFACE;
  const count = isObject ? GIRepository.object_info_get_n_methods(info)
    : isInterface ? GIRepository.interface_info_get_n_methods(info) : 0;
  for (let i = 0; i < count; i++) {
    const method = isObject ? GIRepository.object_info_get_method(info, i)
      : GIRepository.interface_info_get_method(info, i);
    yield [method.get_name(), method,
      (GIRepository.function_info_get_flags(method) & GIRepository.FunctionInfoFlags.IS_METHOD) !== 0];
  }
}

function* infos(...types) {
  for (let i = 0; i < repository.get_n_infos('ICert'); i++) {
    const info = repository.get_info('ICert', i);
    if (types.includes(info.get_type()))
      yield [info.get_name(), info];
  }
}

test('every function of the namespace', () => {
  for (const [name, info] of infos(InfoType.FUNCTION)) {
    if (typeof ICert[name] === 'function')
      callBadly(name, info, ICert[name], ICert);
  }
});

test('every constructor and static function of a type', () => {
  for (const [name, info] of infos(InfoType.OBJECT, InfoType.INTERFACE)) {
    for (const [method, how, isMethod] of methodsOf(info)) {
      if (!isMethod && typeof ICert[name][method] === 'function')
        callBadly(`${name}.${method}`, how, ICert[name][method], ICert[name]);
    }
  }
});

test('every method, on real objects and on those that only have the defaults', () => {
  for (const [name, info] of infos(InfoType.OBJECT, InfoType.INTERFACE)) {
    for (const self of subjects(name, info)) {
      for (const [method, how, isMethod] of methodsOf(info)) {
        // what stops the CA comes last
        if (isMethod && !(self === control && method.startsWith('stop')))
          callBadly(`${name}:${method}`, how, self[method] ?? ICert[name].prototype[method], self);
      }
    }
  }
});

test('every method, on what has no such method', () => {
  for (const [name, info] of infos(InfoType.OBJECT, InfoType.INTERFACE)) {
    for (const [method, how, isMethod] of methodsOf(info)) {
      if (!isMethod || (wantedName !== undefined && !`${name}:${method}`.includes(wantedName)))
        continue;
      const func = ICert[name].prototype[method];
      const good = rightArguments(how, func.length);
      for (const self of [undefined, null, 5, 'x', {}, [], new GObject.Object(), cancelled, keeper,
        response, ICert[name].prototype, ICert[name], Object.create(ICert[name].prototype)])
        attempt(`${name}:${method} of another`, () => func.apply(self, good));
    }
  }
  while (context.iteration(false));
});

test('every method of a context that lives, inside of a policy', () => {
  keeper.inside = server => {
    for (const name of ['Server', 'ServerPolicy']) {
      for (const [method, how] of methodsOf(repository.find_by_name('ICert', name)))
        callBadly(`living ${name}:${method}`, how, server[method], server);
    }
  };
  const answer = request.submit(ICert.SubmitFlags.NONE, octets, attributes, null);
  delete keeper.inside;
  equal([ICert.Disposition.ISSUED, ICert.Disposition.UNDER_SUBMISSION, ICert.Disposition.DENIED,
    ICert.Disposition.ERROR].includes(answer.get_disposition()), true,
  `disposition ${answer.get_disposition()}`);
});

// What a liar answers, for all its methods at once.
let lie = null;

// A class whose every vfunc answers with the lie. gjs takes none that has a callback.
function newLiar(name, info) {
  const klass = class extends GObject.Object {};
  for (let i = 0; i < GIRepository.interface_info_get_n_vfuncs(info); i++) {
    const vfunc = GIRepository.interface_info_get_vfunc(info, i).get_name();
    if (!/_(async|finish)$/.test(vfunc)) {
      klass.prototype[`vfunc_${vfunc}`] = function () {
        return lie;
      };
    }
  }
  const Properties = Object.fromEntries(
    propertyNames(name).map(key => [key, GObject.ParamSpec.override(key, ICert[name])]));
  return new (GObject.registerClass(
    {GTypeName: `LiarJs${name}`, Implements: requires(name), Properties}, klass))();
}

/* Where C can be told of an error, gjs tells it. Where not, it logs a critical by itself, unless the
 * override of ICert is in between, as it is for modules. */
function mayLie(name, how) {
  return GIRepository.callable_info_can_throw_gerror(how) || ['Policy', 'Exit'].includes(name);
}

test('every vfunc, answered with whatever there is', () => {
  for (const [name, info] of infos(InfoType.INTERFACE)) {
    const liar = newLiar(name, info);
    for (const [method, how, isMethod] of methodsOf(info)) {
      const what = `liar ${name}:${method}`;
      if (!isMethod || !mayLie(name, how) ||
          (wantedName !== undefined && !what.includes(wantedName)))
        continue;
      if (wantedName !== undefined)
        printerr(what);
      const func = ICert[name].prototype[method];
      for (const [i, bad] of [...BAD, ...BAD.map(one => [true, one]), [true, 1, 1], [false, 1],
        [1, 1, 1, 1, 1]].entries()) {
        if (wantedName !== undefined)
          printerr(`answer ${i}`);
        lie = bad;
        attempt(what, () => func.apply(liar, rightArguments(how, func.length)));
      }
      while (context.iteration(false));
    }
  }
});

test('every property, set to whatever there is', () => {
  for (const [name, info] of infos(InfoType.OBJECT, InfoType.INTERFACE)) {
    for (const self of subjects(name, info)) {
      for (const property of propertyNames(name)) {
        const key = property.replace(/-/g, '_');
        attempt(`${name} ${property}`, () => self[key]);
        for (const bad of BAD) {
          attempt(`${name} ${property}`, () => {
            self[key] = bad;
          });
        }
      }
    }
  }
});

test('what stops the CA', () => {
  for (const [method, how] of methodsOf(repository.find_by_name('ICert', 'Control'))) {
    if (method.startsWith('stop'))
      callBadly(`Control:${method}`, how, control[method], control);
  }
  while (context.iteration(false));
});

test('the calls were many, and most were refused', () => {
  printerr(`${calls} calls, ${refused} refused`);
  if (wantedName === undefined)
    equal(calls > 20000 && refused > calls / 2, true, `${calls} calls, ${refused} refused`);
});

test('the folder of the test is removed', () => {
  equal(home.length > 5, true);
  removeHome();
});

await run();
