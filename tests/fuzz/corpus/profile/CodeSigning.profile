# Publishers of software.
[Profile]
Name=CodeSigning
Description=Signers of software
Version=1
Enroll=submitter
Approval=required
Validity=1y

[Subject]
CommonName=approved
Organization=approved
Country=approved

[Key]
Types=ec-p256;ec-p384;rsa-3072;rsa-4096;ed25519

[Extensions]
KeyUsage=digitalSignature
ExtendedKeyUsage=codeSigning
