// SPDX-License-Identifier: LGPL-2.1-or-later
// runner-vala CONFIG TABLE REQUESTS PREFIX: plays the table of scenarios in Vala.
// What the steps mean is written in README.md; the other runners do the same.

// UNDER_SUBMISSION of a number.
string nick (Type kind, int value) {
  var members = (EnumClass) kind.class_ref ();
  unowned EnumValue? member = members.get_value (value);

  return member == null ? "?" : member.value_nick.up ().replace ("-", "_");
}

// The number of UNDER_SUBMISSION.
int number (Type kind, string name) {
  var members = (EnumClass) kind.class_ref ();
  unowned EnumValue? member = members.get_value_by_nick (name.down ().replace ("_", "-"));

  if (member == null)
    error ("no %s in %s", name, kind.name ());
  return member.value;
}

// A|B of the flags in value, in the order of their bits.
string flags (Type kind, uint value) {
  var members = (FlagsClass) kind.class_ref ();
  string[] names = {};

  foreach (unowned FlagsValue member in members.values)
    if ((member.value & value) != 0)
      names += member.value_nick.up ().replace ("-", "_");
  return names.length == 0 ? "NONE" : string.joinv ("|", names);
}

string hex (Bytes bytes) {
  var text = new StringBuilder ();

  foreach (uint8 octet in bytes.get_data ())
    text.append_printf ("%02x", octet);
  return text.str;
}

Bytes from_hex (string text) {
  var octets = new ByteArray ();

  for (int i = 0; i + 1 < text.length; i += 2)
    octets.append ({ (uint8) uint64.parse (text.substring (i, 2), 16) });
  return ByteArray.free_to_bytes ((owned) octets);
}

// A value as GVariant text; '-' for an empty one.
string show (Variant? value) {
  return value == null ? "-" : value.print (false);
}

Variant? make_value (string kind, string text) {
  switch (kind) {
  case "b":
    return new Variant.boolean (text != "0");
  case "i":
    return new Variant.int32 (int.parse (text));
  case "x":
    return new Variant.int64 (int64.parse (text));
  case "s":
    return new Variant.string (text);
  default:
    return null;
  }
}

ICert.ExtensionFlags parse_flags (string[] words) {
  ICert.ExtensionFlags result = ICert.ExtensionFlags.NONE;

  foreach (unowned string word in words)
    result |= word == "critical" ? ICert.ExtensionFlags.CRITICAL : ICert.ExtensionFlags.DISABLE;
  return result;
}

string sorted (string[] words, string separator) {
  var list = new GenericArray<string> ();
  string[] result = {};

  foreach (unowned string word in words)
    list.add (word);
  list.sort (strcmp);
  foreach (unowned string word in list)
    result += word;
  return string.joinv (separator, result);
}

string code_name (Error error) {
  return ICert.Error.get_details (error).lookup_value ("code", VariantType.STRING).get_string ();
}

// Vala has no names of error codes at run time; the details of an error have.
int code_number (string name) {
  for (int code = 0; code < 64; code++)
    if (code_name (new Error.literal (ICert.Error.quark (), code, "?: ?")) == name)
      return code;
  error ("no error code %s", name);
}

string show_error (Error error) {
  if (error is IOError.CANCELLED)
    return "CANCELLED";
  return code_name (error) + " " + ICert.Error.get_text (error);
}

// What the policy is to do with the next request, and what it saw.
class Script : Object {
  public GenericArray<Strv> actions = new GenericArray<Strv> ();
  public ICert.ServerPolicy? kept;
  private unowned Runner runner;

  public Script (Runner runner) {
    this.runner = runner;
  }

  // Plays the actions; the verdict is the last one's, or ISSUE. False: without an error.
  public bool judge (ICert.ServerPolicy server, bool new_request, out ICert.Verdict verdict) throws Error {
    verdict = ICert.Verdict.ISSUE;
    foreach (unowned Strv action in actions) {
      switch (action.words[0]) {
      case "verdict":
        verdict = (ICert.Verdict) number (typeof (ICert.Verdict), action.words[1]);
        break;
      case "nothing":
        return false;
      case "fail":
        throw new Error.literal (ICert.Error.quark (), code_number (action.words[1]), action.words[2]);
      case "new-request":
        runner.say ("new-request " + (new_request ? "TRUE" : "FALSE"));
        break;
      default:
        act (server, action.words);
        break;
      }
    }
    return true;
  }

