# The delegate that answers for the CA. Nobody asks for its status (nocheck), so it lives shortly.
[Profile]
Name=OCSPSigning
Description=OCSP responders of this CA
Version=1
Enroll=administrator
Approval=required
Validity=14d

[Subject]
CommonName=approved

[Key]
Types=ec-p256;ec-p384;rsa-2048;rsa-3072;rsa-4096

[Extensions]
KeyUsage=digitalSignature
ExtendedKeyUsage=OCSPSigning
# id-pkix-ocsp-nocheck: NULL
1.3.6.1.5.5.7.48.1.5=hex:0500
