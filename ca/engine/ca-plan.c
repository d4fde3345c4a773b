/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-plan.h"

CaPlan *
ca_plan_new (void)
{
  CaPlan *plan = g_new0 (CaPlan, 1);

  plan->rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);
  plan->extensions = g_ptr_array_new_with_free_func (g_object_unref);
  return plan;
}

void
ca_plan_free (CaPlan *plan)
{
  g_ptr_array_unref (plan->rdns);
  g_ptr_array_unref (plan->extensions);
  g_clear_pointer (&plan->subject, g_bytes_unref);
  g_free (plan);
}

static gboolean
find_index (const CaPlan *plan, const char *oid, guint *index)
{
  for (guint i = 0; i < plan->extensions->len; i++)
    if (g_str_equal (icert_extension_peek_oid (plan->extensions->pdata[i]), oid))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

ICertExtension *
ca_plan_find_extension (const CaPlan *plan, const char *oid)
{
  guint index;

  return find_index (plan, oid, &index) ? g_ptr_array_index (plan->extensions, index) : NULL;
}

void
ca_plan_take_extension (CaPlan *plan, ICertExtension *extension)
{
  guint index;

  if (!find_index (plan, icert_extension_peek_oid (extension), &index))
    {
      g_ptr_array_add (plan->extensions, extension);
      return;
    }
  g_object_unref (g_ptr_array_index (plan->extensions, index));
  g_ptr_array_index (plan->extensions, index) = extension;
}

/* Removes all values of @oid; the place of the first, or the end. */
static guint
remove_attribute (CaPlan *plan, const char *oid)
{
  guint place = plan->rdns->len;

  for (guint i = plan->rdns->len; i > 0; i--)
    {
      const CaRdn *rdn = g_ptr_array_index (plan->rdns, i - 1);

      if (!g_str_equal (rdn->oid, oid))
        continue;
      g_ptr_array_remove_index (plan->rdns, i - 1);
      place = i - 1;
    }
  return MIN (place, plan->rdns->len);
}

void
ca_plan_set_subject (CaPlan *plan, const char *oid, const char *value)
{
  g_auto (GStrv) lines = g_strsplit (value != NULL ? value : "", "\n", -1);
  guint place = remove_attribute (plan, oid);

  /* A changed subject is written anew: what was to be copied no longer says what was decided. */
  g_clear_pointer (&plan->subject, g_bytes_unref);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      g_ptr_array_insert (plan->rdns, (int) place++, ca_rdn_new (oid, lines[i]));
}

char *
ca_plan_dup_subject (const CaPlan *plan, const char *oid)
{
  GString *lines = NULL;

  for (guint i = 0; i < plan->rdns->len; i++)
    {
      const CaRdn *rdn = g_ptr_array_index (plan->rdns, i);

      if (!g_str_equal (rdn->oid, oid))
        continue;
      if (lines == NULL)
        lines = g_string_new (rdn->value);
      else
        g_string_append_printf (lines, "\n%s", rdn->value);
    }
  return lines != NULL ? g_string_free (lines, FALSE) : NULL;
}
