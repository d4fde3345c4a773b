/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fake-policy.h"

G_BEGIN_DECLS

#define FAKE_TYPE_CLIENT (fake_client_get_type ())
G_DECLARE_FINAL_TYPE (FakeClient, fake_client, FAKE, CLIENT, GObject)

/* Every interface that a client uses, in one object that answers as the test says. It implements
 * one method of each kind of answer; the others are the defaults. */
struct _FakeClient
{
  GObject parent_instance;

  FakeManner manner;
  gboolean lies;   /* answers of another type, or more than was asked for */
  char *config;    /* owned, nullable */
  GThread *thread; /* that called last */
  ICertSubmitFlags flags;
  ICertEncoding encoding;
  char *idempotency_key; /* owned, nullable */
  char *template_name;   /* owned, nullable: attribute CertificateTemplate of the last submission */
};

FakeClient *fake_client_new (void);

G_END_DECLS
