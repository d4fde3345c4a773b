/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-audit-verify.h"

#include <string.h>

/* how far behind a wrong record its true place is looked for */
#define FARTHEST 100000

struct _CaAuditVerifier
{
  GPtrArray *checkpoints; /* nullable */
  CaAuditMac *mac;
  gint64 mac_from;
  guint next_checkpoint;
  guint n_agree;
  gint64 sealed; /* last record that a checkpoint vouches for */
  gint64 sequence;
  guint8 hash[CA_AUDIT_HASH];   /* of that record */
  guint8 before[CA_AUDIT_HASH]; /* of the one before it, when there is one */
  gboolean has_before;

  CaAuditProblem problem;
  gint64 wrong;
  char *text;

  /* Of a changed record, to find out where it came from: */
  CaAuditFields fields; /* its cells */
  GPtrArray *copies;    /* of octets that @fields points to */
  guint8 stored[CA_AUDIT_HASH];
  gboolean may_move;
};

CaAuditVerifier *
ca_audit_verifier_new (GPtrArray *checkpoints, CaAuditMac *mac, gint64 mac_from)
{
  CaAuditVerifier *verifier = g_new0 (CaAuditVerifier, 1);

  verifier->checkpoints = checkpoints != NULL ? g_ptr_array_ref (checkpoints) : NULL;
  verifier->mac = mac;
  verifier->mac_from = mac_from;
  return verifier;
}

void
ca_audit_verifier_free (CaAuditVerifier *verifier)
{
  if (verifier == NULL)
    return;
  g_clear_pointer (&verifier->checkpoints, g_ptr_array_unref);
  g_clear_pointer (&verifier->copies, g_ptr_array_unref);
  g_free (verifier->text);
  g_free (verifier);
}

void
ca_audit_verifier_resume (CaAuditVerifier *verifier, const CaAuditHead *last)
{
  verifier->sequence = last->sequence;
  verifier->sealed = last->sequence;
  memcpy (verifier->hash, last->hash, sizeof verifier->hash);
}

CaAuditProblem
ca_audit_verifier_get_problem (const CaAuditVerifier *verifier)
{
  return verifier->problem;
}

gint64
ca_audit_verifier_get_sequence (const CaAuditVerifier *verifier)
{
  return verifier->problem != CA_AUDIT_SOUND ? verifier->wrong : verifier->sequence;
}

const char *
ca_audit_verifier_get_text (const CaAuditVerifier *verifier)
{
  return verifier->text;
}

guint
ca_audit_verifier_get_n_checkpoints (const CaAuditVerifier *verifier)
{
  return verifier->n_agree;
}

const char *
ca_audit_problem_to_string (CaAuditProblem problem)
{
  static const char *const names[]
      = { [CA_AUDIT_SOUND] = "sound",          [CA_AUDIT_CHANGED] = "changed",
          [CA_AUDIT_REMOVED] = "removed",      [CA_AUDIT_SWAPPED] = "swapped",
          [CA_AUDIT_INSERTED] = "inserted",    [CA_AUDIT_CUT] = "cut",
          [CA_AUDIT_CHECKPOINT] = "checkpoint" };

  return names[problem];
}

static gboolean G_GNUC_PRINTF (4, 5) blame (CaAuditVerifier *verifier,
                                            CaAuditProblem problem,
                                            gint64 sequence,
                                            const char *format,
                                            ...)
{
  va_list arguments;

  verifier->problem = problem;
  verifier->wrong = sequence;
  g_free (verifier->text);
  va_start (arguments, format);
  verifier->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
is_hash (const CaAuditText *cell, const guint8 hash[CA_AUDIT_HASH])
{
  return cell->size == CA_AUDIT_HASH && memcmp (cell->data, hash, CA_AUDIT_HASH) == 0;
}

/* Whether these cells, as record @sequence behind @before, have @hash. */
static gboolean
fits (const guint8 before[CA_AUDIT_HASH],
      gint64 sequence,
      const CaAuditFields *fields,
      const CaAuditText *hash)
{
  CaAuditFields moved = *fields;
  guint8 value[CA_AUDIT_HASH];

  moved.sequence = sequence;
  ca_audit_hash (before, &moved, value);
  return is_hash (hash, value);
}

/* Where a wrong record came from */

static void
remember (CaAuditVerifier *verifier, const CaAuditRow *row)
{
  verifier->fields = row->fields;
  verifier->copies = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < CA_AUDIT_N_TEXTS; i++)
    {
      CaAuditText *text = &verifier->fields.texts[i];

      if (text->data == NULL)
        continue;
      /* never NULL, which would be an empty cell */
      text->data = text->size > 0 ? g_memdup2 (text->data, text->size) : g_strdup ("");
      g_ptr_array_add (verifier->copies, (gpointer) text->data);
    }
  verifier->may_move = row->hash.size == CA_AUDIT_HASH;
  if (verifier->may_move)
    memcpy (verifier->stored, row->hash.data, CA_AUDIT_HASH);
}

