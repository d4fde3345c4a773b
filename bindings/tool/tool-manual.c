/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool.h"

#include <stdio.h>
#include <string.h>

#include "tool-options.h"
#include "tool-reason.h"

/* Not installed: run while icert is built, it writes the manual page and the tables of the
 * completion from the tables that the command itself reads. */

/* Text for roff: nothing in it is a request or an escape, and it is ASCII. */
static char *
escape_roff (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *p;

  if (*text == '.' || *text == '\'')
    g_string_append (out, "\\&");
  for (p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\\')
        g_string_append (out, "\\e");
      else if (c == '-')
        g_string_append (out, "\\-");
      else if (c == '\'')
        g_string_append (out, "\\(aq");
      else if (c == '`' || c == '^' || c == '~')
        g_string_append (out, c == '`' ? "\\(ga" : c == '^' ? "\\(ha" : "\\(ti");
      else if (c == '|')
        g_string_append (out, "|\\:"); /* a line may break between two choices */
      else if (c > 0x7e)
        g_string_append_printf (out, "\\[u%04X]", c);
      else
        g_string_append_c (out, (char) c);
    }
  return g_string_free (out, FALSE);
}

static void
print_roff (const char *before, const char *text, const char *behind)
{
  g_autofree char *escaped = escape_roff (text);

  printf ("%s%s%s", before, escaped, behind);
}

static void
print_option (const GOptionEntry *option)
{
  g_autofree char *letter = g_strdup_printf ("-%c", option->short_name);
  g_autofree char *name = g_strdup_printf ("--%s", option->long_name);

  puts (".TP");
  if (option->short_name != 0)
    print_roff ("\\fB", letter, "\\fR, ");
  print_roff ("\\fB", name, "\\fR");
  if (option->arg_description != NULL)
    print_roff ("=\\fI", option->arg_description, "\\fR");
  print_roff ("\n", option->description, "\n");
}

static void
print_options (const GOptionEntry *options)
{
  for (; options != NULL && options->long_name != NULL; options++)
    print_option (options);
}

/* Examples are lines; continuation lines of the table begin with the blanks of the help text. */
static void
print_examples (const ToolVerb *verb)
{
  g_auto (GStrv) more = g_strsplit (verb->examples != NULL ? verb->examples : "", "\n", -1);
  gsize i;

  puts (".PP\n.RS 4\n.nf");
  print_roff ("", verb->example, "\n");
  for (i = 0; more[i] != NULL; i++)
    if (*g_strstrip (more[i]) != '\0')
      print_roff ("", more[i], "\n");
  puts (".fi\n.RE");
}

static void
print_verb (const ToolVerb *verb)
{
  g_autofree char *name = g_strdup_printf ("icert %s", verb->name);

  print_roff (".SS ", name, "");
  if (verb->options != NULL)
    fputs (" [OPTION...]", stdout);
  if (verb->arguments != NULL)
    print_roff (" ", verb->arguments, "");
  print_roff ("\n", verb->summary, ".\n");
  print_options (verb->options);
  print_examples (verb);
}

static const char head[]
    = ".SH NAME\n"
      "icert \\- the command of the icert certification authority\n"
      ".SH SYNOPSIS\n"
      ".B icert\n"
      "[\\fB\\-\\-config\\fR=\\fICONFIG\\fR] [\\fB\\-\\-json\\fR] [\\fB\\-\\-quiet\\fR] "
      "\\fIVERB\\fR "
      "[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
      ".SH DESCRIPTION\n"
      "Everything that a person does with a certification authority at a shell: making one, "
      "submitting requests and collecting certificates, deciding as an officer, reading the "
      "database, and asking why a request was decided as it was.\n"
      ".PP\n"
      "Output for people is short and aligned. With \\fB\\-\\-json\\fR all output, errors too, is "
      "one "
      "JSON document on standard output; \\fBicert view\\fR prints one object a line. Times are "
      "UTC "
      "in the form of RFC 3339, serial numbers are lower-case hexadecimal.\n"
      ".SH OPTIONS\n"
      "These stand before or behind the verb.\n";

static const char tail[]
    = ".SH EXIT STATUS\n"
      ".TP\n.B 0\nDone; for a submission: issued.\n"
      ".TP\n.B 1\nThe call failed. Standard error has one line, \\fBicert: CODE: field: what is "
      "wrong\\fR, and a second one with the remedy where there is one.\n"
      ".TP\n.B 2\nWrong usage.\n"
      ".TP\n.B 3\nPending: an officer has to look.\n"
      ".TP\n.B 4\nDenied. Standard error names module, rule, field, the value seen and the value "
      "allowed.\n"
      ".TP\n.B 5\nRevoked, in answers about a certificate.\n"
      ".SH ENVIRONMENT\n"
      ".TP\n.B ICERT_CONFIG\nThe CA to talk to when \\fB\\-\\-config\\fR is not given.\n"
      ".TP\n.B ICERT_MODULE_PATH\nFolders of modules in place of the user\\(aqs and the "
      "system\\(aqs, separated by colons.\n"
      ".SH FILES\n"
      ".TP\n.I $XDG_CONFIG_HOME/icert/ca.d\nRecords of the CAs that this user can find.\n"
      ".TP\n.I /etc/icert/ca.d\nRecords of the CAs that everybody can find.\n"
      ".TP\n.I $XDG_DATA_HOME/icert/NAME\nFolder of a CA: configuration, keys, certificates, "
      "database, profiles. For root, \\fI/var/lib/icert/NAME\\fR.\n"
      ".TP\n.I [Audit]\nA group of the folder\\(aqs \\fIca.conf\\fR. \\fBSink\\fR: where signed "
      "checkpoints of the audit log go, a list of \\fIfile:PATH\\fR, \\fIjournal\\fR and "
      "\\fIexit\\fR; \\fBCheckpointRecords\\fR (1 to 1000) and \\fBCheckpointInterval\\fR (1s to "
      "10min): how often. Nothing is signed while they cannot be written.\n"
      ".SH SEE ALSO\n"
      "The manual of the ICert namespace, with guides: \\fI/usr/share/doc/ICert\\-1.0\\fR where it "
      "is "
      "installed.\n"
      ".PP\n"
      ".BR openssl (1)\n";

