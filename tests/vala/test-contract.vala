// SPDX-License-Identifier: LGPL-2.1-or-later
// Vala implements and calls the contract through the generated vapi.

class ValaPolicy : Object, ICert.Policy {
  public bool saw_new_request;

  // What is optional in C need not be written here; a refusal is an error of our domain.
  public bool verify_request (ICert.ServerPolicy server, bool new_request, out ICert.Verdict verdict)
      throws Error {
    saw_new_request = new_request;
    verdict = ICert.Verdict.ISSUE;
    if (!new_request)
      throw new ICert.Error.DENIED ("request: resubmitted (a new one)");
    return true;
  }
}

class ValaExit : Object, ICert.Exit {
  public ICert.ExitEvents heard;

  public bool notify_event (ICert.ExitEvents event, ICert.ServerExit server) throws Error {
    heard |= event;
    return true;
  }
}

class ValaRequest : Object, ICert.Request {
  public string config { owned get; construct; }
  public TlsCertificate credential { owned get; set; }

  public ICert.Response submit_full (ICert.SubmitFlags flags,
                                     ICert.Encoding encoding,
                                     ICert.RequestFormat format,
                                     Bytes request,
                                     HashTable<string, string>? attributes,
                                     string? idempotency_key,
                                     Cancellable? cancellable) throws Error {
    return new ICert.Response (7, ICert.Disposition.UNDER_SUBMISSION, "taken", null, null, null);
  }
}

void test_policy () {
  var policy = new ValaPolicy ();
  ICert.Verdict verdict = ICert.Verdict.DENY;
  var context = (ICert.ServerPolicy) Object.new (typeof (ICert.RequestContext));

  try {
    assert (policy.verify_request (context, true, out verdict));
    assert (verdict == ICert.Verdict.ISSUE);
    assert (policy.get_description () == "ValaPolicy");
  } catch (Error e) {
    assert_not_reached ();
  }
  try {
    policy.verify_request (context, false, out verdict);
    assert_not_reached ();
  } catch (ICert.Error.DENIED e) {
    assert (!policy.saw_new_request);
  } catch (Error e) {
    assert_not_reached ();
  }
}

void test_exit () {
  var exit = new ValaExit ();

  try {
    var context = (ICert.ServerExit) Object.new (typeof (ICert.IssuedContext));
    assert (exit.notify_event (ICert.ExitEvents.CERT_ISSUED, context));
  } catch (Error e) {
    assert_not_reached ();
  }
  assert (exit.heard == ICert.ExitEvents.CERT_ISSUED);
}

async void submit (ICert.Request request, MainLoop loop) {
  try {
    var response = yield request.submit_async (ICert.SubmitFlags.NONE, new Bytes ("x".data), null, null);

    assert (response.get_request_id () == 7);
    assert (response.get_disposition () == ICert.Disposition.UNDER_SUBMISSION);
  } catch (Error e) {
    assert_not_reached ();
  }
  loop.quit ();
}

void test_request () {
  var request = new ValaRequest ();
  var loop = new MainLoop ();

  try {
    var attributes = new HashTable<string, string> (str_hash, str_equal);

    attributes["CertificateTemplate"] = "WebServer";
    var response = request.submit (ICert.SubmitFlags.NONE, new Bytes ("x".data), attributes, null);
    assert (response.get_message () == "taken");
  } catch (Error e) {
    assert_not_reached ();
  }
  submit.begin (request, loop);
  loop.run ();
  try {
    request.submit (ICert.SubmitFlags.NONE, new Bytes ({}), null, null);
    assert_not_reached ();
  } catch (ICert.Error.MALFORMED e) {
    assert (ICert.Error.get_field (e) == "request");
  } catch (Error e) {
    assert_not_reached ();
  }
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/vala/policy", test_policy);
  Test.add_func ("/vala/exit", test_exit);
  Test.add_func ("/vala/request", test_request);
  return Test.run ();
}
