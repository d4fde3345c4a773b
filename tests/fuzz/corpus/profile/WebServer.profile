# TLS servers. Names come from the request; an officer, or a grant that covers all of them, approves.
[Profile]
Name=WebServer
Description=TLS servers
Version=1
Enroll=submitter
Approval=required
Validity=90d

[Subject]
CommonName=approved

[SubjectAltName]
dNSName=approved
iPAddress=approved

[Key]
Types=ec-p256;ec-p384;rsa-2048;rsa-3072;rsa-4096;ed25519

[Extensions]
KeyUsage=auto
ExtendedKeyUsage=serverAuth
FromRequest=