  // One reading or writing action; an error is told and does not end the script.
  private void act (ICert.ServerPolicy server, string[] words) {
    string what = string.joinv (" ", words);

    try {
      string? answer = perform (server, words);
      if (answer != null)
        runner.say (what + ": " + answer);
    } catch (Error e) {
      runner.say (what + ": error " + show_error (e));
    }
  }

  private string? perform (ICert.ServerPolicy server, string[] words) throws Error {
    switch (words[0]) {
    case "request":
      return show (server.get_request_property (words[1]));
    case "certificate":
      return show (server.get_certificate_property (words[1]));
    case "ca":
      return show (server.get_ca_property (words[1]));
    case "attribute":
      return server.get_request_attribute (words[1]) ?? "-";
    case "attributes":
      return sorted (server.list_attributes (), ",");
    case "extensions":
      return sorted (server.list_extensions (), ",");
    case "extension":
      return extension (server, words[1]);
    case "names":
      return names (server);
    case "set":
      server.set_certificate_property (words[1], make_value (words[2], words.length > 3 ? words[3] : ""));
      return "done";
    case "set-extension":
      server.set_certificate_extension (words[1], parse_flags (words[3:words.length]), from_hex (words[2]));
      return "done";
    case "message":
      server.set_disposition_message (words[1]);
      return null;
    case "trace":
      server.add_trace (words[1], words[2], words[3], words[4]);
      return null;
    case "keep":
      kept = server;
      return null;
    default:
      error ("no action %s", words[0]);
    }
  }

  private string extension (ICert.ServerPolicy server, string oid) throws Error {
    ICert.ExtensionFlags how;
    ICert.ExtensionOrigin origin;
    Bytes? value = server.get_certificate_extension (oid, out how, out origin);

    if (value == null)
      return "-";
    return "%s %s %s".printf (hex (value), flags (typeof (ICert.ExtensionFlags), how),
                              nick (typeof (ICert.ExtensionOrigin), origin));
  }

  private string names (ICert.ServerPolicy server) throws Error {
    string[] result = {};

    foreach (unowned ICert.Name name in server.get_subject_alt_names ())
      result += nick (typeof (ICert.NameKind), name.get_kind ()) + ":" + name.get_text ();
    return string.joinv (",", result);
  }
}

class Strv {
  public string[] words;

  public Strv (string[] words) {
    this.words = words;
  }
}

class ScenarioPolicy : Object, ICert.Policy {
  public Script script;

  public bool verify_request (ICert.ServerPolicy server, bool new_request, out ICert.Verdict verdict)
      throws Error {
    return script.judge (server, new_request, out verdict);
  }
}

// What the exit or a signal told of one request.
class Heard {
  public int64 id;
  public string what;
  public string line;

  public Heard (int64 id, string what, string line) {
    this.id = id;
    this.what = what;
    this.line = line;
  }
}

class ScenarioExit : Object, ICert.Exit {
  public GenericArray<Heard> heard = new GenericArray<Heard> ();

  public bool initialize (ICert.Server ca, ICert.Settings settings, out ICert.ExitEvents mask) throws Error {
    mask = ICert.ExitEvents.CERT_ISSUED | ICert.ExitEvents.CERT_PENDING | ICert.ExitEvents.CERT_DENIED
           | ICert.ExitEvents.CERT_FAILED;
    return true;
  }

  public bool notify_event (ICert.ExitEvents event, ICert.ServerExit server) throws Error {
    string name = show (server.get_certificate_property ("CommonName"));
    string what = server.get_certificate () == null ? "nothing" : "certificate";

    heard.add (new Heard (server.get_request_id (), flags (typeof (ICert.ExitEvents), event), name + " " + what));
    return true;
  }
}

// The objects of one CA, and the labels of the scenario that runs.
class Runner {
  private string config;
  private string folder;
  private string prefix;
  private HashTable<string, int64?> labels = new HashTable<string, int64?> (str_hash, str_equal);
  private GenericArray<Heard> changes = new GenericArray<Heard> ();
  private Script script;
  private ScenarioExit listener = new ScenarioExit ();
  private ICert.Control control;
  private ICert.Request request;
  private ICert.Admin admin;
  private ICert.Ca ca;
  private Error last_error;

