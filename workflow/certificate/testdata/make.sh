#!/bin/sh
# Makes the files of this directory anew, with OpenSSL 3 and OpenSSH. The private
# keys are thrown-away ones that open nothing.
set -eu
cd "$(dirname "$0")"
find . -maxdepth 1 -type f ! -name make.sh -delete
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/ca.cnf" <<CNF
[ca]
default_ca = here
[here]
new_certs_dir = $tmp
database = $tmp/index
rand_serial = yes
unique_subject = no
default_md = default
policy = any
[any]
commonName = optional
organizationName = optional
countryName = optional
domainComponent = optional
emailAddress = optional
[leaf]
basicConstraints = critical,CA:false
[authority]
basicConstraints = critical,CA:true
[req]
distinguished_name = none
[none]
CNF
: >"$tmp/index"

key() { # name algorithm [option...]
	name=$1 alg=$2
	shift 2
	openssl genpkey -algorithm "$alg" "$@" -out "$tmp/$name.key" 2>/dev/null
}
# sign name subject start end extensions [option of openssl ca...]
sign() {
	name=$1 subject=$2 start=$3 end=$4 ext=$5
	shift 5
	openssl req -new -config "$tmp/ca.cnf" -utf8 -key "$tmp/$name.key" -subj "$subject" -out "$tmp/$name.csr"
	openssl ca -batch -preserveDN -notext -config "$tmp/ca.cnf" -extensions "$ext" -startdate "$start" -enddate "$end" \
		-in "$tmp/$name.csr" -out "$tmp/$name.pem" "$@" 2>/dev/null
}
self() { # name subject start end
	sign "$@" leaf -selfsign -keyfile "$tmp/$1.key"
}
from=20260101000000Z until=20270101000000Z

# Certificates of one key each.
key rsa RSA -pkeyopt rsa_keygen_bits:2048
self rsa "/DC=example/DC=corp/O=Corp, Inc./CN=vb365-backup" $from $until
key another RSA -pkeyopt rsa_keygen_bits:2048 # for a renewal
self another /CN=another $from $until
cp "$tmp/another.pem" another.pem
key weak RSA -pkeyopt rsa_keygen_bits:1024
self weak /CN=weak $from $until
for curve in prime192v1 P-224 P-256 P-384 P-521 secp256k1 brainpoolP256r1; do
	key "ec-$curve" EC -pkeyopt "ec_paramgen_curve:$curve"
	self "ec-$curve" "/CN=$curve" $from $until
done
key ed25519 ED25519
self ed25519 /CN=ed25519 $from $until
key rsa-pss RSA-PSS -pkeyopt rsa_keygen_bits:2048
self rsa-pss /CN=rsa-pss $from $until
cp "$tmp/rsa.key" "$tmp/expired.key"
self expired /CN=expired 20240101000000Z 20250101000000Z
cp "$tmp/rsa.key" "$tmp/early.key"
self early /CN=early 20260701000000Z $until
cp "$tmp/rsa.key" "$tmp/long.key"
self long /CN=long $from 20360101000000Z
cp "$tmp/rsa.key" "$tmp/sha1.key"
sign sha1 /CN=sha1 $from $until leaf -selfsign -keyfile "$tmp/sha1.key" -md sha1
cp "$tmp/ec-P-256.key" "$tmp/strange.key"
self strange "/CN=$(printf 'a\nb\342\200\256c,<d>') $(printf 'x%.0s' $(seq 50))/O=$(printf 'y%.0s' $(seq 60))" $from $until
for name in weak ec-prime192v1 ec-P-224 ec-P-256 ec-P-384 ec-P-521 ec-secp256k1 ec-brainpoolP256r1 ed25519 rsa-pss expired early long sha1 strange; do
	cp "$tmp/$name.pem" "cert-$name.pem"
done

