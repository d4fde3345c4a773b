/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* A subordinate of a two-tier CA asks its root, whose folder is inside its own, by the path of any
 * request: submitted with the profile for CAs, approved by the same person. */

/* whether the root of @folder is there (it may have been moved offline) */
gboolean ca_parent_is_here (const char *folder);
/* FOLDER/root, opened */
CaEngine *ca_parent_open (const char *folder, GError **error);
/* S-G3: under dual control one person cannot ask and approve: the request goes the way of files */
gboolean ca_parent_needs_two (CaEngine *root);
/* @door: CA_DOOR_SETUP when both are being made, CA_DOOR_LOCAL for who runs them. The certificate,
 * and in @chain (of GBytes) what goes behind it */
GBytes *ca_parent_certify (CaEngine *root,
                           CaDoor door,
                           GBytes *request,
                           GPtrArray **chain,
                           GError **error);