/* A later record that stands in the wrong one's place as if it had been written there. */
static void
trace_back (CaAuditVerifier *verifier, const CaAuditRow *row)
{
  CaAuditText stored = { verifier->stored, sizeof verifier->stored };
  gint64 wrong = verifier->wrong;

  if (!verifier->may_move || row->fields.sequence - wrong > FARTHEST)
    return;
  if (!fits (verifier->hash, wrong, &row->fields, &row->hash)
      && !fits (verifier->hash, wrong, &row->fields, &stored))
    return;
  verifier->may_move = FALSE;
  /* Two neighbours that changed places: the first fits behind the second. */
  if (row->fields.sequence == wrong + 1
      && !fits (row->hash.size == CA_AUDIT_HASH ? row->hash.data : stored.data, wrong + 1,
                &verifier->fields, &stored)
      && !fits (stored.data, wrong + 1, &verifier->fields, &row->hash))
    blame (verifier, CA_AUDIT_INSERTED, wrong,
           "record %" G_GINT64_FORMAT " was put in: the one behind it was written in its place",
           wrong);
  else
    blame (verifier, CA_AUDIT_SWAPPED, wrong,
           "record %" G_GINT64_FORMAT " holds another one: its own is number %" G_GINT64_FORMAT,
           wrong, row->fields.sequence);
}

/* Records in their order */

static gboolean
check_place (CaAuditVerifier *verifier, const CaAuditRow *row)
{
  gint64 expected = verifier->sequence + 1;
  gint64 sequence = row->fields.sequence;

  if (sequence == expected)
    return TRUE;
  if (sequence < expected)
    return blame (verifier, CA_AUDIT_INSERTED, sequence,
                  "record %" G_GINT64_FORMAT " has no place (numbers from 1 on)", sequence);
  if (sequence == expected + 1)
    return blame (verifier, CA_AUDIT_REMOVED, expected, "record %" G_GINT64_FORMAT " is missing",
                  expected);
  return blame (verifier, CA_AUDIT_REMOVED, expected,
                "records %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are missing", expected,
                sequence - 1);
}

static gboolean
check_hash (CaAuditVerifier *verifier, const CaAuditRow *row, guint8 hash[CA_AUDIT_HASH])
{
  gint64 sequence = row->fields.sequence;

  ca_audit_hash (verifier->hash, &row->fields, hash);
  if (is_hash (&row->hash, hash))
    return TRUE;
  if (verifier->has_before && fits (verifier->before, sequence - 1, &row->fields, &row->hash))
    return blame (verifier, CA_AUDIT_INSERTED, sequence - 1,
                  "record %" G_GINT64_FORMAT " was put in: the one behind it was written in its"
                  " place",
                  sequence - 1);
  remember (verifier, row);
  return blame (verifier, CA_AUDIT_CHANGED, sequence,
                "record %" G_GINT64_FORMAT " was changed, or what stood before it was taken out",
                sequence);
}