  public Runner (string config, string folder, string prefix) throws Error {
    var policy = new ScenarioPolicy ();

    this.config = config;
    this.folder = folder;
    this.prefix = prefix;
    script = new Script (this);
    policy.script = script;
    control = ICert.Control.open (config);
    control.append_policy (policy);
    control.append_exit (listener);
    control.start ();
    request = ICert.Request.open (config);
    admin = ICert.Admin.open (config);
    ca = ICert.Ca.open (config);
    ca.request_changed.connect ((id, disposition) => {
      changes.add (new Heard (id, nick (typeof (ICert.Disposition), disposition), ""));
    });
  }

  // A line of the result, without what differs from run to run.
  public void say (string line) {
    string text = line;

    labels.foreach ((label, id) => {
      text = text.replace (@" $id ", @" $label ").replace (@" $id)", @" $label)");
    });
    text = text.replace (prefix, "%").replace ("by " + Environment.get_user_name (), "by $USER");
    print ("= %s\n", text);
    stdout.flush ();
  }

  // labels stand for request ids

  private string label (int64 id) {
    string result = "?";

    labels.foreach ((key, value) => {
      if (value == id)
        result = key;
    });
    return result;
  }

  private int64 id_of (string word) {
    return labels.contains (word) ? labels[word] : int64.parse (word);
  }

  private void tell (ICert.Response response, string? name = null) {
    int64 id = response.get_request_id ();
    Error? status = response.get_status ();

    if (name != null && label (id) == "?")
      labels[name] = id;
    string line = "%s %s, %s".printf (label (id), nick (typeof (ICert.Disposition), response.get_disposition ()),
                                      response.get_message ());
    say (status == null ? line : line + ", " + show_error (status));
  }

  private Bytes contents (string name) throws Error {
    uint8[] octets;

    FileUtils.get_data (Path.build_filename (folder, name), out octets);
    return new Bytes (octets);
  }

  private void split (string pair, HashTable<string, string> table) {
    int at = pair.index_of_char ('=');

    table[pair.substring (0, at)] = pair.substring (at + 1);
  }

  private AsyncResult wait (ref AsyncResult? answer) {
    while (answer == null)
      MainContext.@default ().iteration (true);
    return answer;
  }

  // steps

  private void submit (string[] words) throws Error {
    var options = new HashTable<string, string> (str_hash, str_equal);
    var attributes = new HashTable<string, string> (str_hash, str_equal);
    var cancellable = new Cancellable ();

    foreach (unowned string word in words[1:words.length])
      if (word.has_prefix ("@"))
        split (word.substring (1), attributes);
      else if (word.contains ("="))
        split (word, options);
    if ("cancelled" in words)
      cancellable.cancel ();
    var encoding = (ICert.Encoding) number (typeof (ICert.Encoding), options["encoding"] ?? "ANY");
    var form = (ICert.RequestFormat) number (typeof (ICert.RequestFormat), options["format"] ?? "ANY");
    var table = attributes.length > 0 ? attributes : null;
    Bytes octets = contents (words[0]);
    if (!("async" in words)) {
      tell (request.submit_full (ICert.SubmitFlags.NONE, encoding, form, octets, table, options["key"], cancellable),
            options["as"]);
      return;
    }
    AsyncResult? answer = null;
    request.submit_full_async.begin (ICert.SubmitFlags.NONE, encoding, form, octets, table, options["key"],
                                     cancellable, (source, result) => { answer = result; });
    if ("late" in words)
      cancellable.cancel ();
    tell (request.submit_full_async.end (wait (ref answer)), options["as"]);
  }

  private void submit_many (string[] words) throws Error {
    var attributes = new HashTable<string, string> (str_hash, str_equal);
    var ids = new HashTable<int64?, bool> (int64_hash, int64_equal);
    int count = int.parse (words[1]), answers = 0, issued = 0;
    Bytes octets = contents (words[0]);
    Error? failure = null;

    foreach (unowned string word in words[2:words.length])
      split (word.substring (1), attributes);
    for (int i = 0; i < count; i++)
      request.submit_async.begin (ICert.SubmitFlags.NONE, octets, attributes, null, (source, result) => {
        answers++;
        try {
          ICert.Response response = request.submit_async.end (result);
          ids[response.get_request_id ()] = true;
          issued += response.get_disposition () == ICert.Disposition.ISSUED ? 1 : 0;
        } catch (Error e) {
          failure = e;
        }
      });
    while (answers < count)
      MainContext.@default ().iteration (true);
    if (failure != null)
      throw failure;
    say ("%d answers, %d issued, %u requests".printf (answers, issued, ids.size ()));
  }

