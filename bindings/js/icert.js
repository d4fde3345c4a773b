// SPDX-License-Identifier: LGPL-2.1-or-later
// icert.js: what makes the ICert typelib pleasant in gjs. An ES module, for `gjs -m`:
//
//   import ICert, {select, isError} from '…/icert.js';
//
// Import it before anything that registers classes: from then on every `…_async` method gives a
// promise when it gets no callback.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import ICert from 'gi://ICert?version=1.0';

export default ICert;

// gjs looks a method up in the prototype of the interface, also for objects of private types.
function promisifyAll() {
  const namespace = /** @type {Record<string, any>} */ (ICert);
  // not Object.values(), which finds nothing before it was asked for by name
  for (const name of Object.keys(namespace)) {
    const {prototype} = namespace[name] ?? {};
    if (!prototype)
      continue;
    for (const method of Object.getOwnPropertyNames(prototype)) {
      const finish = method.replace(/_async$/, '_finish');
      if (finish !== method && typeof prototype[finish] === 'function')
        Gio._promisify(prototype, method, finish);
    }
  }
}
promisifyAll();

/* Errors */

/**
 * Whether `error` is one of icert's, with one of `codes` (of ICert.Error) when any is given.
 *
 * @param {unknown} error whatever was caught
 * @param {...number} codes values of ICert.Error
 * @returns {boolean}
 */
export function isError(error, ...codes) {
  if (!(error instanceof GLib.Error) || error.domain !== ICert.error_quark())
    return false;
  return codes.length === 0 || codes.includes(error.code);
}

/**
 * An error of icert's, for policies and exits that refuse.
 *
 * @param {number} code a value of ICert.Error
 * @param {string} field what the error is about
 * @param {string} text what is wrong, and behind it in brackets what was expected
 * @returns {GLib.Error}
 */
export function newError(code, field, text) {
  return new GLib.Error(ICert.error_quark(), code, `${field}: ${text}`);
}

/**
 * @typedef {object} Description
 * @property {number | null} code a value of ICert.Error, null for an error that is not icert's
 * @property {string} name NOT_FOUND and the like; of other errors the name of their class
 * @property {string | null} field what the error is about
 * @property {Record<string, unknown>} details from the bracket at the end of the message
 * @property {string} text the message without the bracket of details
 */

/**
 * Takes an error apart: code, name, field, details, text.
 *
 * @param {unknown} error whatever was caught
 * @returns {Description}
 */
export function describe(error) {
  if (!(error instanceof GLib.Error) || !isError(error)) {
    return {
      code: null,
      name: error instanceof Error ? error.name : error?.constructor?.name ?? String(error),
      field: null,
      details: {},
      text: String(/** @type {{message?: unknown}} */ (error)?.message ?? error),
    };
  }
  return {
    code: error.code,
    name: ICert.error_get_code_name(error.code) ?? String(error.code),
    field: ICert.error_get_field(error) ?? null,
    details: unpack(ICert.error_get_details(error)) ?? {},
    text: ICert.error_get_text(error) ?? String(error.message),
  };
}

/* Conversions. What is wrong throws a TypeError that names it: gjs itself would cut a text at a NUL,
 * round a number, and take NaN for 0. */

/**
 * @param {unknown} value
 * @returns {string} what it is, for messages
 */
function kind(value) {
  if (typeof value === 'object' && value !== null)
    return value.constructor?.name ?? 'object';
  return ['number', 'bigint', 'boolean'].includes(typeof value) ? `${typeof value} ${value}`
    : value === null ? 'null' : typeof value;
}

/**
 * @param {string} what
 * @param {unknown} value
 * @returns {string} `value`, which C sees whole
 */
function checkText(what, value) {
  if (typeof value !== 'string')
    throw new TypeError(`${what}: ${kind(value)} (a string)`);
  if (value.includes('\0'))
    throw new TypeError(`${what}: holds a NUL (text without)`);
  if (/\p{Surrogate}/u.test(value))
    throw new TypeError(`${what}: half a surrogate pair (well-formed text)`);
  return value;
}

