/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-general-name.h"

GENERAL_NAME *
fake_general_name_text (int type, const char *text)
{
  GENERAL_NAME *name = GENERAL_NAME_new ();
  ASN1_IA5STRING *string = ASN1_IA5STRING_new ();

  ASN1_STRING_set (string, text, -1);
  GENERAL_NAME_set0_value (name, type, string);
  return name;
}

GENERAL_NAME *
fake_general_name_address (const char *octets, int size)
{
  GENERAL_NAME *name = GENERAL_NAME_new ();
  ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new ();

  ASN1_OCTET_STRING_set (string, (const unsigned char *) octets, size);
  GENERAL_NAME_set0_value (name, GEN_IPADD, string);
  return name;
}

GENERAL_NAME *
fake_general_name_other (const char *oid, const char *text)
{
  GENERAL_NAME *name = GENERAL_NAME_new ();
  ASN1_UTF8STRING *string = ASN1_UTF8STRING_new ();
  ASN1_TYPE *type = ASN1_TYPE_new ();

  ASN1_STRING_set (string, text, -1);
  ASN1_TYPE_set (type, V_ASN1_UTF8STRING, string);
  GENERAL_NAME_set0_othername (name, OBJ_txt2obj (oid, 1), type);
  return name;
}

GENERAL_NAME *
fake_general_name_directory (X509_NAME *value)
{
  GENERAL_NAME *name = GENERAL_NAME_new ();

  GENERAL_NAME_set0_value (name, GEN_DIRNAME, value);
  return name;
}

GENERAL_NAME *
fake_general_name_registered_id (const char *oid)
{
  GENERAL_NAME *name = GENERAL_NAME_new ();

  GENERAL_NAME_set0_value (name, GEN_RID, OBJ_txt2obj (oid, 1));
  return name;
}
