/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-linter.h"

/* only the linter makes tickets */
CaTicket *_ca_ticket_new (GBytes *tbs, const CaIssuer *issuer);
