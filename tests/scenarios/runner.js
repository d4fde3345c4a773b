// SPDX-License-Identifier: LGPL-2.1-or-later
// runner.js CONFIG TABLE REQUESTS PREFIX: plays the table of scenarios in JavaScript.
// What the steps mean is written in README.md; the other runners do the same.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import ICert from 'gi://ICert?version=1.0';

const makers = {
    b: text => GLib.Variant.new_boolean(Number(text) !== 0),
    i: text => GLib.Variant.new_int32(Number(text)),
    s: text => GLib.Variant.new_string(text),
    x: text => GLib.Variant.new_int64(Number(text)),
};

// UNDER_SUBMISSION of a number.
function nick(kind, value) {
    return Object.keys(kind).find(name => kind[name] === value);
}

// A|B of the flags in value, in the order of their bits.
function flags(kind, value) {
    const names = Object.keys(kind).filter(name => typeof kind[name] === 'number' && kind[name] & value);
    return names.sort((a, b) => kind[a] - kind[b]).join('|') || 'NONE';
}

function hex(bytes) {
    return Array.from(bytes.toArray(), octet => octet.toString(16).padStart(2, '0')).join('');
}

function fromHex(text) {
    return new GLib.Bytes(Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16)));
}

// A value as GVariant text; '-' for an empty one.
function show(value) {
    return value === null ? '-' : value.print(false);
}

function makeValue(kind, text) {
    return kind === '-' ? null : makers[kind](text);
}

function parseFlags(words) {
    return words.reduce((sum, word) => sum | ICert.ExtensionFlags[word.toUpperCase()], 0);
}

// [name, value] of NAME=VALUE; the value may hold further signs.
function split(pair) {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
}

function showError(error) {
    if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED))
        return 'CANCELLED';
    return `${ICert.error_get_code_name(error.code)} ${ICert.error_get_text(error)}`;
}

function items(model) {
    return Array.from({length: model.get_n_items()}, (_, index) => model.get_item(index));
}

// What the policy is to do with the next request, and what it saw.
class Script {
    constructor(say) {
        this.say = say;
        this.actions = [];
        this.kept = null;
    }

    // Plays the actions; the verdict is the last one's, or ISSUE.
    judge(server, newRequest) {
        let verdict = ICert.Verdict.ISSUE;
        for (const [action, ...words] of this.actions) {
            if (action === 'verdict')
                verdict = ICert.Verdict[words[0]];
            else if (action === 'nothing')
                return [false, ICert.Verdict.ISSUE];
            else if (action === 'fail')
                throw new GLib.Error(ICert.Error, ICert.Error[words[0]], words[1]);
            else if (action === 'new-request')
                this.say(`new-request ${newRequest ? 'TRUE' : 'FALSE'}`);
            else
                this.act(server, action, words);
        }
        return [true, verdict];
    }

    // One reading or writing action; an error is told and does not end the script.
    act(server, action, words) {
        const what = [action, ...words].join(' ');
        try {
            const answer = this[`do_${action.replaceAll('-', '_')}`](server, ...words);
            if (answer !== undefined)
                this.say(`${what}: ${answer}`);
        } catch (error) {
            if (!(error instanceof GLib.Error))
                throw error;
            this.say(`${what}: error ${showError(error)}`);
        }
    }

    do_request(server, name) {
        return show(server.get_request_property(name));
    }

    do_certificate(server, name) {
        return show(server.get_certificate_property(name));
    }

    do_ca(server, name) {
        return show(server.get_ca_property(name));
    }

    do_attribute(server, name) {
        return server.get_request_attribute(name) ?? '-';
    }

    do_attributes(server) {
        return server.list_attributes().sort().join(',');
    }

    do_extensions(server) {
        return server.list_extensions().sort().join(',');
    }

    do_extension(server, oid) {
        const [value, how, origin] = server.get_certificate_extension(oid);
        return value === null ? '-' : `${hex(value)} ${flags(ICert.ExtensionFlags, how)} ${
            nick(ICert.ExtensionOrigin, origin)}`;
    }

    do_names(server) {
        return server.get_subject_alt_names()
            .map(name => `${nick(ICert.NameKind, name.get_kind())}:${name.get_text()}`).join(',');
    }

    do_set(server, name, kind, text) {
        server.set_certificate_property(name, makeValue(kind, text));
        return 'done';
    }

    do_set_extension(server, oid, text, ...words) {
        server.set_certificate_extension(oid, parseFlags(words), fromHex(text));
        return 'done';
    }

    do_message(server, text) {
        server.set_disposition_message(text);
    }

    do_trace(server, rule, field, seen, allowed) {
        server.add_trace(rule, field, seen, allowed);
    }

    do_keep(server) {
        this.kept = server;
    }
}

