/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-registry.h"

G_BEGIN_DECLS

/* What [Module] says, shared by the classes of a manifest. */
typedef struct
{
  gatomicrefcount refs;
  char *path; /* of the manifest; NULL for classes of libicert itself */
  char *name;
  char *version;
  char *description;
  char *host;            /* "engine", "process" */
  guint abi;             /* that the manifest claims */
  char *library;         /* path of the shared object; NULL with a script */
  char *script;          /* path; NULL with a library */
  char *language;        /* "python", "javascript"; NULL with a library */
  GPtrArray *type_names; /* of all its classes */
} ICertModuleFacts;

ICertModuleFacts *_icert_module_facts_new (void);
void _icert_module_facts_unref (ICertModuleFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ICertModuleFacts, _icert_module_facts_unref)

struct _ICertClassInfo
{
  GObject parent_instance;

  ICertModuleFacts *module;
  char *class_id;
  char *type_name;
  char **interfaces;
  char *threads;
  guint deadline;
  guint64 memory; /* octets, 0 = the host's default */
  char **grants;
  char **addresses;
  GType builtin;    /* a type of libicert, or G_TYPE_INVALID */
  GError *conflict; /* another manifest registers the same class: neither is used */
};

/* Takes over nothing: copies what it is given. Changed by nobody once a registry has it. */
ICertClassInfo *_icert_class_info_new (ICertModuleFacts *module, const char *class_id);
/* TRUE when the class says that it serves CAs at addresses of @scheme */
gboolean _icert_class_info_serves (ICertClassInfo *self, const char *scheme);

G_END_DECLS
