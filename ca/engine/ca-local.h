/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Base of the objects that clients in this process get: an open CA and who calls. Properties:
 * config, address
 * ("local:DIR"). */
#define CA_TYPE_LOCAL (ca_local_get_type ())
G_DECLARE_DERIVABLE_TYPE (CaLocal, ca_local, CA, LOCAL, GObject)

struct _CaLocalClass
{
  GObjectClass parent_class;

  gboolean held; /* a CA that its objects open first is not started */
};

/* lends */
CaEngine *ca_local_get_engine (CaLocal *self);
/* (transfer full): facts of the account are at most a second old (S-D13) */
CaCaller *ca_local_ref_caller (CaLocal *self);
/* a door that is not the process's own user: who calls from now on */
void ca_local_set_caller (CaLocal *self, CaCaller *caller);
/* the snapshot of this moment, if the caller may do @verb; NULL with NOT_AUTHORIZED */
CaFacts *ca_local_authorise (CaLocal *self, CaVerb verb, GError **error);
/* an ICertCa on the same engine */
ICertCa *ca_local_new_ca (CaLocal *self, GError **error);

/* what ca-local-audit.c has of ICertAdmin */
void ca_local_audit_init (ICertAdminInterface *iface);

GType ca_local_request_get_type (void);
GType ca_local_ca_get_type (void);
GType ca_local_admin_get_type (void);
GType ca_local_security_get_type (void);
GType ca_local_view_get_type (void);
GType ca_local_control_get_type (void);
GType ca_local_backup_get_type (void);
GType ca_setup_get_type (void);
GType ca_enroll_get_type (void);