# One certificate in every form.
c=$tmp/rsa.pem
cp "$c" rsa.pem
openssl x509 -in "$c" -outform DER -out rsa.cer
openssl base64 -in rsa.cer -out rsa-base64.txt
openssl base64 -A -in rsa.cer -out rsa-one-line.txt
openssl x509 -in "$c" -text -out rsa-text.pem
sed 's/$/\r/' "$c" >rsa-crlf.pem
openssl x509 -in "$c" -trustout -addtrust clientAuth -setalias backup -out rsa-trusted.pem
sed 's/BEGIN CERTIFICATE/BEGIN X509 CERTIFICATE/; s/END CERTIFICATE/END X509 CERTIFICATE/' "$c" >rsa-x509.pem
{ echo 'Hi, here it is:'; sed 's/^/> /' "$c"; echo 'Bea'; } >rsa-mail.txt
tr '\n' ' ' <"$c" >rsa-spaces.pem
{ printf '{"cert":"'; sed 's/$/\\n/' "$c" | tr -d '\n'; printf '"}'; } >rsa-json.txt
openssl base64 -A -in "$c" -out rsa-twice.txt
{ cat "$c"; printf '\r\n\032\000-- \r\nsent by a phone <b>\377</b>\r\n'; } >rsa-junk.pem
{ cat rsa.cer; printf '\r\n\032'; } >rsa-junk.cer
{ printf '\357\273\277'; cat "$c"; } >rsa-utf8-bom.pem
{ printf '\377\376'; sed 's/$/\r/' "$c" | iconv -t UTF-16LE; } >rsa-utf16le.pem
{ printf '\376\377'; iconv -t UTF-16BE <rsa-base64.txt; } >rsa-utf16be.txt
{ openssl base64 -A -in rsa.cer | fold -w 10; echo; } | { echo '-----BEGIN CERTIFICATE-----'; cat; echo '-----END CERTIFICATE-----'; } >rsa-short-lines.pem

# Another certificate, with a key of its own.
key another RSA -pkeyopt rsa_keygen_bits:2048
self another /CN=another $from $until
cp "$tmp/another.pem" another.pem

# An authority, one below it, and a leaf.
key root EC -pkeyopt ec_paramgen_curve:P-256
sign root /CN=root $from $until authority -selfsign -keyfile "$tmp/root.key"
key middle EC -pkeyopt ec_paramgen_curve:P-256
sign middle /CN=middle $from $until authority -cert "$tmp/root.pem" -keyfile "$tmp/root.key"
key leaf RSA -pkeyopt rsa_keygen_bits:2048
sign leaf /CN=leaf $from $until leaf -cert "$tmp/middle.pem" -keyfile "$tmp/middle.key"
cp "$tmp/leaf.pem" leaf.pem
cat "$tmp/root.pem" "$tmp/leaf.pem" "$tmp/middle.pem" "$tmp/leaf.pem" >leaf-chain.pem
p7() { openssl crl2pkcs7 -nocrl "$@"; }
p7 -certfile leaf-chain.pem -outform DER -out leaf.p7b
p7 -certfile leaf-chain.pem -out leaf-p7b.pem
sed 's/PKCS7/CMS/' leaf-p7b.pem >leaf-cms.pem
openssl base64 -in leaf.p7b -out leaf-p7b.txt
{ printf '\377\376'; sed 's/$/\r/' leaf-p7b.pem | iconv -t UTF-16LE; } >leaf-utf16le.p7b
cat leaf.pem rsa.pem >several.pem
p7 -certfile several.pem -outform DER -out several.p7b
echo hello | openssl cms -sign -nodetach -binary -signer "$c" -inkey "$tmp/rsa.key" -outform DER -out signed.p7m
echo hello | openssl cms -sign -stream -nodetach -binary -signer "$c" -inkey "$tmp/rsa.key" -outform DER -out indefinite.p7b
openssl crl2pkcs7 -nocrl -outform DER -out empty.p7b

