// SPDX-License-Identifier: LGPL-2.1-or-later
// ICertEncode* and the readers of extensions, as gjs uses them.
imports.gi.versions.ICert = '1.0';
const {GLib, ICert} = imports.gi;

const tests = [];
function test(name, body) {
  tests.push([name, body]);
}

function equal(seen, wanted, what = 'value') {
  const [one, other] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (one !== other)
    throw new Error(`${what}: ${one} (${other})`);
}

// What `body` throws, which must be an ICert.Error with `code` that names `field`.
function fails(code, field, body) {
  try {
    body();
  } catch (error) {
    if (error.matches === undefined || !error.matches(ICert.Error, code))
      throw error;
    equal(error.message.split(':')[0], field, 'field');
    return;
  }
  throw new Error(`nothing thrown (code ${code})`);
}

function create(name) {
  return ICert.create_instance(`CertificateAuthority.Encode${name}`, null, null);
}

function hex(bytes) {
  return [...bytes.toArray()].map(octet => octet.toString(16).padStart(2, '0')).join('');
}

function octets(text) {
  return new GLib.Bytes((text.match(/../g) ?? []).map(pair => parseInt(pair, 16)));
}

test('EncodeAltName takes names and gives them back in their order', () => {
  const encode = create('AltName');
  for (const text of ['dns=www.example.org', 'ipaddress=192.0.2.1'])
    equal(encode.add(ICert.Name.from_string(text)), true);
  encode.add_other('1.3.6.1.4.1.311.20.2.3', octets('0c05616e6e4078'));
  const other = create('AltName');
  other.decode(encode.to_bytes());
  equal([...other.list()].map(name => name.to_string()), [
    'dNSName:www.example.org',
    'iPAddress:192.0.2.1',
    'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ann@x',
  ]);
  equal(hex(other.to_bytes()), hex(encode.to_bytes()));
  fails(ICert.Error.MALFORMED, 'subjectAltName', () => create('AltName').to_bytes());
  fails(ICert.Error.BAD_NAME, 'dNSName', () => other.decode(octets('30058203615f62')));
  equal(other.list().get_n_items(), 3);
});

test('EncodeBitString takes and gives bits and their number', () => {
  const encode = create('BitString');
  encode.set_bits(octets('86'), 7);
  equal(hex(encode.to_bytes()), '03020186');
  const other = create('BitString');
  other.decode(encode.to_bytes());
  const [bits, count] = other.get_bits();
  equal([hex(bits), count], ['86', 7]);
  fails(ICert.Error.MALFORMED, 'bit string', () => encode.set_bits(octets('ff'), 7));
});

test('EncodeCRLDistInfo is a list of lists of names', () => {
  const points = [['http://a/1', 'ldap:///cn=a?b'], ['http://a/2']];
  const encode = create('CRLDistInfo');
  for (const point of points)
    encode.add_point(point.map(url => ICert.Name.new_location(url)));
  const other = create('CRLDistInfo');
  other.decode(encode.to_bytes());
  equal([...other.list()].map(point => [...point].map(name => name.get_text())), points);
  fails(ICert.Error.MALFORMED, 'cRLDistributionPoints', () => encode.add_point([]));
});

test('EncodeDateArray takes and gives times, UTCTime to 2049', () => {
  const encode = create('DateArray');
  const texts = ['2026-01-02T03:04:05Z', '2050-01-01T00:00:00Z'];
  for (const text of texts)
    encode.add(GLib.DateTime.new_from_iso8601(text, null));
  equal(hex(encode.to_bytes()),
    '3020170d3236303130323033303430355a180f32303530303130313030303030305a');
  const other = create('DateArray');
  other.decode(encode.to_bytes());
  equal(texts.map((_text, i) => other.get_value(i).format_iso8601()), texts);
  equal(other.get_count(), 2);
  fails(ICert.Error.NOT_FOUND, 'times', () => other.get_value(2));
});