const ScenarioPolicy = GObject.registerClass({
    GTypeName: 'ScenarioPolicy',
    Implements: [ICert.Policy],
}, class extends GObject.Object {
    vfunc_verify_request(server, newRequest) {
        return this.script.judge(server, newRequest);
    }
});

const ScenarioExit = GObject.registerClass({
    GTypeName: 'ScenarioExit',
    Implements: [ICert.Exit],
}, class extends GObject.Object {
    vfunc_initialize(_ca, _settings) {
        const events = ICert.ExitEvents;
        return [true, events.CERT_ISSUED | events.CERT_PENDING | events.CERT_DENIED | events.CERT_FAILED];
    }

    vfunc_notify_event(event, server) {
        const name = show(server.get_certificate_property('CommonName'));
        const what = server.get_certificate() === null ? 'nothing' : 'certificate';
        this.heard.push([server.get_request_id(), flags(ICert.ExitEvents, event), `${name} ${what}`]);
        return true;
    }
});

// The objects of one CA, and the labels of the scenario that runs.
class Runner {
    constructor(config, requests, prefix) {
        this.config = config;
        this.folder = requests;
        this.prefix = prefix;
        this.labels = new Map();
        this.changes = [];
        this.script = new Script(text => this.say(text));
        this.control = ICert.Control.open(config, null);
        const policy = new ScenarioPolicy();
        policy.script = this.script;
        this.listener = new ScenarioExit();
        this.listener.heard = [];
        this.control.append_policy(policy);
        this.control.append_exit(this.listener);
        this.control.start(null);
        this.request = ICert.Request.open(config, null);
        this.admin = ICert.Admin.open(config, null);
        this.ca = ICert.Ca.open(config, null);
        this.ca.connect('request-changed', (_ca, id, disposition) => this.changes.push([id, disposition]));
    }

    // A line of the result, without what differs from run to run.
    say(text) {
        for (const [label, id] of this.labels)
            text = text.replaceAll(` ${id} `, ` ${label} `).replaceAll(` ${id})`, ` ${label})`);
        text = text.replaceAll(this.prefix, '%').replaceAll(`by ${GLib.get_user_name()}`, 'by $USER');
        print(`= ${text}`);
    }

    // labels stand for request ids

    label(id) {
        return [...this.labels.keys()].find(label => this.labels.get(label) === id) ?? '?';
    }

    idOf(word) {
        return this.labels.get(word) ?? Number(word);
    }

    showResponse(response, label = null) {
        const id = response.get_request_id();
        if (label !== null && this.label(id) === '?')
            this.labels.set(label, id);
        const status = response.get_status();
        const line = `${this.label(id)} ${nick(ICert.Disposition, response.get_disposition())}, ${
            response.get_message()}`;
        return status === null ? line : `${line}, ${showError(status)}`;
    }

    contents(name) {
        return new GLib.Bytes(GLib.file_get_contents(`${this.folder}/${name}`)[1]);
    }

    // The asynchronous pair of object, in this thread's loop.
    wait(object, name, cancellable, late, ...args) {
        let answer = null;
        object[`${name}_async`](...args, cancellable, (_source, result) => (answer = result));
        if (late)
            cancellable.cancel();
        while (answer === null)
            GLib.MainContext.default().iteration(true);
        return object[`${name}_finish`](answer);
    }

    // steps

    submit(name, ...words) {
        const options = Object.fromEntries(words.filter(word => word.includes('=')).map(split));
        const attributes = Object.entries(options).filter(([key]) => key.startsWith('@'))
            .map(([key, value]) => [key.slice(1), value]);
        const args = [
            ICert.SubmitFlags.NONE,
            ICert.Encoding[options.encoding ?? 'ANY'],
            ICert.RequestFormat[options.format ?? 'ANY'],
            this.contents(name),
            attributes.length > 0 ? Object.fromEntries(attributes) : null,
            options.key ?? null,
        ];
        const cancellable = new Gio.Cancellable();
        if (words.includes('cancelled'))
            cancellable.cancel();
        const response = words.includes('async')
            ? this.wait(this.request, 'submit_full', cancellable, words.includes('late'), ...args)
            : this.request.submit_full(...args, cancellable);
        this.say(this.showResponse(response, options.as));
    }

    submit_many(name, count, ...words) {
        const attributes = Object.fromEntries(words.map(word => split(word.slice(1))));
        const contents = this.contents(name);
        const answers = [];
        for (let i = 0; i < Number(count); i++) {
            this.request.submit_async(ICert.SubmitFlags.NONE, contents, attributes, null,
                (request, result) => answers.push(request.submit_finish(result)));
        }
        while (answers.length < Number(count))
            GLib.MainContext.default().iteration(true);
        const ids = new Set(answers.map(answer => answer.get_request_id()));
        const issued = answers.filter(answer => answer.get_disposition() === ICert.Disposition.ISSUED);
        this.say(`${answers.length} answers, ${issued.length} issued, ${ids.size} requests`);
    }

