// SPDX-License-Identifier: LGPL-2.1-or-later
// client.js REQUEST PROFILE [CA]: a client in JavaScript (gjs), through the plain typelib.
// Finds a CA, submits a request, and prints what the CA's database then says about it.

imports.gi.versions.ICert = '1.0';
const {GLib, ICert} = imports.gi;
const System = imports.system;

// Step 2: without a name, the default record, else the only one.
function findCa() {
    return ICert.Config.open(null).get_config(ICert.ConfigChoice.DEFAULT, null);
}

function submit(config, path, profile) {
    const [, contents] = GLib.file_get_contents(path);
    const request = ICert.Request.open(config, null);
    return request.submit(ICert.SubmitFlags.NONE, new GLib.Bytes(contents),
        {CertificateTemplate: profile}, null);
}

function printRow(config, requestId) {
    const view = ICert.View.open(config, null);
    view.set_columns(['Request.RequestID', 'Request.Disposition', 'CommonName', 'SerialNumber']);
    view.add_restriction('Request.RequestID', ICert.Seek.EQ, new GLib.Variant('x', requestId));
    for (const row of view.open_view(null).next(10, null)) {
        for (const name of row.list_names())
            print(`  ${name.padEnd(20)} ${row.get_value(name)?.deepUnpack() ?? ''}`);
    }
}

function main(path, profile, config = findCa()) {
    print(`gjs: CA ${config}`);
    const answer = submit(config, path, profile);
    const issued = answer.get_disposition() === ICert.Disposition.ISSUED;
    print(`gjs: request ${answer.get_request_id()} ${issued ? 'issued' : answer.get_message()}`);
    printRow(config, answer.get_request_id());
    return issued ? 0 : 3;
}

if (ARGV.length < 2 || ARGV.length > 3) {
    printerr('use: client.js REQUEST PROFILE [CA]');
    System.exit(2);
}
try {
    System.exit(main(...ARGV));
} catch (error) {
    // the message carries field, text and details; the code tells a program what to do
    printerr(`client.js: ${error.message}`);
    System.exit(1);
}
