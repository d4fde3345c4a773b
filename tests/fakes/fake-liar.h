/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* A policy and an exit that keep the contract but for one lie: contract tests must find it. */
typedef enum
{
  FAKE_LIAR_HONEST,
  FAKE_LIAR_CHANGES_DESCRIPTION,
  FAKE_LIAR_TWO_LINES,
  FAKE_LIAR_DEFAULT_OUT_OF_RANGE,
  FAKE_LIAR_UNDESCRIBED_SETTING,
  FAKE_LIAR_STRANGE_TYPE,
  FAKE_LIAR_NAMELESS,
  FAKE_LIAR_NEEDS_SETTING,
  FAKE_LIAR_READS_REQUEST_AT_START,
  FAKE_LIAR_UNKNOWN_ANSWER, /* verdict 99, an event that nobody knows */
  FAKE_LIAR_SILENT,
  FAKE_LIAR_OTHER_DOMAIN,
  FAKE_LIAR_NO_FIELD,
  FAKE_LIAR_NOTHING_EXPECTED,
  FAKE_LIAR_WAVERS,         /* every other answer is another one */
  FAKE_LIAR_WRITES_COUNTER, /* the same verdict, with another certificate */
  FAKE_LIAR_PROFILE_TWICE,
  FAKE_LIAR_VALUE_OF_ANYTHING,
  FAKE_LIAR_CODE_OF_BAD_SETTING,
  FAKE_LIAR_TAKES_BAD_SETTING, /* says no, and takes it */
  FAKE_LIAR_FORGETS_SETTINGS,  /* refuses what it was started with */
  FAKE_LIAR_TAKES_ANY_FILE,
  FAKE_LIAR_NOT_REENTRANT,
  FAKE_LIAR_NO_LAST_WORD, /* no description after shutdown */
  FAKE_LIAR_BAD_LAST_WORD,
  FAKE_LIAR_KEEPS_CONTEXT,
  FAKE_LIAR_REFUSES_WANTED,
  FAKE_LIAR_N_LIES
} FakeLie;

#define FAKE_TYPE_LIAR (fake_liar_get_type ())
G_DECLARE_FINAL_TYPE (FakeLiar, fake_liar, FAKE, LIAR, ICertModuleBase)

FakeLiar *fake_liar_new (FakeLie lie);

G_END_DECLS