    retrieve(word, how) {
        const id = this.idOf(word);
        this.say(this.showResponse(how === 'async'
            ? this.wait(this.request, 'retrieve_pending', null, false, id)
            : this.request.retrieve_pending(id, null)));
    }

    retrieve_by_key(key) {
        this.say(this.showResponse(this.request.retrieve_by_key(key, null)));
    }

    get_issued(word) {
        this.say(this.showResponse(this.request.get_issued(this.idOf(word), null, null)));
    }

    rowOf(word) {
        const view = ICert.View.open(this.config, null);
        view.add_restriction('Request.RequestID', ICert.Seek.EQ, makers.x(this.idOf(word)));
        return view.open_view(null).next(1, null)[0];
    }

    get_by_serial(word) {
        const serial = this.labels.has(word)
            ? this.rowOf(word).get_value('SerialNumber').get_string()[0] : word;
        this.say(this.showResponse(this.request.get_issued(-1, serial, null)));
    }

    // What the certificate of an answer looks like.
    certificate(word) {
        const response = this.request.retrieve_pending(this.idOf(word), null);
        const text = new TextDecoder().decode(response.get_certificate(ICert.OutputFlags.BASE64_HEADER).toArray());
        const der = hex(response.get_certificate(ICert.OutputFlags.BINARY));
        const isPem = text.startsWith('-----BEGIN CERTIFICATE-----') ? 'yes' : 'no';
        this.say(`PEM ${isPem}, DER ${der.slice(0, 2)}, ${response.list_issuers().length} issuers`);
    }

    resubmit(word, how) {
        const id = this.idOf(word);
        this.say(this.showResponse(how === 'async'
            ? this.wait(this.admin, 'resubmit_request', null, false, id)
            : this.admin.resubmit_request(id, null)));
    }

    deny(word, reason = null) {
        this.admin.deny_request(this.idOf(word), reason, null);
        this.say('done');
    }

    set_attributes(word, ...words) {
        this.admin.set_request_attributes(this.idOf(word), Object.fromEntries(words.map(split)), null);
        this.say('done');
    }

    set_extension(word, oid, text, ...words) {
        this.admin.set_certificate_extension(this.idOf(word), oid, parseFlags(words), fromHex(text), null);
        this.say('done');
    }

    // The lines that the table's own policy wrote.
    trace(word) {
        for (const entry of this.admin.get_trace(this.idOf(word), null).recursiveUnpack()) {
            if (entry.rule?.startsWith('table-'))
                this.say(['rule', 'field', 'seen', 'allowed'].map(key => entry[key] ?? '-').join(' '));
        }
    }

    cell(row, name) {
        const value = row.get_value(name);
        if (value !== null && name.toLowerCase().endsWith('requestid'))
            return this.label(value.unpack());
        return show(value);
    }

    // A view with what the words ask for.
    makeView(table, words) {
        const view = ICert.View.open(this.config, null);
        view.set_table(ICert.Table[table.toUpperCase()]);
        for (const word of words) {
            const [what, text] = word.includes('=') ? split(word) : [word, ''];
            if (what === 'columns') {
                view.set_columns(text.split(','));
            } else if (what === 'set') {
                view.set_column_set(ICert.ColumnSet[text]);
            } else if (what === 'where') {
                const [, column, seek, kind, value] = text.match(/^([^:]*):([^:]*):([^:]*):(.*)$/);
                view.add_restriction(column, ICert.Seek[seek.toUpperCase()],
                    kind === 'id' ? makers.x(this.idOf(value)) : makeValue(kind, value));
            } else if (what === 'or') {
                view.add_alternative();
            } else if (what === 'sort') {
                const [column, order] = text.split(':');
                view.set_sort(column, ICert.Sort[order.toUpperCase()]);
            } else if (what === 'after') {
                view.set_cursor(text);
            }
        }
        return view;
    }

    // Pages of rows: each page is a new view that begins behind the last one's cursor.
    view(table, ...words) {
        const size = Number(words.find(word => word.startsWith('page='))?.slice(5) ?? 100);
        let cursor = null;
        for (;;) {
            const view = this.makeView(table, words);
            if (cursor !== null)
                view.set_cursor(cursor);
            const rows = view.open_view(null);
            const page = rows.next(size, null);
            if (page.length === 0)
                break;
            this.say(page.map(row => row.list_names().map(name => this.cell(row, name)).join(' ')).join(' | '));
            cursor = rows.cursor;
        }
        this.say('end');
    }

    count(table, ...words) {
        this.say(`${this.makeView(table, words).count(null)}`);
    }

