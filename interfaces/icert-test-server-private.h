/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-server-backend.h"
#include "icert-test-server.h"

G_BEGIN_DECLS

typedef struct
{
  char *grant;
  char *profile;
  char *pattern;
} ICertTestGrant;

struct _ICertTestServer
{
  GObject parent_instance;

  gint64 request_id;
  GMutex lock; /* of everything below */

  /* as the test said it */
  GHashTable *facts;           /* key of a property -> GVariant */
  GPtrArray *given_extensions; /* of ICertExtension */
  GHashTable *attributes;      /* normalised name -> text */
  GPtrArray *attribute_names;  /* as they were written */
  GHashTable *account;         /* name -> text */
  GPtrArray *groups;           /* of text */
  GPtrArray *grants;           /* of ICertTestGrant */
  GPtrArray *rdns;             /* of GVariant (ss) */
  GBytes *certificate;         /* nullable */
  GPtrArray *crls;             /* of ICertIssuedCrl */
  char *alarm_code, *alarm;    /* nullable */

  /* as modules left it */
  GHashTable *values;    /* as facts; begins as a copy of them */
  GPtrArray *extensions; /* likewise */
  char *message;         /* nullable */
  GPtrArray *trace;      /* of GVariant a{sv} */
  GPtrArray *log;        /* of text */
  GPtrArray *read;       /* of names, in the order of first use */
  GPtrArray *written;    /* likewise */
  guint n_calls;

  GPtrArray *contexts; /* of GWeakRef * to ICertRequestContext */
};

/* Answers for a server, which is the data; the contexts lock themselves, it locks the server. */
extern const ICertServerBackend _icert_test_server_backend;

/* (transfer full): a list of the texts of @texts */
char **_icert_test_server_copy_texts (GPtrArray *texts);
/* Says a fact; a mistake is a critical where @error is NULL. Sinks @value, nullable. */
gboolean _icert_test_server_set_property (ICertTestServer *self,
                                          ICertScope scope,
                                          const char *name,
                                          GVariant *value,
                                          GError **error);
/* Two spellings of one property have one key. */
char *_icert_test_server_key (const ICertPropertyInfo *info, const char *name);
/* The lock is held; (transfer full) (nullable): of the request's subject, lines joined */
GVariant *_icert_test_server_lookup (ICertTestServer *self,
                                     const ICertPropertyInfo *info,
                                     const char *name);
/* The lock is held; (transfer none) (nullable) */
ICertExtension *_icert_test_server_find_extension (GPtrArray *extensions,
                                                   const char *oid,
                                                   guint *index);
/* The lock is held; takes @extension, in place of one of the same OID */
void _icert_test_server_take_extension (GPtrArray *extensions, ICertExtension *extension);

G_END_DECLS