# What is not a certificate.
cp "$tmp/rsa.csr" request.pem
openssl req -in request.pem -outform DER -out request.der
openssl pkey -in "$tmp/rsa.key" -pubout -out public-key.pem
openssl pkey -in "$tmp/rsa.key" -pubout -outform DER -out public-key.der
openssl rsa -in "$tmp/rsa.key" -RSAPublicKey_out -out public-key-rsa.pem 2>/dev/null
openssl ca -config "$tmp/ca.cnf" -gencrl -crl_lastupdate "$from" -crl_nextupdate "$until" -cert "$tmp/root.pem" -keyfile "$tmp/root.key" -out crl.pem 2>/dev/null
openssl crl -in crl.pem -outform DER -out crl.der
ssh-keygen -q -t ed25519 -N '' -C '' -f "$tmp/ssh"
cp "$tmp/ssh.pub" ssh.txt
ssh-keygen -e -f "$tmp/ssh.pub" >ssh-rfc4716.txt

# PFX, as of today, as of old, and with a key that is not encrypted.
pfx() {
	out=$1
	shift
	openssl pkcs12 -export -in "$c" -inkey "$tmp/rsa.key" -passout pass:x "$@" -out "$out"
}
pfx pfx-modern.pfx
pfx pfx-3des.p12 -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1
pfx pfx-open.pfx -certpbe NONE -keypbe NONE
openssl base64 -in pfx-modern.pfx -out pfx-base64.txt
{ echo '-----BEGIN CERTIFICATE-----'; cat pfx-base64.txt; echo '-----END CERTIFICATE-----'; } >pfx-certutil.pem

# Private keys: private-<what it is>.<pem, der or txt>.
both() { # name, and openssl pkey's options
	out=private-$1
	shift
	openssl "$@" -out "$out.pem" 2>/dev/null
	openssl "$@" -outform DER -out "$out.der" 2>/dev/null
	openssl base64 -in "$out.der" -out "$out-base64.txt"
}
w=$tmp/weak.key e=$tmp/ec-P-256.key
both rsa-pkcs8 pkey -in "$w"
both rsa-pkcs1 rsa -in "$w" -traditional
both ec-pkcs8 pkey -in "$e"
both ec-sec1 ec -in "$e"
both ed25519 pkey -in "$tmp/ed25519.key"
both pbes2 pkcs8 -topk8 -in "$w" -passout pass:x
both pbe-3des pkcs8 -topk8 -in "$w" -passout pass:x -v1 PBE-SHA1-3DES
openssl ecparam -name P-256 -genkey -out private-ec-parameters.pem
openssl rsa -in "$w" -traditional -aes128 -passout pass:x -out private-rsa-encrypted.pem 2>/dev/null
cp "$tmp/ssh" private-openssh.pem
grep -v -- ---- "$tmp/ssh" >private-openssh-bare.txt
cat "$c" private-rsa-pkcs8.pem >private-after-certificate.pem
{ cat private-ec-sec1.pem; cat "$c"; } >private-before-certificate.pem
{ cat "$c"; cat private-ec-pkcs8-base64.txt; } >private-bare-after-certificate.txt
{ cat "$c"; iconv -t UTF-16LE <private-ec-pkcs8.pem; } >private-utf16-after-certificate.txt
iconv -t UTF-16LE <private-rsa-pkcs8.pem >private-utf16.pem
cat rsa.cer private-ec-pkcs8.der >private-after-certificate.der
{ cat "$c"; printf 'tls.key: '; openssl base64 -A -in private-ec-pkcs8.pem; } >private-kubernetes.txt
tr '\n' ' ' <private-ec-pkcs8.pem >private-one-line.pem
openssl base64 -A -in private-ec-pkcs8.pem -out private-twice.txt

# Windows' own forms.
openssl rsa -in "$w" -outform PVK -pvk-none -out private-pvk.pvk 2>/dev/null
openssl rsa -provider legacy -provider default -in "$w" -outform PVK -pvk-strong -passout pass:x -out private-pvk-encrypted.pvk 2>/dev/null
openssl rsa -in "$w" -outform MSBLOB -out private-msblob.bin 2>/dev/null
for name in pvk.pvk pvk-encrypted.pvk msblob.bin; do
	openssl base64 -in "private-$name" -out "private-${name%.*}-base64.txt"
done
{ cat "$c"; openssl base64 -A -in private-msblob.bin; } >private-msblob-after-certificate.txt
cat rsa.cer private-pvk.pvk >private-pvk-after-certificate.der