  private void retrieve (string[] words) throws Error {
    AsyncResult? answer = null;

    if (words.length == 1) {
      tell (request.retrieve_pending (id_of (words[0])));
      return;
    }
    request.retrieve_pending_async.begin (id_of (words[0]), null, (source, result) => { answer = result; });
    tell (request.retrieve_pending_async.end (wait (ref answer)));
  }

  private void resubmit (string[] words) throws Error {
    AsyncResult? answer = null;

    if (words.length == 1) {
      tell (admin.resubmit_request (id_of (words[0])));
      return;
    }
    admin.resubmit_request_async.begin (id_of (words[0]), null, (source, result) => { answer = result; });
    tell (admin.resubmit_request_async.end (wait (ref answer)));
  }

  // What the certificate of an answer looks like.
  private void certificate (string word) throws Error {
    ICert.Response response = request.retrieve_pending (id_of (word));
    var text = (string) response.get_certificate (ICert.OutputFlags.BASE64_HEADER).get_data ();
    string der = hex (response.get_certificate (ICert.OutputFlags.BINARY));

    say ("PEM %s, DER %s, %d issuers".printf (text.has_prefix ("-----BEGIN CERTIFICATE-----") ? "yes" : "no",
                                              der.substring (0, 2), response.list_issuers ().length));
  }

  private void set_attributes (string[] words) throws Error {
    var attributes = new HashTable<string, string> (str_hash, str_equal);

    foreach (unowned string word in words[1:words.length])
      split (word, attributes);
    admin.set_request_attributes (id_of (words[0]), attributes);
    say ("done");
  }

  // The lines that the table's own policy wrote.
  private void trace (string word) throws Error {
    foreach (Variant entry in admin.get_trace (id_of (word))) {
      string[] cells = {};
      foreach (unowned string key in new string[] { "rule", "field", "seen", "allowed" }) {
        Variant? value = entry.lookup_value (key, VariantType.STRING);
        cells += value == null ? "-" : value.get_string ();
      }
      if (cells[0].has_prefix ("table-"))
        say (string.joinv (" ", cells));
    }
  }

  private ICert.ViewRow row_of (string word) throws Error {
    ICert.View view = ICert.View.open (config);

    view.add_restriction ("Request.RequestID", ICert.Seek.EQ, new Variant.int64 (id_of (word)));
    return view.open_view ().next (1)[0];
  }

  private void get_by_serial (string word) throws Error {
    string serial = word;

    if (labels.contains (word))
      serial = row_of (word).get_value ("SerialNumber").get_string ();
    tell (request.get_issued (-1, serial));
  }

  private string cell (ICert.ViewRow row, string name) throws Error {
    Variant? value = row.get_value (name);

    if (value != null && name.down ().has_suffix ("requestid"))
      return label (value.get_int64 ());
    return show (value);
  }

  private void restrict_view (ICert.View view, string text) throws Error {
    string[] parts = text.split (":", 4);
    Variant? value = parts[2] == "id" ? new Variant.int64 (id_of (parts[3])) : make_value (parts[2], parts[3]);

    view.add_restriction (parts[0], (ICert.Seek) number (typeof (ICert.Seek), parts[1].up ()), value);
  }

  // A view with what the words ask for.
  private ICert.View make_view (string[] words) throws Error {
    ICert.View view = ICert.View.open (config);

    view.set_table ((ICert.Table) number (typeof (ICert.Table), words[0].up ()));
    foreach (unowned string word in words[1:words.length]) {
      string[] pair = word.split ("=", 2);
      switch (pair[0]) {
      case "columns":
        view.set_columns (pair[1].split (","));
        break;
      case "set":
        view.set_column_set ((ICert.ColumnSet) number (typeof (ICert.ColumnSet), pair[1]));
        break;
      case "where":
        restrict_view (view, pair[1]);
        break;
      case "or":
        view.add_alternative ();
        break;
      case "sort":
        string[] order = pair[1].split (":");
        view.set_sort (order[0], (ICert.Sort) number (typeof (ICert.Sort), order[1].up ()));
        break;
      case "after":
        view.set_cursor (pair[1]);
        break;
      }
    }
    return view;
  }

