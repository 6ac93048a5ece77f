#!/bin/sh
# Signs the bodies of webhook-signatures.json with openssl, a tool that shares no code with this project, and prints the file anew:
#   sh make-webhook-signatures.sh > new.json && mv new.json webhook-signatures.json
# Needs openssl and jq.
set -eu
cd "$(dirname "$0")"
jq -c '.vectors[]' webhook-signatures.json | while IFS= read -r vector; do
  key=$(printf %s "$vector" | jq -j .key)
  signature=$(printf %s "$vector" | jq -j .body | openssl dgst -sha256 -hmac "$key" -r | cut -d ' ' -f 1)
  printf %s "$vector" | jq -c --arg signature "$signature" '.signature = $signature'
done | jq -s '{about: "HMAC-SHA256 of `body` with `key`, in lower-case hex, made by make-webhook-signatures.sh with openssl dgst.", vectors: .}'