static gboolean
check_mac (CaAuditVerifier *verifier, const CaAuditRow *row, const guint8 hash[CA_AUDIT_HASH])
{
  gint64 sequence = row->fields.sequence;
  guint8 value[CA_AUDIT_HASH];

  if (verifier->mac_from == 0 || sequence < verifier->mac_from)
    {
      if (row->mac.data == NULL)
        return TRUE;
    }
  else if (verifier->mac != NULL)
    {
      ca_audit_mac_compute (verifier->mac, hash, value);
      if (is_hash (&row->mac, value))
        return TRUE;
    }
  else if (row->mac.size == CA_AUDIT_HASH)
    {
      return TRUE;
    }
  remember (verifier, row);
  return blame (verifier, CA_AUDIT_CHANGED, sequence,
                "record %" G_GINT64_FORMAT " was not written by this CA: its MAC is wrong",
                sequence);
}

static gboolean
check_sealed (CaAuditVerifier *verifier,
              const CaCheckpoint *checkpoint,
              const guint8 hash[CA_AUDIT_HASH])
{
  if (checkpoint->flaw != NULL)
    return blame (verifier, CA_AUDIT_CHECKPOINT, checkpoint->sequence,
                  "checkpoint %" G_GINT64_FORMAT "%s: %s", checkpoint->sequence,
                  checkpoint->from_sink ? " of the sink" : "", checkpoint->flaw);
  if (memcmp (checkpoint->hash, hash, CA_AUDIT_HASH) != 0)
    return blame (verifier, CA_AUDIT_CHANGED, verifier->sealed + 1,
                  "records %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                  " are not those that checkpoint %" G_GINT64_FORMAT "%s was signed for",
                  verifier->sealed + 1, checkpoint->sequence, checkpoint->sequence,
                  checkpoint->from_sink ? " of the sink" : "");
  verifier->n_agree++;
  return TRUE;
}

/* All checkpoints up to this record. */
static gboolean
check_checkpoints (CaAuditVerifier *verifier, gint64 sequence, const guint8 hash[CA_AUDIT_HASH])
{
  gboolean sealed = FALSE;

  while (verifier->checkpoints != NULL && verifier->next_checkpoint < verifier->checkpoints->len)
    {
      const CaCheckpoint *checkpoint = verifier->checkpoints->pdata[verifier->next_checkpoint];

      if (checkpoint->sequence > sequence)
        break;
      verifier->next_checkpoint++;
      if (checkpoint->sequence < sequence)
        continue;
      if (!check_sealed (verifier, checkpoint, hash))
        return FALSE;
      sealed = TRUE;
    }
  if (sealed)
    verifier->sealed = sequence;
  return TRUE;
}

gboolean
ca_audit_verifier_feed (CaAuditVerifier *verifier, const CaAuditRow *row)
{
  guint8 hash[CA_AUDIT_HASH];

  if (verifier->problem != CA_AUDIT_SOUND)
    {
      trace_back (verifier, row);
      return FALSE;
    }
  if (!check_place (verifier, row) || !check_hash (verifier, row, hash)
      || !check_mac (verifier, row, hash)
      || !check_checkpoints (verifier, row->fields.sequence, hash))
    return FALSE;
  memcpy (verifier->before, verifier->hash, sizeof verifier->before);
  verifier->has_before = TRUE;
  memcpy (verifier->hash, hash, sizeof verifier->hash);
  verifier->sequence = row->fields.sequence;
  return TRUE;
}

gboolean
ca_audit_verifier_finish (CaAuditVerifier *verifier)
{
  const CaCheckpoint *checkpoint = NULL;

  if (verifier->problem != CA_AUDIT_SOUND)
    return FALSE;
  /* the last one says how many are missing; one with a flaw says nothing but that */
  for (guint i = verifier->next_checkpoint;
       verifier->checkpoints != NULL && i < verifier->checkpoints->len; i++)
    {
      const CaCheckpoint *candidate = verifier->checkpoints->pdata[i];

      if (checkpoint == NULL || candidate->flaw == NULL)
        checkpoint = candidate;
    }
  if (checkpoint == NULL)
    return TRUE;
  if (checkpoint->flaw != NULL)
    return check_sealed (verifier, checkpoint, verifier->hash);
  return blame (verifier, CA_AUDIT_CUT, verifier->sequence + 1,
                "records %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                " at the end are missing: checkpoint %" G_GINT64_FORMAT "%s was signed for them",
                verifier->sequence + 1, checkpoint->sequence, checkpoint->sequence,
                checkpoint->from_sink ? " of the sink" : "");
}
