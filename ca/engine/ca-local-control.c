/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-control.h"
#include "ca-local.h"

/* CertificateAuthority.Control for a CA in this process. */
#define CA_TYPE_LOCAL_CONTROL (ca_local_control_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalControl, ca_local_control, CA, LOCAL_CONTROL, CaLocal)

struct _CaLocalControl
{
  CaLocal parent_instance;
};

static void control_iface_init (ICertControlInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalControl,
                               ca_local_control,
                               CA_TYPE_LOCAL,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_CONTROL, control_iface_init))

static CaEngine *
engine_of (ICertControl *control)
{
  return ca_local_get_engine (CA_LOCAL (control));
}

static gboolean
ca_local_control_append_policy (ICertControl *control, ICertPolicy *policy, GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (control));

  return ca_control_append_policy (engine_of (control), caller, policy, error);
}

static gboolean
ca_local_control_append_exit (ICertControl *control, ICertExit *exit, GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (control));

  return ca_control_append_exit (engine_of (control), caller, exit, error);
}

static gboolean
ca_local_control_start (ICertControl *control, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (control));

  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && ca_control_start (engine_of (control), caller, error);
}

static gboolean
ca_local_control_stop (ICertControl *control, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (control));

  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && ca_control_stop (engine_of (control), caller, error);
}

static void
control_iface_init (ICertControlInterface *iface)
{
  iface->append_policy = ca_local_control_append_policy;
  iface->append_exit = ca_local_control_append_exit;
  iface->start = ca_local_control_start;
  iface->stop = ca_local_control_stop;
}

static void
ca_local_control_class_init (CaLocalControlClass *class)
{
  CA_LOCAL_CLASS (class)->held = TRUE;
}

static void
ca_local_control_init (CaLocalControl *self)
{
}
