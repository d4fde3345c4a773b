// SPDX-License-Identifier: LGPL-2.1-or-later
// tap.js: tests as ES modules that print TAP. `test (sentence, body)`, at the end `await run ()`.

import GLib from 'gi://GLib';
import System from 'system';

const tests = [];

/** A test: its name is the sentence that it proves. The body may be async. */
export function test(name, body) {
  tests.push([name, body]);
}

function show(value) {
  if (typeof value === 'bigint' || typeof value === 'symbol' || value === undefined)
    return String(value);
  return typeof value === 'number' ? String(value) : JSON.stringify(value) ?? String(value);
}

/** Deep for plain objects and arrays, exact for everything else. */
export function equal(seen, wanted, what = 'value') {
  if (!Object.is(seen, wanted) && show(seen) !== show(wanted))
    throw new Error(`${what}: ${show(seen)} (${show(wanted)})`);
}

export function matches(seen, pattern, what = 'text') {
  if (typeof seen !== 'string' || !pattern.test(seen))
    throw new Error(`${what}: ${show(seen)} (${pattern})`);
}

/** What `body` throws, which must fit `wanted`: a class, a code of ICert.Error, or null for any error. */
export function throws(wanted, body, what = 'call') {
  try {
    body();
  } catch (error) {
    return judge(wanted, error, what);
  }
  throw new Error(`${what}: nothing thrown`);
}

/** The same of a promise. */
export async function rejects(wanted, promise, what = 'call') {
  try {
    await promise;
  } catch (error) {
    return judge(wanted, error, what);
  }
  throw new Error(`${what}: not rejected`);
}

function judge(wanted, error, what) {
  const fits = typeof wanted === 'number'
    ? error instanceof GLib.Error && error.code === wanted &&
      GLib.quark_to_string(error.domain) === 'icert-error-quark'
    : wanted === null ? error instanceof Error || error instanceof GLib.Error
      : error instanceof wanted;
  if (!fits || !error.message)
    throw new Error(`${what}: threw ${error?.constructor?.name} ${error?.message}`);
  return error;
}

/** Runs the tests, prints TAP, and ends the program. */
export async function run() {
  let failed = 0;
  print(`1..${tests.length}`);
  for (const [i, [name, body]] of tests.entries()) {
    try {
      await body();
      print(`ok ${i + 1} - ${name}`);
    } catch (error) {
      failed++;
      print(`not ok ${i + 1} - ${name}`);
      print(`# ${error} ${error?.stack ?? ''}`.split('\n').join('\n# '));
    }
  }
  System.exit(failed === 0 ? 0 : 1);
}
