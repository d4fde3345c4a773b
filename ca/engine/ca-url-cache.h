/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* Extensions that are made of URLs, which are the same in thousands of certificates and so are
 * encoded once. Known by their URLs, thus right for ever; the last few are kept. Any thread. */
typedef struct _CaUrlCache CaUrlCache;

CaUrlCache *ca_url_cache_new (void);
void ca_url_cache_free (CaUrlCache *cache);

/* The engine's own cRLDistributionPoints with @urls; (transfer full). MALFORMED */
ICertExtension *ca_url_cache_get_crl_points (CaUrlCache *cache,
                                             const char *const *urls,
                                             GError **error);
/* the same for authorityInfoAccess; either is nullable */
ICertExtension *ca_url_cache_get_access (CaUrlCache *cache,
                                         const char *const *ca_issuers,
                                         const char *const *ocsp,
                                         GError **error);
