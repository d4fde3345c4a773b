# People. Everything but the key comes from the caller's account, so nobody has to approve.
[Profile]
Name=User
Description=People: client authentication and e-mail
Version=1
Enroll=submitter
Approval=none
Validity=1y

[Subject]
CommonName=directory:name
# the principal id, without which a name could be somebody else's tomorrow
0.9.2342.19200300.100.1.1=directory:uid

[SubjectAltName]
rfc822Name=directory:mail
# tools put these into every request: listed, so that it is not refused, and left out
dNSName=ignore
iPAddress=ignore

[Key]
Types=ec-p256;ec-p384;rsa-2048;rsa-3072;rsa-4096;ed25519

[Extensions]
KeyUsage=auto
ExtendedKeyUsage=clientAuth;emailProtection
