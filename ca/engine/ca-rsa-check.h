/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-spki.h"

/* S-B2: exponent and modulus of an RSA key of allowed length. WEAK_KEY that names the test */
gboolean ca_rsa_check (const CaSpki *spki, GError **error);
