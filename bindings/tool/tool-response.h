/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"

/* The options that verbs with an answer share; each verb's table points here. */
typedef struct
{
  char *out;
  char *form;
  gboolean stored; /* the certificate is stored already, in @out when that is set */
} ToolAnswerOptions;

extern ToolAnswerOptions tool_answer_options;

#define TOOL_ANSWER_OPTION_ENTRIES                                                                 \
  { "out",                                                                                         \
    'o',                                                                                           \
    0,                                                                                             \
    G_OPTION_ARG_FILENAME,                                                                         \
    &tool_answer_options.out,                                                                      \
    "File for the certificate (default: standard output)",                                         \
    "FILE" },                                                                                      \
  {                                                                                                \
    "form", 0, 0, G_OPTION_ARG_STRING, &tool_answer_options.form,                                  \
        "Form of the certificate (default: pem); chain is PEM, the issuers behind it",             \
        "pem|der|chain|p7b|p7b-crls"                                                               \
  }

/* before anything is sent: a wrong --form is wrong usage */
gboolean tool_answer_check (GError **error);
/* prints the answer, writes the certificate, and says with which status to end */
ToolExit tool_answer_print (Tool *tool, ICertResponse *response, GError **error);
