/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cross.h"

#include <string.h>

#include "ca-builder.h"
#include "ca-folder.h"
#include "ca-limits.h"

void
ca_cross_free (CaCross *self)
{
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_free (self);
}

CaCross *
ca_cross_new (const CaIssuer *from, const CaIssuer *to, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) extensions = ca_issuer_list_own_extensions (to, FALSE, error);
  g_autoptr (CaCross) self = NULL;
  CaOwnCertificate own = { .issuer = from,
                           .subject = to->subject,
                           .spki = to->spki,
                           .not_before = MAX (now, from->not_before),
                           .not_after = MIN (from->not_after, to->not_after),
                           .extensions = extensions };

  if (extensions == NULL)
    return NULL;
  self = g_new0 (CaCross, 1);
  self->certificate = ca_builder_own (&own, error);
  if (self->certificate == NULL)
    return NULL;
  self->from = from->certificate_index;
  self->to = to->certificate_index;
  self->not_before = own.not_before;
  self->not_after = own.not_after;
  memcpy (self->serial, own.serial, sizeof self->serial);
  return g_steal_pointer (&self);
}

static char *
path_of (const char *folder, guint from, guint to)
{
  g_autofree char *name = g_strdup_printf ("%u-%u.crt", from, to);

  return g_build_filename (folder, "certs", name, NULL);
}

gboolean
ca_cross_write (const CaCross *self, const char *folder, GError **error)
{
  g_autofree char *path = path_of (folder, self->from, self->to);

  return ca_folder_write_pem (path, "CERTIFICATE", self->certificate, error);
}

static CaCross *
load_one (const char *folder, const CaIssuer *from, const CaIssuer *to)
{
  g_autofree char *path = path_of (folder, from->certificate_index, to->certificate_index);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GBytes) spki = NULL;
  g_autoptr (CaCross) self = NULL;
  gsize size;

  if (!icert_file_get_contents (path, CA_LIMIT_CHAIN_FILE, FALSE, "certificate", &contents, &size,
                                NULL))
    return NULL;
  file = g_bytes_new_take (g_steal_pointer (&contents), size);
  self = g_new0 (CaCross, 1);
  self->from = from->certificate_index;
  self->to = to->certificate_index;
  self->certificate = ca_unarmour (file, "CERTIFICATE", NULL);
  spki = self->certificate != NULL ? ca_issuer_read_spki (self->certificate, NULL) : NULL;
  if (spki != NULL && g_bytes_equal (spki, to->spki)
      && ca_issuer_has_signed (from, self->certificate)
      && ca_issuer_read_validity (self->certificate, &self->not_before, &self->not_after))
    return g_steal_pointer (&self);
  g_message ("certs/%u-%u.crt is no cross certificate of this CA and is left out", self->from,
             self->to);
  return NULL;
}

GPtrArray *
ca_cross_load (const char *folder, GPtrArray *issuers)
{
  GPtrArray *crosses = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_cross_free);

  for (guint i = 1; i < issuers->len; i++)
    {
      const CaIssuer *old = issuers->pdata[i - 1], *new = issuers->pdata[i];
      CaCross *forward, *backward;

      if (old->key_index == new->key_index)
        continue;
      forward = load_one (folder, old, new);
      backward = load_one (folder, new, old);
      if (forward != NULL)
        g_ptr_array_add (crosses, forward);
      if (backward != NULL)
        g_ptr_array_add (crosses, backward);
    }
  return crosses;
}

const CaCross *
ca_cross_find (GPtrArray *crosses, int from, int to)
{
  for (guint i = 0; crosses != NULL && i < crosses->len; i++)
    {
      const CaCross *cross = crosses->pdata[i];

      if ((int) cross->from == from && (int) cross->to == to)
        return cross;
    }
  return NULL;
}
