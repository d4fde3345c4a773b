// SPDX-License-Identifier: LGPL-2.1-or-later
// What the types have to refuse. Each line that ends with `// TS…` must give exactly that error, and
// no other line any: test_typescript.py compares.

import GLib from 'gi://GLib';
import ICert, {attributes, bytes, date, definePolicy, defineExit, select} from '../../bindings/js/icert.js';

const request: ICert.Request = ICert.Request.open(null, null);
const octets = bytes('x');

// methods and their arguments
request.submitt(ICert.SubmitFlags.NONE, octets, null, null); // TS2551
request.submit('none', octets, null, null); // TS2345
request.submit(ICert.SubmitFlags.NONE, 'text', null, null); // TS2345
request.submit(ICert.SubmitFlags.NONE, octets); // TS2554
request.get_issued('7', null, null); // TS2345
ICert.Request.open(7, null); // TS2345
ICert.Verdict.MAYBE; // TS2339

// what comes back
const answer: string = request.submit(ICert.SubmitFlags.NONE, octets, null, null); // TS2322
const now: ICert.Response = request.submit_async(ICert.SubmitFlags.NONE, octets, null, null); // TS2740
const rdns: string = new ICert.RequestContext().list_subject_rdns(); // TS2322

// what helps
bytes(5); // TS2345
attributes({CertificateTemplate: null}); // TS2322
date('today'); // TS2345
select(null, {where: [['RequestID', '~', 1]]}); // TS2322
select(null, {page: 5}); // TS2353
definePolicy({name: 'Mine'}); // TS2345
definePolicy({name: 'Mine', verify: () => 'issue'}); // TS2322
definePolicy({name: 'Mine', verify: server => server.set_disposition_message(5) ? 1 : 0}); // TS2345
defineExit({name: 'Mine', notify: () => true}); // TS2345

export {answer, now, rdns, GLib};