    // Attributes and extensions of a row.
    row(word) {
        const row = this.rowOf(word);
        const attributes = row.get_attributes();
        this.say(`attributes ${Object.keys(attributes).sort().map(name => `${name}=${attributes[name]}`)}`);
        this.say(`extensions ${items(row.list_extensions()).map(item => `${item.get_oid()}:${
            flags(ICert.ExtensionFlags, item.get_flags())}:${
            nick(ICert.ExtensionOrigin, item.get_origin())}`).sort()}`);
    }

    property(name, index = '0') {
        this.say(show(this.ca.get_property_value(ICert.CaProperty[name], Number(index), null)));
    }

    describe(name) {
        const [, kind, indexed, title] = this.ca.describe_property(ICert.CaProperty[name]);
        this.say(`${kind.dup_string()} ${indexed ? 'indexed' : 'single'} ${title}`);
    }

    ca_certificate(index) {
        const octets = this.ca.get_certificate(Number(index), null);
        this.say(octets.get_size() > 300 ? 'a certificate' : 'too short');
    }

    profiles() {
        this.say(this.ca.list_profiles(null).sort().join(','));
    }

    cas() {
        const records = items(ICert.Config.open(null).list(null));
        this.say(records.map(record => record.get_config()).sort().join(' | '));
    }

    choose(choice) {
        this.say(ICert.Config.open(null).get_config(ICert.ConfigChoice[choice], null));
    }

    get_config(node, entry) {
        this.say(show(this.admin.get_config_entry(node, entry, null)));
    }

    set_config(node, entry, text) {
        this.admin.set_config_entry(node, entry, makers.s(text), null);
        this.say('done');
    }

    list_config(node) {
        this.say(this.admin.list_config_entries(node, null).join(','));
    }

    roles() {
        this.say(flags(ICert.Roles, this.admin.get_my_roles(null)));
    }

    open(config) {
        ICert.Request.open(config, null);
        this.say('open');
    }

    create(classId) {
        ICert.create_instance(classId, this.config, null);
        this.say('made');
    }

    policy(...words) {
        this.script.actions.push(words);
    }

    // What a policy that keeps its context finds there afterwards.
    kept(name) {
        this.say(show(this.script.kept.get_certificate_property(name)));
    }

    // Those entries of list that belong to this scenario's requests, once there are count.
    await_own(list, count) {
        const mine = () => list.filter(([id]) => this.label(id) !== '?');
        while (mine().length < Number(count))
            GLib.MainContext.default().iteration(true);
        return mine();
    }

    // What the exit heard.
    events(count) {
        for (const [id, event, line] of this.await_own(this.listener.heard, count))
            this.say(`${event} ${this.label(id)} ${line}`);
        this.listener.heard = [];
    }

    // What the signal request-changed told.
    changed(count) {
        this.say(this.await_own(this.changes, count)
            .map(([id, disposition]) => `${this.label(id)} ${nick(ICert.Disposition, disposition)}`).join(', '));
        this.changes = [];
    }

    // Error matching as one writes it in JavaScript.
    catch(code, verb, ...words) {
        try {
            this.call(verb, words);
        } catch (error) {
            if (!error.matches(ICert.Error, ICert.Error[code]))
                throw error;
            this.say(`caught ${code}`);
        }
    }

    // The details of the last error.
    details() {
        const details = ICert.error_get_details(this.error).recursiveUnpack();
        const shown = Object.keys(details).sort().filter(name => !['request-id', 'correlation'].includes(name))
            .map(name => `${name}=${details[name]}`);
        const status = ICert.error_to_hresult(this.error).toString(16).padStart(8, '0');
        this.say(`${shown.join(' ')} hresult=0x${status}`);
    }

    // the table

    call(verb, words) {
        this[verb.replaceAll('-', '_')](...words);
    }

    step(verb, words) {
        try {
            this.call(verb, words);
        } catch (error) {
            if (!(error instanceof GLib.Error))
                throw error;
            this.error = error;
            this.say(`error ${showError(error)}`);
        }
        if (['submit', 'resubmit', 'catch'].includes(verb))
            this.script.actions = [];
    }

    play(table) {
        const text = new TextDecoder().decode(GLib.file_get_contents(table)[1]);
        for (const line of text.split('\n')) {
            if (line.startsWith('scenario ')) {
                print(line);
                this.labels.clear();
                this.script.actions = [];
            } else if (/^ {2}[^ =#]/.test(line)) {
                const [, [verb, ...words]] = GLib.shell_parse_argv(line.replaceAll('%', this.prefix));
                this.step(verb, words);
            }
        }
        this.control.stop(null);
    }
}

new Runner(ARGV[0], ARGV[2], ARGV[3]).play(ARGV[1]);
