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

function _init() {
  ICert = this;
  const classInit = GObject.Object._classInit;
  GObject.Object._classInit = function (klass) {
    judgeClass(klass);
    return classInit.call(this, klass);
  };
}
