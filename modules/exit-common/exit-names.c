/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-names.h"

#include <string.h>

char *
exit_get_ca_text (ICertServer *server, const char *name)
{
  g_autoptr (GVariant) value = icert_server_get_ca_property (server, name, NULL);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
             ? g_variant_dup_string (value, NULL)
             : NULL;
}

void
exit_ca_names_load (ExitCaNames *names, ICertServer *server)
{
  names->dns_name = exit_get_ca_text (server, "MachineDNSName");
  names->short_host = names->dns_name != NULL
                          ? g_strndup (names->dns_name, strcspn (names->dns_name, "."))
                          : NULL;
  names->ca_name = exit_get_ca_text (server, "SanitizedCAName");
  names->short_name = exit_get_ca_text (server, "SanitizedShortName");
}

void
exit_ca_names_clear (ExitCaNames *names)
{
  g_clear_pointer (&names->dns_name, g_free);
  g_clear_pointer (&names->short_host, g_free);
  g_clear_pointer (&names->ca_name, g_free);
  g_clear_pointer (&names->short_name, g_free);
}

char *
exit_get_crl_suffix (ICertIssuedCrl *crl)
{
  int key = icert_issued_crl_get_key_index (crl);

  return key > 0 ? g_strdup_printf ("(%d)", key) : NULL;
}

char *
exit_get_crl_partition (ICertIssuedCrl *crl)
{
  int partition = icert_issued_crl_get_partition (crl);

  return partition > 0 ? g_strdup_printf ("_Partition%05d", partition) : NULL;
}