/**
 * @param {string} what
 * @param {unknown} value
 * @returns {number} `value`, a whole number that is not rounded
 */
function checkInteger(what, value) {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new TypeError(`${what}: ${kind(value)} (a whole number up to 2^53)`);
  return value;
}

/**
 * Octets for the contract: GLib.Bytes, a Uint8Array or ArrayBuffer, or a string, as UTF-8.
 *
 * @param {GLib.Bytes | Uint8Array | ArrayBuffer | string} value
 * @returns {GLib.Bytes}
 */
export function bytes(value) {
  if (value instanceof GLib.Bytes)
    return value;
  if (value instanceof Uint8Array)
    return new GLib.Bytes(value);
  if (value instanceof ArrayBuffer)
    return new GLib.Bytes(new Uint8Array(value));
  if (typeof value === 'string')
    return new GLib.Bytes(new TextEncoder().encode(value));
  throw new TypeError(`bytes: ${kind(value)} (GLib.Bytes, Uint8Array, ArrayBuffer or string)`);
}

/**
 * Attributes of a request for the contract. Values may be strings, numbers and booleans.
 *
 * @param {Record<string, string | number | boolean> | Map<string, string | number | boolean>} values
 * @returns {{[key: string]: string}}
 */
export function attributes(values) {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new TypeError(`attributes: ${kind(values)} (an object of names and values)`);
  const pairs = values instanceof Map ? [...values] : Object.entries(values);
  /** @type {{[key: string]: string}} */
  const table = {};
  for (const [name, value] of pairs) {
    checkText('name of an attribute', name);
    if (typeof value === 'number')
      checkInteger(name, value);
    table[name] = checkText(name, typeof value === 'string' ? value
      : typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
  }
  return table;
}

/**
 * A moment for the contract.
 *
 * @param {Date | GLib.DateTime | null} value null stays null: now, or the default
 * @returns {GLib.DateTime | null}
 */
export function dateTime(value) {
  if (value === null || value instanceof GLib.DateTime)
    return value;
  if (!(value instanceof Date) || Number.isNaN(value.getTime()))
    throw new TypeError(`date: ${kind(value)} (a valid Date)`);
  const seconds = Math.floor(value.getTime() / 1000);
  return GLib.DateTime.new_from_unix_utc(seconds).add(
    (value.getTime() - seconds * 1000) * 1000);
}

/**
 * A moment from the contract: GLib.DateTime, or microseconds as rows and properties hold them.
 *
 * @template {GLib.DateTime | number | bigint | null} T
 * @param {T} value null stays null
 * @returns {T extends null ? null : Date}
 */
export function date(value) {
  return /** @type {any} */ (value === null ? null : new Date(milliseconds(value)));
}

/**
 * @param {GLib.DateTime | number | bigint} value
 * @returns {number}
 */
function milliseconds(value) {
  if (value instanceof GLib.DateTime)
    return value.to_unix() * 1000 + Math.floor(value.get_microsecond() / 1000);
  if (typeof value === 'bigint')
    return Number(value / 1000n);
  return Math.floor(checkInteger('date', value) / 1000);
}

/** @type {Record<string, GLib.VariantType>} */
const variantTypes = {};

/**
 * gjs loses memory with each GLib.Variant that it makes (measured with 1.74), and none with one that
 * GLib has read.
 *
 * @param {string} type
 * @param {string} text as GVariant writes it, whose strings are those of JSON
 * @returns {GLib.Variant}
 */
function parseVariant(type, text) {
  variantTypes[type] ??= new GLib.VariantType(type);
  return GLib.Variant.parse(variantTypes[type], text, null, null);
}

/**
 * A GVariant for the contract: string `s`, whole number or Date `x`, boolean `b`, octets `ay`,
 * list of strings `as`. A GVariant stays what it is, and null (empty) stays null.
 *
 * @param {unknown} value
 * @returns {GLib.Variant | null}
 */
export function variant(value) {
  if (value === null || value instanceof GLib.Variant)
    return value;
  if (typeof value === 'string')
    return parseVariant('s', JSON.stringify(checkText('value', value)));
  if (typeof value === 'boolean')
    return parseVariant('b', String(value));
  if (typeof value === 'number')
    return parseVariant('x', String(checkInteger('value', value)));
  if (value instanceof Date)
    return parseVariant('x', String(checkInteger('date', value.getTime()) * 1000));
  if (Array.isArray(value))
    return parseVariant('as', JSON.stringify(value.map(text => checkText('value', text))));
  if (value instanceof GLib.Bytes || value instanceof Uint8Array || value instanceof ArrayBuffer)
    return parseVariant('ay', `[${bytes(value).toArray().join(',')}]`);
  throw new TypeError(`value: ${kind(value)} (string, whole number, boolean, Date, octets)`);
}

/**
 * What a GVariant holds, all the way down: octets as Uint8Array, numbers that JavaScript would round
 * as BigInt, null for null.
 *
 * @param {GLib.Variant | null} value
 * @returns {any}
 */
export function unpack(value) {
  if (value === null || value === undefined)
    return null;
  const type = value.get_type_string();
  if (type === 'ay')
    return value.get_data_as_bytes().toArray();
  if (type === 'x' || type === 't')
    return wideInteger(value);
  if (type === 'v')
    return unpack(value.get_variant());
  if (type.startsWith('a{')) {
    /** @type {Record<string, unknown>} */
    const table = {};
    for (let i = 0; i < value.n_children(); i++) {
      const entry = value.get_child_value(i);
      table[unpack(entry.get_child_value(0))] = unpack(entry.get_child_value(1));
    }
    return table;
  }
  if (type.startsWith('m'))
    return value.n_children() === 0 ? null : unpack(value.get_child_value(0));
  if (value.is_container())
    return Array.from({length: value.n_children()}, (_, i) => unpack(value.get_child_value(i)));
  return value.unpack();
}

/**
 * @param {GLib.Variant} value
 * @returns {number | bigint}
 */
function wideInteger(value) {
  const whole = BigInt(/** @type {string} */ (value.print(false)));
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

/**
 * The items of a GListModel, as an array. Some methods answer arrays themselves, which stay.
 *
 * @param {Gio.ListModel | any[]} model
 * @returns {any[]}
 */
export function list(model) {
  if (Array.isArray(model))
    return model;
  return Array.from({length: model.get_n_items()}, (_, i) => model.get_item(i));
}

/* Views */

const COMPARISONS = {
  '=': ICert.Seek.EQ,
  '!=': ICert.Seek.NE,
  '<': ICert.Seek.LT,
  '<=': ICert.Seek.LE,
  '>': ICert.Seek.GT,
  '>=': ICert.Seek.GE,
};

/**
 * @typedef {[column: string, comparison: keyof typeof COMPARISONS, value: unknown]} Condition
 */

/**
 * @typedef {object} SelectOptions
 * @property {number} [table] of ICert.Table
 * @property {string[] | number} [columns] names, or one of ICert.ColumnSet
 * @property {Condition[]} [where] all must hold
 * @property {string} [sort] a column; with `-` before it, descending
 * @property {string | null} [cursor] begin behind the row that had it
 * @property {number} [pageSize] how many rows are fetched at a time (500)
 * @property {number} [limit] how many rows at most
 * @property {Gio.Cancellable | null} [cancellable]
 */

/**
 * A row as an object: a property for each column, null for an empty cell. Not counted among its
 * properties are `cursor`, for paging on, and `row`, the ICert.ViewRow.
 *
 * @typedef {Record<string, any> & {readonly cursor: string | null, readonly row: ICert.ViewRow}} Row
 */

/**
 * @param {ICert.ViewRow} row
 * @returns {Row}
 */
function newRow(row) {
  /** @type {Record<string, any>} */
  const cells = {};
  for (const name of row.list_names())
    cells[name] = unpack(row.get_value(name));
  Object.defineProperty(cells, 'cursor', {value: row.get_cursor()});
  Object.defineProperty(cells, 'row', {value: row});
  return /** @type {Row} */ (cells);
}

/** The answer of select(): run through it by `for … of` or, without blocking, `for await … of`. */
export class Rows {
  #view;
  #pageSize;
  #limit;
  #cancellable;

  /**
   * @param {ICert.View} view ready to be opened
   * @param {SelectOptions} [options]
   */
  constructor(view, {pageSize = 500, limit = Infinity, cancellable = null} = {}) {
    if (checkInteger('pageSize', pageSize) < 1)
      throw new TypeError(`pageSize: ${pageSize} (1 or more)`);
    if (limit !== Infinity && checkInteger('limit', limit) < 0)
      throw new TypeError(`limit: ${limit} (0 or more)`);
    this.#view = view;
    this.#pageSize = pageSize;
    this.#limit = limit;
    this.#cancellable = cancellable;
  }

  /** The view, to change it before the first row is asked for. */
  get view() {
    return this.#view;
  }

  /** How many rows the view has, whatever the limit. */
  count() {
    return this.#view.count(this.#cancellable);
  }

  /** @returns {Generator<Row, void, void>} */
  *[Symbol.iterator]() {
    const rows = this.#view.open_view(this.#cancellable);
    for (let left = this.#limit; left > 0;) {
      const page = rows.next(Math.min(this.#pageSize, left), this.#cancellable);
      if (page.length === 0)
        return;
      left -= page.length;
      yield* page.map(newRow);
    }
  }

  /** @returns {AsyncGenerator<Row, void, void>} */
  async *[Symbol.asyncIterator]() {
    const rows = await this.#view.open_view_async(this.#cancellable);
    for (let left = this.#limit; left > 0;) {
      const page = await rows.next_async(Math.min(this.#pageSize, left), this.#cancellable);
      if (page.length === 0)
        return;
      left -= page.length;
      for (const row of page)
        yield newRow(row);
    }
  }
}

/**
 * Rows of a CA's database:
 *
 *   for await (const row of select(null, {where: [['Disposition', '=', 9]]})) …
 *
 * @param {string | null} config the CA; null for the default one
 * @param {SelectOptions} [options]
 * @returns {Rows}
 */
export function select(config, options = {}) {
  const {table, columns, where = [], sort, cursor, cancellable = null} = options;
  const view = ICert.View.open(config, cancellable);
  if (table !== undefined)
    view.set_table(table);
  if (typeof columns === 'number')
    view.set_column_set(columns);
  else if (columns !== undefined)
    view.set_columns(columns.map(name => checkText('column', name)));
  for (const [column, comparison, value] of where) {
    const seek = Object.hasOwn(COMPARISONS, comparison) ? COMPARISONS[comparison] : undefined;
    if (seek === undefined)
      throw new TypeError(`where: ${comparison} (one of ${Object.keys(COMPARISONS).join(' ')})`);
    view.add_restriction(checkText('column', column), seek, variant(value));
  }
  if (sort !== undefined) {
    const descending = sort.startsWith('-');
    view.set_sort(descending ? sort.slice(1) : sort,
      descending ? ICert.Sort.DESCEND : ICert.Sort.ASCEND);
  }
  if (cursor)
    view.set_cursor(cursor);
  return new Rows(view, options);
}

/* Policies and exits. gjs leaves what a vfunc gives back to luck: a number that is no verdict, a
 * promise, a missing value. Here every answer is judged, and a wrong one becomes an error with code
 * MODULE that names the class. Such an error never issues: the request waits for an officer. */

/**
 * @param {string} className
 * @param {string} method
 * @param {string} what
 * @returns {GLib.Error}
 */
function blame(className, method, what) {
  return newError(ICert.Error.MODULE, className, `${method} ${what}`);
}

/**
 * @param {unknown} value
 * @returns {string} for messages: short, of one line
 */
function show(value) {
  if (typeof value !== 'string')
    return typeof value === 'symbol' ? String(value) : kind(value);
  return JSON.stringify(value.slice(0, 200));
}

/**
 * Calls what the author wrote, and judges the answer. An error of icert's goes on as it is, anything
 * else blames the class.
 *
 * @template T, R
 * @param {string} className
 * @param {string} method
 * @param {() => T} body
 * @param {(answer: T) => R} judge
 * @returns {R}
 */
function guarded(className, method, body, judge) {
  try {
    const answer = body();
    if (typeof /** @type {any} */ (answer)?.then === 'function')
      throw blame(className, method, 'gave a promise (an answer at once)');
    return judge(answer);
  } catch (error) {
    throw isError(error) ? error : blame(className, method, `threw ${showThrown(error)} (an answer)`);
  }
}

/**
 * @param {unknown} error which may be anything, even something that throws when it is asked
 * @returns {string}
 */
function showThrown(error) {
  try {
    const {name, text} = describe(error);
    return `${name} ${show(text)}`;
  } catch {
    return typeof error;
  }
}

/**
 * @param {string} className
 * @param {unknown} answer a verdict, or [true, verdict] as a bare vfunc gives it
 * @returns {[boolean, number]}
 */
function judgeVerdict(className, answer) {
  let verdict = answer;
  if (Array.isArray(answer)) {
    if (answer.length !== 2 || answer[0] !== true) {
      throw blame(className, 'verify_request',
        `gave ${answer.length} values (a verdict, or true and a verdict)`);
    }
    verdict = answer[1];
  }
  const known = [ICert.Verdict.PENDING, ICert.Verdict.ISSUE, ICert.Verdict.DENY];
  if (!known.includes(/** @type {number} */ (verdict)))
    throw blame(className, 'verify_request', `gave ${show(verdict)} (an ICert.Verdict)`);
  return [true, /** @type {number} */ (verdict)];
}

/**
 * @param {string} className
 * @param {string} method
 * @param {unknown} answer
 * @returns {boolean}
 */
function judgeDone(className, method, answer) {
  if (answer !== undefined && answer !== true)
    throw blame(className, method, `gave ${show(answer)} (true, or nothing)`);
  return true;
}

/**
 * @param {string} className
 * @param {unknown} answer
 * @returns {string[]}
 */
function judgeNames(className, answer) {
  if (!Array.isArray(answer))
    throw blame(className, 'list_profiles', `gave ${show(answer)} (an array of names)`);
  return answer.map(text => checkText('profile', text));
}

/**
 * @param {string} what
 * @param {object} definition
 * @param {string[]} required
 * @param {string[]} optional
 */
function checkDefinition(what, definition, required, optional) {
  if (typeof definition !== 'object' || definition === null)
    throw new TypeError(`${what}: ${kind(definition)} (an object with ${required.join(', ')})`);
  const methods = /** @type {Record<string, unknown>} */ (definition);
  const name = checkText(`${what}: name`, methods.name);
  if (!/^[A-Za-z_][A-Za-z0-9_+-]{2,}$/.test(name))
    throw new TypeError(`${what}: name ${show(name)} (three letters or more, as a GType has them)`);
  for (const key of required) {
    if (typeof methods[key] !== 'function')
      throw new TypeError(`${what} ${name}: no ${key} (a function)`);
  }
  for (const key of Object.keys(methods)) {
    if (key !== 'name' && key !== 'events' && ![...required, ...optional].includes(key))
      throw new TypeError(`${what} ${name}: ${key} is unknown (${[...required, ...optional]})`);
    if (optional.includes(key) && typeof methods[key] !== 'function')
      throw new TypeError(`${what} ${name}: ${key} is no function`);
  }
}

/**
 * @typedef {object} PolicyDefinition
 * @property {string} name of the GType, unique in the process
 * @property {(server: ICert.RequestContext, newRequest: boolean) => number | [boolean, number]}
 *   verify gives an ICert.Verdict, or throws newError(ICert.Error.DENIED, …) to refuse
 * @property {(ca: ICert.Server, settings: ICert.Settings) => boolean | void} [initialize]
 * @property {() => string} [description]
 * @property {(caller: ICert.Server) => string[]} [profiles]
 * @property {() => void} [shutdown]
 */

/**
 * Registers a policy whose every answer is judged:
 *
 *   const Mine = definePolicy({name: 'MinePolicy', verify: () => ICert.Verdict.PENDING});
 *   control.append_policy(new Mine());
 *
 * @param {PolicyDefinition} definition
 * @returns {{new(): ICert.Policy & GObject.Object}}
 */
export function definePolicy(definition) {
  checkDefinition('policy', definition, ['verify'],
    ['initialize', 'description', 'profiles', 'shutdown']);
  const {name} = definition;
  const policy = class extends GObject.Object {
    /** @param {ICert.RequestContext} server @param {boolean} newRequest */
    vfunc_verify_request(server, newRequest) {
      return guarded(name, 'verify_request',
        () => definition.verify.call(this, server, newRequest),
        answer => judgeVerdict(name, answer));
    }

    /** @param {ICert.Server} ca @param {ICert.Settings} settings */
    vfunc_initialize(ca, settings) {
      return guarded(name, 'initialize', () => definition.initialize?.call(this, ca, settings),
        answer => judgeDone(name, 'initialize', answer));
    }

    vfunc_get_description() {
      return describeModule(this, name, definition.description);
    }

    /** @param {ICert.Server} caller */
    vfunc_list_profiles(caller) {
      return guarded(name, 'list_profiles', () => definition.profiles?.call(this, caller) ?? [],
        answer => judgeNames(name, answer));
    }

    vfunc_shutdown() {
      quietly(name, 'shutdown', () => definition.shutdown?.call(this), () => undefined);
    }
  };
  return /** @type {any} */ (
    GObject.registerClass({GTypeName: name, Implements: [ICert.Policy]}, policy));
}

/**
 * @typedef {object} ExitDefinition
 * @property {string} name of the GType, unique in the process
 * @property {number} events flags of ICert.ExitEvents: which ones it wants
 * @property {(event: number, server: ICert.IssuedContext) => boolean | void} notify hears one
 *   event; what it throws makes the engine try again
 * @property {(ca: ICert.Server, settings: ICert.Settings) => boolean | void} [initialize]
 * @property {() => string} [description]
 */

/**
 * Registers an exit whose every answer is judged. The other half of definePolicy().
 *
 * @param {ExitDefinition} definition
 * @returns {{new(): ICert.Exit & GObject.Object}}
 */
export function defineExit(definition) {
  checkDefinition('exit', definition, ['notify'], ['initialize', 'description']);
  const {name} = definition;
  const known = Object.values(ICert.ExitEvents).filter(value => typeof value === 'number');
  const events = checkInteger(`exit ${name}: events`, definition.events);
  if (events > 0xffff || (events & ~known.reduce((all, value) => all | value, 0)) !== 0)
    throw new TypeError(`exit ${name}: events ${events} (flags of ICert.ExitEvents)`);
  const exit = class extends GObject.Object {
    /** @param {ICert.Server} ca @param {ICert.Settings} settings */
    vfunc_initialize(ca, settings) {
      guarded(name, 'initialize', () => definition.initialize?.call(this, ca, settings),
        answer => judgeDone(name, 'initialize', answer));
      return [true, events];
    }

    /** @param {number} event @param {ICert.IssuedContext} server */
    vfunc_notify_event(event, server) {
      return guarded(name, 'notify_event', () => definition.notify.call(this, event, server),
        answer => judgeDone(name, 'notify_event', answer));
    }

    vfunc_get_description() {
      return describeModule(this, name, definition.description);
    }
  };
  return /** @type {any} */ (
    GObject.registerClass({GTypeName: name, Implements: [ICert.Exit]}, exit));
}

/**
 * A vfunc that cannot fail: what its author threw is logged.
 *
 * @template T, R
 * @param {string} className
 * @param {string} method
 * @param {() => T} body
 * @param {(answer: T) => R} judge
 * @returns {R | undefined}
 */
function quietly(className, method, body, judge) {
  try {
    return guarded(className, method, body, judge);
  } catch (error) {
    console.warn(describe(error).text);
    return undefined;
  }
}

/**
 * @param {object} self
 * @param {string} name
 * @param {(() => string) | undefined} description
 * @returns {string}
 */
function describeModule(self, name, description) {
  if (description === undefined)
    return name;
  return quietly(name, 'get_description', () => description.call(self),
    answer => checkText('description', answer)) ?? name;
}
