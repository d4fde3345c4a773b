# Certification authorities under this one. Only a CA whose configuration lists the profile in
# CAProfiles issues by it; the engine sets basicConstraints. Five years, but no longer than
# MaxValidityPeriod of [CA] in ca.conf and the CA's own certificate.
[Profile]
Name=SubCA
Description=Subordinate certification authorities
Version=1
Enroll=administrator
Approval=required
Validity=5y

[Subject]
CommonName=approved
OrgUnit=approved
Organization=approved
Country=approved

[Key]
Types=ec-p256;ec-p384;ec-p521;rsa-2048;rsa-3072;rsa-4096;ed25519

[Extensions]
KeyUsage=keyCertSign;cRLSign
