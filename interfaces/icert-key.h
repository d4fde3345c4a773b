/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-settings.h"

G_BEGIN_DECLS

#define ICERT_TYPE_KEY (icert_key_get_type ())

/* C only: a CA key. Describes its public half and signs; nothing else ever touches a private key.
 */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertKey, icert_key, ICERT, KEY, GObject)

struct _ICertKeyInterface
{
  GTypeInterface parent_iface;

  /* @key_type: "ec-p256" …; makes the key at @url and leaves the object open. CONFLICT when one is
   * there. */
  gboolean (*generate) (ICertKey *self,
                        const char *url,
                        const char *key_type,
                        GBytes *secret,
                        GError **error);
  /* Finds the key at @url (a path or a URI). @secret: (nullable) activation secret; may be asked
   * for late: the key is unlocked only when something is to be signed. */
  gboolean (*open) (ICertKey *self, const char *url, GBytes *secret, GError **error);
  /* SubjectPublicKeyInfo, DER; without unlocking where the medium allows */
  GBytes *(*get_public_key) (ICertKey *self, GError **error);
  /* AlgorithmIdentifier of a signature with @hash ("sha256"; ignored by Edwards keys), DER */
  GBytes *(*get_signature_algorithm) (ICertKey *self, const char *hash, GError **error);
  /* the signature value over @message; any thread, several at once */
  GBytes *(*sign) (ICertKey *self,
                   const char *hash,
                   GBytes *message,
                   GCancellable *cancellable,
                   GError **error);
  /* TRUE: the key lives in this process (S-E1 allows one commit) */
  gboolean (*is_in_process) (ICertKey *self);
  /* The signature value over a message whose @digest by @hash this is, for messages that are too
   * large for memory. NOT_SUPPORTED by keys that want the message itself (Edwards keys). */
  GBytes *(*sign_digest) (ICertKey *self,
                          const char *hash,
                          GBytes *digest,
                          GCancellable *cancellable,
                          GError **error);
  /* Makes the key at @url out of another program's file and leaves the object open. @passphrase:
   * (nullable) of that file. CONFLICT when one is there; KEY_UNAVAILABLE when the passphrase does
   * not open it. */
  gboolean (*adopt) (ICertKey *self,
                     const char *url,
                     GBytes *contents,
                     GBytes *passphrase,
                     GBytes *secret,
                     GError **error);
};

ICERT_AVAILABLE_IN_0_1
gboolean icert_key_generate (ICertKey *self,
                             const char *url,
                             const char *key_type,
                             GBytes *secret,
                             GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_key_open (ICertKey *self, const char *url, GBytes *secret, GError **error);
ICERT_AVAILABLE_IN_0_1
GBytes *icert_key_get_public_key (ICertKey *self, GError **error);
ICERT_AVAILABLE_IN_0_1
GBytes *icert_key_get_signature_algorithm (ICertKey *self, const char *hash, GError **error);
ICERT_AVAILABLE_IN_0_1
GBytes *icert_key_sign (ICertKey *self,
                        const char *hash,
                        GBytes *message,
                        GCancellable *cancellable,
                        GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_key_is_in_process (ICertKey *self);
ICERT_AVAILABLE_IN_0_1
GBytes *icert_key_sign_digest (ICertKey *self,
                               const char *hash,
                               GBytes *digest,
                               GCancellable *cancellable,
                               GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_key_adopt (ICertKey *self,
                          const char *url,
                          GBytes *contents,
                          GBytes *passphrase,
                          GBytes *secret,
                          GError **error);

G_END_DECLS
