/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include "ca-url-cache.h"

#define OTHERS 40

static char **
make_urls (guint index)
{
  char **urls = g_new0 (char *, 2);

  urls[0] = g_strdup_printf ("http://ca.example.org/crl/ca_Partition%05u.crl", index);
  return urls;
}

static void
assert_points (CaUrlCache *cache, guint index)
{
  g_auto (GStrv) urls = make_urls (index);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertExtension) extension
      = ca_url_cache_get_crl_points (cache, (const char *const *) urls, &error);
  g_autoptr (GBytes) value = NULL;
  g_auto (GStrv) read = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (icert_extension_get_origin (extension), ==, ICERT_EXTENSION_ORIGIN_SERVER);
  value = icert_extension_get_value (extension);
  read = icert_extension_parse_crl_distribution_points (value, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (read, urls);
}

static void
test_makes_once (void)
{
  const char *const one[] = { "http://one.example.org/a", NULL };
  const char *const same[] = { "http://one.example.org/a", NULL };
  const char *const other[] = { "http://other.example.org/a", NULL };
  CaUrlCache *cache = ca_url_cache_new ();
  g_autoptr (ICertExtension) first = ca_url_cache_get_access (cache, one, NULL, NULL);
  g_autoptr (ICertExtension) again = ca_url_cache_get_access (cache, same, NULL, NULL);
  g_autoptr (ICertExtension) changed = ca_url_cache_get_access (cache, other, NULL, NULL);
  g_autoptr (ICertExtension) swapped = ca_url_cache_get_access (cache, NULL, one, NULL);
  g_autoptr (ICertExtension) points = ca_url_cache_get_crl_points (cache, one, NULL);

  g_test_summary ("The same URLs give the same extension, others or elsewhere another one");
  g_assert_true (first == again);
  g_assert_true (first != changed && first != swapped && first != points);
  ca_url_cache_free (cache);
}

static void
test_many (void)
{
  CaUrlCache *cache = ca_url_cache_new ();

  g_test_summary ("More URLs than are kept are still told apart");
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < OTHERS; i++)
      assert_points (cache, i);
  ca_url_cache_free (cache);
}

static void
test_refuses (void)
{
  const char *const bad[] = { "no url", NULL };
  CaUrlCache *cache = ca_url_cache_new ();

  g_test_summary ("What is no URL is refused each time");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ca_url_cache_get_crl_points (cache, bad, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
    }
  ca_url_cache_free (cache);
}

static gpointer
ask_worker (gpointer cache)
{
  for (guint i = 0; i < 10 * OTHERS; i++)
    assert_points (cache, i % OTHERS);
  return NULL;
}

static void
test_threads (void)
{
  CaUrlCache *cache = ca_url_cache_new ();
  GThread *threads[4];

  g_test_summary ("Threads that want different extensions each get theirs");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_worker, cache);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  ca_url_cache_free (cache);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/url-cache/makes-once", test_makes_once);
  g_test_add_func ("/url-cache/many", test_many);
  g_test_add_func ("/url-cache/refuses", test_refuses);
  g_test_add_func ("/url-cache/threads", test_threads);
  return g_test_run ();
}
