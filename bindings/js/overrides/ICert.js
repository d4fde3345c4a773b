// SPDX-License-Identifier: LGPL-2.1-or-later
// The override of ICert: gjs runs it when a program imports the typelib. It judges what policies and
// exits in JavaScript give back, where gjs takes too much for an answer (measured with 1.74): more
// values than wanted, whatever is truthy for TRUE, 1.5 for ISSUE. C sees only what is left of that.

const {GLib, GObject} = imports.gi;

let ICert;

function blame(name, method, what) {
  return new GLib.Error(ICert.error_quark(), ICert.Error.MODULE, `${name}: ${method} ${what}`);
}

function show(value) {
  if (Array.isArray(value))
    return `[${value.slice(0, 5).map(show).join(', ')}]`;
  return value === null || ['number', 'boolean', 'undefined'].includes(typeof value)
    ? `${value}` : `a ${value.constructor?.name ?? typeof value}`;
}

// What gjs makes of TRUE and one (out) parameter.
function isPair(answer) {
  return Array.isArray(answer) && answer.length === 2 && typeof answer[0] === 'boolean' &&
    Number.isInteger(answer[1]);
}

function isBoolean(answer) {
  return typeof answer === 'boolean';
}

function isManageModule(answer) {
  return answer === null || answer instanceof ICert.ManageModule;
}

// What fits, what is wanted, and whether the vfunc can fail. From one that cannot, an exception would
// be a critical of gjs; here it is a warning, and the default of C stands.
const PAIR = [isPair, 'true and a whole number', true];
const BOOLEAN = [isBoolean, 'true or false', true];
const TEXT = [answer => typeof answer === 'string', 'a text', false];
const NOTHING = [() => true, 'nothing', false];
const MANAGE = [isManageModule, 'an ICert.ManageModule, or null', false];

// By interface: vfunc, and what it has to give. Those that are not here gjs and C judge well.
const ANSWERS = {
  Policy: {
    initialize: BOOLEAN,
    verify_request: PAIR,
    get_description: TEXT,
    shutdown: NOTHING,
    get_manage_module: MANAGE,
  },
  Exit: {
    initialize: PAIR,
    notify_event: BOOLEAN,
    get_description: TEXT,
    get_manage_module: MANAGE,
  },
};

function judged(name, method, func, [fits, wanted, canFail]) {
  return function (...args) {
    try {
      const answer = func.apply(this, args);
      if (fits(answer))
        return answer;
      throw blame(name, method, `gave ${show(answer)} (${wanted})`);
    } catch (error) {
      if (canFail)
        throw error;
      console.warn(`${name}: ${method}: ${error?.message ?? 'threw what is no error'}`);
      return null;
    }
  };
}

// A class that writes a vfunc names its interface, or gjs does not register it.
function judgeClass(klass) {
  const named = Object.hasOwn(klass, GObject.interfaces) ? klass[GObject.interfaces] : [];
  const name = klass[GObject.GTypeName] ?? klass.name;
  for (const [kind, methods] of Object.entries(ANSWERS)) {
    if (!named.includes(ICert[kind]))
      continue;
    for (const [method, answer] of Object.entries(methods)) {
      const slot = `vfunc_${method}`;
      const func = Object.getOwnPropertyDescriptor(klass.prototype, slot)?.value;
      if (typeof func === 'function')
        klass.prototype[slot] = judged(name, method, func, answer);
    }
  }
}

// Every function of the typelib that takes a table of names and values: its owner (null: the
// namespace), whether it is a method, and where the table stands. gjs loses memory with each object
// it makes a hash table of (measured with 1.74), and none with a list.
const TABLES = [
  ['Admin', 'set_request_attributes', true, 1],
  ['Admin', 'set_request_attributes_async', true, 1],
  ['CaInfo', 'new', false, 0],
  ['Request', 'submit', true, 2],
  ['Request', 'submit_async', true, 2],
  ['Request', 'submit_full', true, 4],
  ['Request', 'submit_full_async', true, 4],
  ['RequestDecoder', 'decode', true, 3],
  ['Settings', 'new', false, 1],
  ['TestServer', 'initialize_exit', true, 1],
  ['TestServer', 'initialize_policy', true, 1],
  ['TestServer', 'load_request', true, 1],
  ['ViewRow', 'new', false, 3],
  [null, 'attributes_format', false, 0],
  [null, 'contract_check_exit', false, 1],
  [null, 'contract_check_policy', false, 1],
];

function isText(value) {
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value);
}

// An object of texts as a list of them; null for everything else, which gjs itself judges.
function listPairs(table) {
  if (typeof table !== 'object' || table === null || Object.getPrototypeOf(table) !== Object.prototype)
    return null;
  const pairs = Object.entries(table).flat();
  return pairs.every(isText) ? pairs : null;
}

function withTable(owner, name, place) {
  const plain = owner[name];
  owner[name] = function (...args) {
    const pairs = listPairs(args[place]);
    if (pairs === null)
      return plain.apply(this, args);
    args[place] = null;
    ICert.binding_set_table(pairs);
    try {
      return plain.apply(this, args);
    } finally {
      ICert.binding_set_table(null);
    }
  };
}

function _init() {
  ICert = this;
  for (const [owner, name, isMethod, place] of TABLES) {
    const holder = owner === null ? ICert : ICert[owner];
    withTable(isMethod ? holder.prototype : holder, name, place);
  }
  const classInit = GObject.Object._classInit;
  GObject.Object._classInit = function (klass) {
    judgeClass(klass);
    return classInit.call(this, klass);
  };
}
