/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool-error.h"
#include "tool-options.h"

static Tool tool;

/* Errors of usage are told as the options say that could be read. */
static void
take_options (void)
{
  const char *config
      = tool_options.config != NULL ? tool_options.config : g_getenv ("ICERT_CONFIG");

  tool.config = config != NULL && *config != '\0' ? config : NULL;
  tool.json = tool_options.json;
  tool.quiet = tool_options.quiet;
}

static char *
describe_verbs (void)
{
  GString *text = g_string_new ("Verbs, with an example each:\n");
  gsize i;

  for (i = 0; tool_verbs[i] != NULL; i++)
    g_string_append_printf (text, "  %-21s  %s\n  %-21s    %s\n", tool_verbs[i]->name,
                            tool_verbs[i]->summary, "", tool_verbs[i]->example);
  g_string_append (text,
                   "\nExit status: 0 done (issued), 1 failed, 2 wrong usage, 3 pending, 4 denied, "
                   "5 revoked.\n'icert VERB --help' tells more of one verb.");
  return g_string_free (text, FALSE);
}

static char *
describe_examples (const ToolVerb *verb)
{
  return g_strdup_printf ("Examples:\n  %s%s%s", verb->example,
                          verb->examples != NULL ? "\n  " : "",
                          verb->examples != NULL ? verb->examples : "");
}

/* A verb is one word or two: "grant" and "grant remove" are two rows of the table. */
static const ToolVerb *
find_verb (char **words, guint *n_words)
{
  const ToolVerb *found = NULL;
  gsize i;

  for (i = 0; tool_verbs[i] != NULL; i++)
    {
      g_auto (GStrv) name = g_strsplit (tool_verbs[i]->name, " ", 2);
      guint n = g_strv_length (name);

      if (strcmp (words[0], name[0]) != 0 || (found != NULL && n < *n_words))
        continue;
      if (n == 2 && g_strcmp0 (words[1], name[1]) != 0)
        continue;
      found = tool_verbs[i];
      *n_words = n;
    }
  return found;
}

/* "audit" is no verb, "audit verify" is; "revok" is nearly one. */
static char *
describe_near (const char *word)
{
  g_autoptr (GString) near = g_string_new (NULL);
  gsize same = MAX (strlen (word), 2);

  for (gsize i = 0; tool_verbs[i] != NULL; i++)
    if (strncmp (tool_verbs[i]->name, word, same) == 0)
      g_string_append_printf (near, "%s'%s'", near->len > 0 ? ", " : "", tool_verbs[i]->name);
  return near->len > 0 ? g_strdup_printf ("; like it: %s", near->str) : g_strdup ("");
}

static gboolean
check_arguments (const ToolVerb *verb, char **arguments, GError **error)
{
  guint n = g_strv_length (arguments);
  gboolean any = verb->max_arguments == 0 && verb->min_arguments > 0;

  if (n < verb->min_arguments)
    {
      tool_usage_error (error, "arguments: %u given (%s)", n, verb->arguments);
      return FALSE;
    }
  if (!any && n > verb->max_arguments)
    {
      tool_usage_error (error, "arguments: '%s' is one too many (%s)",
                        arguments[verb->max_arguments],
                        verb->max_arguments > 0 ? verb->arguments : "none expected");
      return FALSE;
    }
  return TRUE;
}

/* GOption leaves the first "--" where it stood; what is behind it is no option. */
static void
drop_dashes (char **arguments, int n)
{
  for (int i = 1; i < n; i++)
    if (strcmp (arguments[i], "--") == 0)
      {
        memmove (arguments + i, arguments + i + 1, sizeof (char *) * (gsize) (n - i));
        return;
      }
}

static ToolExit
run_verb (const ToolVerb *verb, char **words, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (verb->arguments);
  g_autofree char *program = g_strdup_printf ("icert %s", verb->name);
  g_autofree char *examples = describe_examples (verb);
  g_autofree char **arguments = NULL;
  int n = (int) g_strv_length (words);

  g_option_context_set_summary (context, verb->summary);
  g_option_context_set_description (context, examples);
  if (verb->options != NULL)
    g_option_context_add_main_entries (context, verb->options, NULL);
  g_option_context_add_main_entries (context, tool_global_options, NULL);

  /* GOption takes words[0] for the program's name and drops what it understood */
  arguments = g_memdup2 (words, sizeof (char *) * (gsize) (n + 1));
  g_set_prgname (program);
  if (!g_option_context_parse (context, &n, &arguments, error))
    return TOOL_EXIT_USAGE;
  g_set_prgname ("icert");
  drop_dashes (arguments, n);
  if (!check_arguments (verb, arguments + 1, error))
    return TOOL_EXIT_USAGE;

  take_options ();
  return verb->run (&tool, arguments + 1, error);
}

static ToolExit
run (char **argv, const ToolVerb **verb, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("VERB …");
  g_autofree char *verbs = describe_verbs ();
  g_autofree char **words = NULL;
  int n = (int) g_strv_length (argv);
  guint n_words = 0;

  g_option_context_set_summary (context, "The command of the icert certification authority.");
  g_option_context_set_description (context, verbs);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_add_main_entries (context, tool_global_options, NULL);
  g_option_context_add_main_entries (context, tool_top_options, NULL);
  words = g_memdup2 (argv, sizeof (char *) * (gsize) (n + 1));
  if (!g_option_context_parse (context, &n, &words, error))
    return TOOL_EXIT_USAGE;
  if (tool_options.version)
    {
      puts ("icert " ICERT_VERSION);
      return TOOL_EXIT_DONE;
    }
  if (n < 2)
    {
      tool_usage_error (error, "verb: none given (one that 'icert --help' lists)");
      return TOOL_EXIT_USAGE;
    }

  *verb = find_verb (words + 1, &n_words);
  if (*verb == NULL)
    {
      g_autofree char *near = describe_near (words[1]);

      tool_usage_error (error, "verb: '%s' is not known (one that 'icert --help' lists%s)",
                        words[1], near);
      return TOOL_EXIT_USAGE;
    }
  return run_verb (*verb, words + n_words, error);
}

/* An engine in this process tells its log what stderr has no room for: one line a failure. Whoever
 * looks for it sets G_MESSAGES_DEBUG. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (level >= G_LOG_LEVEL_MESSAGE && g_getenv ("G_MESSAGES_DEBUG") == NULL)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const ToolVerb *verb = NULL;
  ToolExit status;

  /* Texts are UTF-8 and untranslated whatever the caller's locale says: scripts read them. */
  setlocale (LC_CTYPE, "C.UTF-8");
  g_set_prgname ("icert");
  g_log_set_writer_func (write_log, NULL, NULL);

  status = run (argv, &verb, &error);
  take_options ();
  if (error != NULL)
    status = tool_report_error (&tool, verb, error);
  if (fflush (stdout) != 0 || ferror (stdout))
    {
      g_printerr ("icert: FAILED: output: cannot be written\n");
      return TOOL_EXIT_FAILED;
    }
  return (int) status;
}
