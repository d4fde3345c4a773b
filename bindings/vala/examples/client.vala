// SPDX-License-Identifier: LGPL-2.1-or-later
// client.vala REQUEST PROFILE [CA]: an application in Vala that embeds a `local:` CA. It finds the CA,
// lends it a policy and an exit of its own, submits a request without blocking, and collects the
// answer once more from the database.
//
// By itself it is built with: valac --pkg icert-1.0 --pkg gio-2.0 client.vala

// Only what makes a policy a policy has to be written. Whatever fails in here issues nothing: a
// refusal of ICert.Error denies, any other error leaves the request pending.
class OwnNamesPolicy : Object, ICert.Policy {
  public bool verify_request (ICert.ServerPolicy server,
                              bool new_request,
                              out ICert.Verdict verdict) throws Error {
    verdict = ICert.Verdict.PENDING;
    foreach (var name in server.get_subject_alt_names ()) {
      if (!name.matches ("*.example.org"))
        throw new ICert.Error.BAD_NAME (@"subjectAltName: $(name.get_text ()) is foreign "
                                        + "(a name under example.org)");
    }
    server.set_disposition_message ("only names of ours");
    verdict = ICert.Verdict.ISSUE;
    return true;
  }
}

class PrintExit : Object, ICert.Exit {
  public bool initialize (ICert.Server ca,
                          ICert.Settings settings,
                          out ICert.ExitEvents mask) throws Error {
    mask = ICert.ExitEvents.CERT_ISSUED;
    return true;
  }

  // After the commit, in the thread that appended the exit; an error makes the engine try again.
  public bool notify_event (ICert.ExitEvents event, ICert.ServerExit server) throws Error {
    var serial = server.get_certificate_string ("SerialNumber");

    print ("vala: exit heard of request %s: serial %s\n",
           server.get_request_id ().to_string (), serial);
    return true;
  }
}

// Step 2: without a name, the default record, else the only one.
string find_ca () throws Error {
  return ICert.Config.open ().get_config (ICert.ConfigChoice.DEFAULT);
}

async ICert.Response submit (string config, string path, string profile) throws Error {
  uint8[] contents;
  var request = ICert.Request.open (config);
  var attributes = new HashTable<string, string> (str_hash, str_equal);

  FileUtils.get_data (path, out contents);
  attributes["CertificateTemplate"] = profile;
  return yield request.submit_async (ICert.SubmitFlags.NONE, new Bytes (contents), attributes, null);
}

void retrieve (string config, int64 id) throws Error {
  var answer = ICert.Request.open (config).retrieve_pending (id);
  var certificate = answer.get_certificate (ICert.OutputFlags.BINARY);

  print ("vala: retrieved request %s: a certificate of %zu octets\n",
         id.to_string (), certificate.length);
}

async int run (string[] args) throws Error {
  var config = args.length > 3 ? args[3] : find_ca ();
  var control = ICert.Control.open (config);
  bool issued;

  control.append_policy (new OwnNamesPolicy ());
  control.append_exit (new PrintExit ());
  yield control.start_async (null);

  var answer = yield submit (config, args[1], args[2]);
  issued = answer.get_disposition () == ICert.Disposition.ISSUED;
  print ("vala: request %s %s: %s\n",
         answer.get_request_id ().to_string (), issued ? "issued" : "not issued", answer.get_message ());
  if (issued)
    retrieve (config, answer.get_request_id ());

  // delivers what is due to the exit, then lets policy and exit go
  yield control.stop_async (null);
  return issued ? 0 : 4;
}

int main (string[] args) {
  var loop = new MainLoop ();
  var status = 1;

  if (args.length < 3 || args.length > 4) {
    printerr ("use: client REQUEST PROFILE [CA]\n");
    return 2;
  }
  run.begin (args, (source, result) => {
    try {
      status = run.end (result);
    } catch (Error e) {
      // without the details, which are for programs
      printerr ("client: %s\n", ICert.Error.get_text (e));
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
