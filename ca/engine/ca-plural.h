/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* "1 record", "2 records": what stands behind %s in a text for people */
#define CA_S(n) ((n) == 1 ? "" : "s")
