# Machines that are client and server to each other.
[Profile]
Name=Computer
Description=Machines: server and client authentication
Version=1
Enroll=submitter
Approval=required
Validity=1y

[Subject]
CommonName=approved

[SubjectAltName]
dNSName=approved
iPAddress=approved

[Key]
Types=ec-p256;ec-p384;rsa-2048;rsa-3072;rsa-4096;ed25519

[Extensions]
KeyUsage=auto
ExtendedKeyUsage=serverAuth;clientAuth
