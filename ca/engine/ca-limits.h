/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* All hard limits of the engine (S-A1), each with its reason. A refusal names limit and actual
 * value. */

/* post-quantum signatures: SLH-DSA-256s takes about 29 KiB, twice in a request with its chain */
#define CA_LIMIT_REQUEST (128 * 1024)
/* base64 grows by a third; room for text before BEGIN */
#define CA_LIMIT_PEM_INPUT (256 * 1024)
#define CA_LIMIT_PEM_OBJECTS 1
#define CA_LIMIT_ASN1_DEPTH 16
/* AD CS clients send a handful */
#define CA_LIMIT_ATTRIBUTES 64
#define CA_LIMIT_ATTRIBUTE_NAME 64
#define CA_LIMIT_ATTRIBUTE_VALUE 1024
#define CA_LIMIT_SANS 100
#define CA_LIMIT_RDNS 16
#define CA_LIMIT_EXTENSIONS 32
#define CA_LIMIT_EXTENSION_VALUE (32 * 1024)
/* a request has one client, and one who signs for it; a chain is short */
#define CA_LIMIT_CMS_SIGNERS 1
#define CA_LIMIT_CMS_CERTIFICATES 8
#define CA_LIMIT_CERTIFICATE (128 * 1024)
/* [CA] Url: it stands, made longer, in each certificate and CRL; some clients refuse longer ones */
#define CA_LIMIT_URL 1024
/* files of the CA's folder: certificates with their chains in PEM; small ones of text */
#define CA_LIMIT_CHAIN_FILE (2 * 1024 * 1024)
#define CA_LIMIT_TEXT_FILE (64 * 1024)
/* lists of keys: a line of 65 octets each; all weak keys of Debian's are some 30 MB */
#define CA_LIMIT_KEY_LIST (256 * 1024 * 1024)
#define CA_LIMIT_IDEMPOTENCY_KEY 64
/* S-E8: draws of a serial before the engine calls it a bug */
#define CA_LIMIT_SERIAL_REDRAWS 3
/* S-L3: abandoned calls of one in-process module before it is quarantined */
#define CA_LIMIT_MODULE_HANGS 4
/* S-L4: an event is given up after this many seconds */
#define CA_LIMIT_EXIT_AGE (24 * 60 * 60)
/* processing.md 6: attempts to publish a CRL in a place before administrators are alarmed */
#define CA_LIMIT_PUBLISH_ATTEMPTS 10
/* seconds a CA is open before its schedule looks for the first time, unless somebody starts it:
 * longer than a command has it open */
#define CA_LIMIT_SCHEDULE_PAUSE 60
/* seconds that publishing waits for exits before it answers without them */
#define CA_LIMIT_PUBLISH_WAIT 120
/* most requests that one transaction takes: a hundred saves nearly all of the sync, and leaves the
 * workers some of a window of 256 to go on with */
#define CA_LIMIT_COMMIT_GROUP 100
/* rows that one call deletes: a second of a busy CA at most */
#define CA_LIMIT_PRUNE_CHUNK 1000
/* pages of the write-ahead log before the writer checkpoints */
#define CA_LIMIT_WAL_PAGES 20000