  // Pages of rows: each page is a new view that begins behind the last one's cursor.
  private void page_through (string[] words) throws Error {
    int size = 100;
    string? cursor = null;

    foreach (unowned string word in words)
      if (word.has_prefix ("page="))
        size = int.parse (word.substring (5));
    while (true) {
      ICert.View view = make_view (words);
      string[] lines = {};
      if (cursor != null)
        view.set_cursor (cursor);
      ICert.EnumViewRow rows = view.open_view ();
      foreach (unowned ICert.ViewRow row in rows.next (size)) {
        string[] cells = {};
        foreach (unowned string name in row.list_names ())
          cells += cell (row, name);
        lines += string.joinv (" ", cells);
      }
      if (lines.length == 0)
        break;
      say (string.joinv (" | ", lines));
      cursor = rows.cursor;
    }
    say ("end");
  }

  // Attributes and extensions of a row.
  private void row (string word) throws Error {
    ICert.ViewRow row = row_of (word);
    ListModel extensions = row.list_extensions ();
    string[] items = {};

    row.get_attributes ().foreach ((name, value) => { items += name + "=" + value; });
    say ("attributes " + sorted (items, ","));
    items = {};
    for (uint i = 0; i < extensions.get_n_items (); i++) {
      var item = (ICert.Extension) extensions.get_item (i);
      items += "%s:%s:%s".printf (item.get_oid (), flags (typeof (ICert.ExtensionFlags), item.get_flags ()),
                                  nick (typeof (ICert.ExtensionOrigin), item.get_origin ()));
    }
    say ("extensions " + sorted (items, ","));
  }

  private ICert.CaProperty property_of (string name) {
    return (ICert.CaProperty) number (typeof (ICert.CaProperty), name);
  }

  private void describe (string name) throws Error {
    VariantType kind;
    bool indexed;
    string title;

    ca.describe_property (property_of (name), out kind, out indexed, out title);
    say ("%s %s %s".printf (kind.dup_string (), indexed ? "indexed" : "single", title));
  }

  private void cas () throws Error {
    ListModel records = ICert.Config.open ().list ();
    string[] names = {};

    for (uint i = 0; i < records.get_n_items (); i++)
      names += ((ICert.CaInfo) records.get_item (i)).get_config ();
    say (sorted (names, " | "));
  }

  // Those that belong to this scenario's requests, once there are count.
  private GenericArray<Heard> own (GenericArray<Heard> list, string count) {
    while (true) {
      var result = new GenericArray<Heard> ();
      foreach (unowned Heard heard in list)
        if (label (heard.id) != "?")
          result.add (heard);
      if (result.length >= int.parse (count))
        return result;
      MainContext.@default ().iteration (true);
    }
  }

  // What the exit heard.
  private void events (string count) {
    foreach (unowned Heard heard in own (listener.heard, count))
      say ("%s %s %s".printf (heard.what, label (heard.id), heard.line));
    listener.heard = new GenericArray<Heard> ();
  }

  // What the signal request-changed told.
  private void changed (string count) {
    string[] lines = {};

    foreach (unowned Heard heard in own (changes, count))
      lines += label (heard.id) + " " + heard.what;
    say (string.joinv (", ", lines));
    changes = new GenericArray<Heard> ();
  }

  // Error matching as one writes it in Vala: a clause for each code.
  private void match (string code, string[] words) throws Error {
    try {
      call (words);
    } catch (ICert.Error.NOT_FOUND e) {
      if (code != "NOT_FOUND")
        throw e;
      say ("caught NOT_FOUND");
    } catch (Error e) {
      if (!e.matches (ICert.Error.quark (), code_number (code)))
        throw e;
      say ("caught " + code);
    }
  }

  // The details of the last error.
  private void details () {
    Variant entries = ICert.Error.get_details (last_error);
    string[] lines = {};

    foreach (Variant entry in entries) {
      string name = entry.get_child_value (0).get_string ();
      Variant value = entry.get_child_value (1).get_variant ();
      if (name != "request-id" && name != "correlation")
        lines += name + "=" + (value.is_of_type (VariantType.STRING) ? value.get_string () : value.print (false));
    }
    say ("%s hresult=0x%08x".printf (sorted (lines, " "), ICert.Error.to_hresult (last_error)));
  }