test('EncodeLongArray takes and gives lists of numbers', () => {
  const encode = create('LongArray');
  equal(encode.get_values(), []);
  for (let size = 1; size <= 53; size++) {
    const values = [2 ** size - 1, -(2 ** size - 1), 0];
    encode.set_values(values);
    const other = create('LongArray');
    other.decode(encode.to_bytes());
    equal(other.get_values(), values);
  }
  fails(ICert.Error.MALFORMED, 'numbers', () => encode.decode(octets('300402020001')));
});

test('EncodeStringArray takes and gives texts and their type', () => {
  const encode = create('StringArray');
  for (const type of [ICert.RdnType.UTF8, ICert.RdnType.BMP, ICert.RdnType.UNIVERSAL]) {
    encode.set_values(type, ['é', '€', '']);
    const other = create('StringArray');
    other.decode(encode.to_bytes());
    equal(other.get_values(), [['é', '€', ''], type]);
  }
  fails(ICert.Error.MALFORMED, 'texts', () => encode.set_values(ICert.RdnType.NUMERIC, ['a']));
  fails(ICert.Error.UNSUPPORTED, 'texts', () => encode.set_values(ICert.RdnType.OCTET, ['a']));
});

test('Each extension that a builder makes is read again', () => {
  const make = ICert.Extension;
  const usage = ICert.KeyUsage.KEY_CERT_SIGN | ICert.KeyUsage.DECIPHER_ONLY;
  equal(make.parse_key_usage(make.new_key_usage(usage, true).get_value()), [true, usage]);
  const oids = ['1.3.6.1.5.5.7.3.1', '1.2.3'];
  equal(make.parse_extended_key_usage(make.new_extended_key_usage(oids, false).get_value()), oids);
  equal(make.parse_certificate_policies(
    make.new_certificate_policies(oids, false).get_value()), oids);
  equal(make.parse_basic_constraints(make.new_basic_constraints(true, 3, true).get_value()),
    [true, true, 3]);
  equal(make.parse_authority_info_access(
    make.new_authority_info_access(['http://a/'], ['http://b/']).get_value()),
  [true, ['http://a/'], ['http://b/']]);
  equal(make.parse_crl_distribution_points(
    make.new_crl_distribution_points(['http://a/']).get_value()), ['http://a/']);
  const names = ['a.b', 'c.d'].map(text => ICert.Name.new_constraint(ICert.NameKind.DNS, text));
  const [, permitted, excluded] = make.parse_name_constraints(
    make.new_name_constraints(names, [names[0]], true).get_value());
  imports.system.gc();
  equal(permitted.map(name => name.get_text()), ['a.b', 'c.d']);
  equal(excluded.map(name => name.get_text()), ['a.b']);
});

test('S-N5: wrong arguments are exceptions, and change nothing', () => {
  const encode = create('AltName');
  encode.add(ICert.Name.new(ICert.NameKind.DNS, 'a.b'));
  const calls = [
    () => encode.add(null),
    () => encode.add('a.b'),
    () => encode.add_other('1.2', null),
    () => encode.add_other(null, octets('0500')),
    () => encode.decode(null),
    () => encode.decode(octets('')),
    () => create('StringArray').set_values(99, ['a']),
    () => create('StringArray').set_values(ICert.RdnType.UTF8, null),
    () => create('DateArray').add(null),
    () => create('CRLDistInfo').add_point(null),
    () => create('CRLDistInfo').add_point([null]),
    () => create('BitString').set_bits(null, 1),
  ];
  calls.forEach((call, i) => {
    try {
      call();
    } catch (error) {
      return;
    }
    throw new Error(`call ${i} threw nothing`);
  });
  equal(encode.list().get_n_items(), 1);
});

let failed = 0;
print(`1..${tests.length}`);
tests.forEach(([name, body], i) => {
  try {
    body();
    print(`ok ${i + 1} - ${name}`);
  } catch (error) {
    failed++;
    print(`not ok ${i + 1} - ${name}`);
    print(`# ${error}\n${error.stack ?? ''}`.trim().replace(/\n/g, '\n# '));
  }
});
imports.system.exit(failed > 0 ? 1 : 0);
