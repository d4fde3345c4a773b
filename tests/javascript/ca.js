// SPDX-License-Identifier: LGPL-2.1-or-later
// ca.js: a CA of its own for each test program, in a temporary folder that is the home as well.
// Import it before anything that asks GLib for the user's folders.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import ICert from 'gi://ICert?version=1.0';

export const home = GLib.Dir.make_tmp('icert-js-XXXXXX');
GLib.setenv('HOME', home, true);
GLib.setenv('XDG_CONFIG_HOME', `${home}/config`, true);
GLib.setenv('XDG_DATA_HOME', `${home}/data`, true);
for (const name of ['ICERT_CONFIG', 'ICERT_STEPS'])
  GLib.unsetenv(name);

/** Makes a CA and gives its config string. */
export function makeCa(name = 'Js') {
  const setup = ICert.Setup.open(null);
  setup.name = name;
  setup.folder = `${home}/${name}`;
  setup.type = ICert.SetupType.ROOT;
  return setup.create(null);
}

/** The octets of a request, PEM. Another key each time. */
export function makeRequest(commonName = 'www.example.org') {
  const path = `${home}/request.pem`;
  const openssl = Gio.Subprocess.new(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${home}/key.pem`, '-out', path,
    '-subj', `/CN=${commonName}`, '-addext', `subjectAltName=DNS:${commonName}`],
  Gio.SubprocessFlags.STDOUT_SILENCE | Gio.SubprocessFlags.STDERR_SILENCE);
  if (!openssl.wait_check(null))
    throw new Error('openssl made no request');
  return GLib.Bytes.new(GLib.file_get_contents(path)[1]);
}

function remove(file) {
  if (file.query_file_type(Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null) ===
      Gio.FileType.DIRECTORY) {
    const children = file.enumerate_children('standard::name',
      Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    for (let info = children.next_file(null); info !== null; info = children.next_file(null))
      remove(children.get_child(info));
    children.close(null);
  }
  file.delete(null);
}

/** Removes the home; call it in the last test. */
export function removeHome() {
  remove(Gio.File.new_for_path(home));
}