static void
print_page (const char *date)
{
  gsize i;

  printf (".\\\" Made from the option table of icert by tool-manual.c.\n"
          ".TH ICERT 1 \"%s\" \"icert " ICERT_VERSION "\" \"User Commands\"\n%s",
          date, head);
  print_options (tool_global_options);
  print_options (tool_top_options);
  puts (".SH VERBS");
  for (i = 0; tool_verbs[i] != NULL; i++)
    print_verb (tool_verbs[i]);
  fputs (tail, stdout);
}

/* Words in single quotes for the shell. */
static void
print_words (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "'", -1);
  g_autofree char *joined = g_strjoinv ("'\\''", parts);

  printf ("'%s'", joined);
}

static void
add_option_words (GString *words, const GOptionEntry *options)
{
  for (; options != NULL && options->long_name != NULL; options++)
    {
      if (options->short_name != 0)
        g_string_append_printf (words, " -%c", options->short_name);
      g_string_append_printf (words, " --%s%s", options->long_name,
                              options->arg_description != NULL ? "=" : "");
    }
}

/* "VERB --option" and "VERB -o" lead to what the option takes. */
static void
print_option_kinds (const char *verb, const GOptionEntry *options)
{
  for (; options != NULL && options->long_name != NULL; options++)
    {
      if (options->arg_description == NULL)
        continue;
      printf ("  ['%s --%s']=", verb, options->long_name);
      print_words (options->arg_description);
      putchar ('\n');
      if (options->short_name == 0)
        continue;
      printf ("  ['%s -%c']=", verb, options->short_name);
      print_words (options->arg_description);
      putchar ('\n');
    }
}

static void
print_top_options (void)
{
  g_autoptr (GString) words = g_string_new ("--help");

  add_option_words (words, tool_global_options);
  add_option_words (words, tool_top_options);
  printf ("_icert_top_options='%s'\n", words->str);
}

static void
print_reasons (void)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (int i = 0; i <= ICERT_REVOCATION_REASON_AA_COMPROMISE; i++)
    if (!g_str_equal (tool_reason_to_name (i), "unknown"))
      g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", tool_reason_to_name (i));
  printf ("_icert_reasons='%s'\n", words->str);
}

static void
print_completion_tables (void)
{
  gsize i;

  puts ("declare -gA _icert_options=(");
  for (i = 0; tool_verbs[i] != NULL; i++)
    {
      g_autoptr (GString) words = g_string_new ("--help");

      add_option_words (words, tool_verbs[i]->options);
      add_option_words (words, tool_global_options);
      printf ("  ['%s']='%s'\n", tool_verbs[i]->name, words->str);
    }
  puts (")\ndeclare -gA _icert_arguments=(");
  for (i = 0; tool_verbs[i] != NULL; i++)
    {
      printf ("  ['%s']=", tool_verbs[i]->name);
      print_words (tool_verbs[i]->arguments != NULL ? tool_verbs[i]->arguments : "");
      putchar ('\n');
    }
  puts (")\ndeclare -gA _icert_kinds=(");
  print_option_kinds ("", tool_global_options);
  for (i = 0; tool_verbs[i] != NULL; i++)
    print_option_kinds (tool_verbs[i]->name, tool_verbs[i]->options);
  puts (")");
  print_top_options ();
  print_reasons ();
}

/* The line "@TABLES@" of the template becomes the tables. */
static gboolean
print_completion (const char *template)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) halves = NULL;

  if (!g_file_get_contents (template, &text, NULL, NULL))
    return FALSE;
  halves = g_strsplit (text, "@TABLES@\n", 2);
  if (g_strv_length (halves) != 2)
    return FALSE;
  fputs (halves[0], stdout);
  print_completion_tables ();
  fputs (halves[1], stdout);
  return TRUE;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "page") == 0)
    print_page (argv[2]);
  else if (argc != 3 || strcmp (argv[1], "completion") != 0 || !print_completion (argv[2]))
    {
      fputs ("use: icert-manual page DATE | icert-manual completion TEMPLATE\n", stderr);
      return 1;
    }
  return ferror (stdout) || fflush (stdout) != 0;
}