  // the table

  private void call (string[] step) throws Error {
    string[] words = step[1:step.length];

    switch (step[0]) {
    case "submit":
      submit (words);
      break;
    case "submit-many":
      submit_many (words);
      break;
    case "retrieve":
      retrieve (words);
      break;
    case "retrieve-by-key":
      tell (request.retrieve_by_key (words[0]));
      break;
    case "get-issued":
      tell (request.get_issued (id_of (words[0]), null));
      break;
    case "get-by-serial":
      get_by_serial (words[0]);
      break;
    case "certificate":
      certificate (words[0]);
      break;
    case "view":
      page_through (words);
      break;
    case "count":
      say (make_view (words).count ().to_string ());
      break;
    case "row":
      row (words[0]);
      break;
    case "catch":
      match (words[0], words[1:words.length]);
      break;
    case "details":
      details ();
      break;
    case "policy":
      script.actions.add (new Strv (words));
      break;
    case "kept":
      say (show (script.kept.get_certificate_property (words[0])));
      break;
    case "events":
      events (words[0]);
      break;
    case "changed":
      changed (words[0]);
      break;
    default:
      call_officer (step[0], words);
      break;
    }
  }

  private void call_officer (string verb, string[] words) throws Error {
    switch (verb) {
    case "resubmit":
      resubmit (words);
      break;
    case "deny":
      admin.deny_request (id_of (words[0]), words.length > 1 ? words[1] : null);
      say ("done");
      break;
    case "set-attributes":
      set_attributes (words);
      break;
    case "set-extension":
      admin.set_certificate_extension (id_of (words[0]), words[1], parse_flags (words[3:words.length]),
                                       from_hex (words[2]));
      say ("done");
      break;
    case "trace":
      trace (words[0]);
      break;
    case "roles":
      say (flags (typeof (ICert.Roles), admin.get_my_roles ()));
      break;
    case "get-config":
      say (show (admin.get_config_entry (words[0], words[1])));
      break;
    case "set-config":
      admin.set_config_entry (words[0], words[1], new Variant.string (words[2]));
      say ("done");
      break;
    case "list-config":
      say (string.joinv (",", admin.list_config_entries (words[0])));
      break;
    default:
      call_ca (verb, words);
      break;
    }
  }

  private void call_ca (string verb, string[] words) throws Error {
    switch (verb) {
    case "property":
      say (show (ca.get_property_value (property_of (words[0]), words.length > 1 ? int.parse (words[1]) : 0)));
      break;
    case "describe":
      describe (words[0]);
      break;
    case "ca-certificate":
      say (ca.get_certificate (int.parse (words[0])).get_size () > 300 ? "a certificate" : "too short");
      break;
    case "profiles":
      say (sorted (ca.list_profiles (), ","));
      break;
    case "cas":
      cas ();
      break;
    case "choose":
      say (ICert.Config.open ().get_config (
          (ICert.ConfigChoice) number (typeof (ICert.ConfigChoice), words[0])));
      break;
    case "open":
      ICert.Request.open (words[0]);
      say ("open");
      break;
    case "create":
      ICert.create_instance (words[0], config);
      say ("made");
      break;
    default:
      error ("no verb %s", verb);
    }
  }

  private void step (string line) throws Error {
    string[] words;

    Shell.parse_argv (line.replace ("%", prefix), out words);
    try {
      call (words);
    } catch (Error e) {
      last_error = e;
      say ("error " + show_error (e));
    }
    if (words[0] in new string[] { "submit", "resubmit", "catch" })
      script.actions = new GenericArray<Strv> ();
  }

  public void play (string table) throws Error {
    string text;

    FileUtils.get_contents (table, out text);
    foreach (unowned string line in text.split ("\n")) {
      if (line.has_prefix ("scenario ")) {
        print ("%s\n", line);
        labels.remove_all ();
        script.actions = new GenericArray<Strv> ();
      } else if (line.has_prefix ("  ") && !(line[2] in new char[] { ' ', '=', '#' })) {
        step (line);
      }
    }
    control.stop ();
  }
}

int main (string[] arguments) {
  try {
    new Runner (arguments[1], arguments[3], arguments[4]).play (arguments[2]);
  } catch (Error e) {
    printerr ("runner-vala: %s\n", e.message);
    return 1;
  }
  return 0;
}
