#!/usr/bin/env bash
# From a fresh client to a verified event at UAE Open Finance, with curl and openssl alone.
#
#   understudy serve &
#   suites/journeys/uae.sh [http://127.0.0.1:7800] [world]
#
# Each step prints what it got; the first that goes wrong ends the journey with its answer.
set -euo pipefail

root=${1:-${UNDERSTUDY_URL:-http://127.0.0.1:7800}}
world=${2:-journey-$$}
admin=$root/__admin/worlds/$world
hub=$root/w/$world/uae
work=$(mktemp -d)
trap 'rm -rf "$work"; curl -s -o /dev/null -X DELETE "$admin" || true' EXIT

# --- what a JSON and JOSE library would do ---------------------------------------------------------------------------

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
step() { printf '%-34s %s\n' "$1" "$2"; }
member() { grep -o "\"$1\":\"[^\"]*\"" <<<"$2" | head -n 1 | cut -d '"' -f 4; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
unbase64url() {
	local text
	text=$(tr -- '-_' '+/')
	while [ $((${#text} % 4)) -ne 0 ]; do text=$text=; done
	printf '%s' "$text" | openssl base64 -d -A
}
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { printf "$(sed 's/../\\x&/g')"; }
uuid() { openssl rand -hex 16 | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\)$/\1-\2-4\3-8\4-\5/'; }

# sign PAYLOAD: a JWS of it, by PS256 and the client's key.
sign() {
	local head body
	head=$(printf '{"alg":"PS256","typ":"JWT","kid":"%s"}' "$kid" | base64url)
	body=$(printf '%s' "$1" | base64url)
	printf '%s.%s.' "$head" "$body" | sed 's/\.$//' >"$work/input"
	printf '%s.%s.%s' "$head" "$body" "$(openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sign "$work/key.pem" "$work/input" | base64url)"
}

# assertion: who the client is, for one call (private_key_jwt).
assertion() {
	local now
	now=$(date +%s)
	sign "{\"iss\":\"$client\",\"sub\":\"$client\",\"aud\":\"$issuer\",\"jti\":\"$(uuid)\",\"iat\":$now,\"nbf\":$((now - 10)),\"exp\":$((now + 240))}"
}

# verify JWS: its payload, if a key of the hub's JWKS signed it.
verify() {
	local head body kid key
	IFS=. read -r head body signature <<<"$1"
	kid=$(member kid "$(unbase64url <<<"$head")")
	key=$(curl -s "$jwks_uri" | grep -o '{[^{}]*}' | grep "\"kid\":\"$kid\"" | head -n 1)
	[ -n "$key" ] || fail "no key $kid in $jwks_uri"
	cat >"$work/asn1" <<-END
		asn1=SEQUENCE:key
		[key]
		algorithm=SEQUENCE:rsa
		public=BITWRAP,SEQUENCE:numbers
		[rsa]
		algorithm=OID:rsaEncryption
		parameter=NULL
		[numbers]
		n=INTEGER:0x$(member n "$key" | unbase64url | hex)
		e=INTEGER:0x$(member e "$key" | unbase64url | hex)
	END
	openssl asn1parse -genconf "$work/asn1" -noout -out "$work/hub.der"
	openssl pkey -pubin -inform DER -in "$work/hub.der" -out "$work/hub.pem" 2>/dev/null
	printf '%s.%s' "$head" "$body" >"$work/signed"
	printf '%s' "$signature" | unbase64url >"$work/signature"
	openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:auto -verify "$work/hub.pem" -signature "$work/signature" "$work/signed" >/dev/null ||
		fail "the signature does not verify: $1"
	unbase64url <<<"$body"
}

# listen: takes the next event in the receiver's place, which has no address here. It runs beside what causes the event.
listen() {
	curl -s -H 'Content-Type: application/json' "$admin/uae/listen" -d '{"wait":"20s"}' >"$work/heard" &
	listener=$!
	sleep 0.2 # until it is heard of
}

# acknowledge STATUS: the event must tell of it, be signed by the hub and be meant for us.
acknowledge() {
	local jws event
	wait "$listener"
	jws=$(member body "$(cat "$work/heard")" | openssl base64 -d -A)
	[ -n "$jws" ] || fail "no event came: $(cat "$work/heard")"
	event=$(verify "$jws")
	[[ $event == *"\"Status\":\"$1\""* && $event == *"\"ConsentId\":\"$consent\""* && $event == *"$client"* ]] || fail "event: $event"
	curl -s -o /dev/null -H 'Content-Type: application/json' "$admin/uae/parcels/$(member id "$(cat "$work/heard")")/receipt" -d '{"status":202}'
	step "event verified and acknowledged" "$(member EventType "$event") to $1"
}

# --- the journey -----------------------------------------------------------------------------------------------------

curl -s -o /dev/null -X POST "$admin/reset" || fail "no sandbox answers at $root; start one with: understudy serve"

discovery=$(curl -s "$hub/auth1/.well-known/openid-configuration")
issuer=$(member issuer "$discovery")
jwks_uri=$(member jwks_uri "$discovery")
par=$(member pushed_authorization_request_endpoint "$discovery")
authorize=$(member authorization_endpoint "$discovery")
token=$(member token_endpoint "$discovery")
[ -n "$par" ] || fail "discovery: $discovery"
step discovery "$issuer"

client=$(uuid)
kid=$(uuid)
redirect=http://127.0.0.1:9/callback
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/key.pem" 2>/dev/null
n=$(openssl rsa -in "$work/key.pem" -noout -modulus | cut -d = -f 2 | tr -d '\n' | unhex | base64url)
answer=$(curl -s -H 'Content-Type: application/json' "$admin/uae/clients" -d "{
	\"client_id\": \"$client\", \"redirect_uris\": [\"$redirect\"],
	\"jwks\": {\"keys\": [{\"kty\": \"RSA\", \"use\": \"sig\", \"alg\": \"PS256\", \"kid\": \"$kid\", \"e\": \"AQAB\", \"n\": \"$n\"}]}}")
[ "$(member client_id "$answer")" = "$client" ] || fail "register the client: $answer"
step "client registered" "$client"

consent=$(uuid)
verifier=$(openssl rand 48 | base64url)
challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | base64url)
state=$(uuid)
now=$(date +%s)
expires=$(date -u -d "+30 days" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+30d +%Y-%m-%dT%H:%M:%SZ)
request=$(sign "{
	\"iss\":\"$client\",\"aud\":\"$issuer\",\"exp\":$((now + 290)),\"nbf\":$((now - 10)),
	\"client_id\":\"$client\",\"response_type\":\"code\",\"redirect_uri\":\"$redirect\",\"scope\":\"openid insurance\",
	\"state\":\"$state\",\"nonce\":\"$(uuid)\",\"code_challenge\":\"$challenge\",\"code_challenge_method\":\"S256\",
	\"authorization_details\":[{
		\"type\":\"urn:openfinanceuae:insurance-consent:v1.2\",
		\"consent\":{
			\"ConsentId\":\"$consent\",\"ExpirationDateTime\":\"$expires\",
			\"Permissions\":[\"ReadMotorInsurancePolicies\",\"ReadMotorInsuranceCustomerBasic\",\"ReadInsuranceCustomerPaymentDetails\"],
			\"OpenFinanceBilling\":{\"Purpose\":\"QuoteComparison\"}},
		\"subscription\":{\"Webhook\":{\"Url\":\"https://tpp.example/hook\",\"IsActive\":true}}}]}")
assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
answer=$(curl -s "$par" -d "client_id=$client" -d "request=$request" -d "client_assertion_type=$assertion_type" -d "client_assertion=$(assertion)")
request_uri=$(member request_uri "$answer")
[ -n "$request_uri" ] || fail "PAR: $answer"
step "pushed authorization request" "$request_uri"

answer=$(curl -s -G -H 'Accept: application/json' "$authorize" --data-urlencode "client_id=$client" --data-urlencode "request_uri=$request_uri")
interaction=$(member interactionId "$answer")
[ -n "$interaction" ] || fail "authorization: $answer"
policy=176794ea-ee8c-4621-b824-b8cfa95db0ff
step "consent page" "$interaction"
listen
location=$(curl -s -o /dev/null -w '%{redirect_url}' "$hub/auth1/interactions/$interaction" -d persona=hamad-ali -d "policies=$policy" -d decision=confirm)
code=$(grep -o '[?&]code=[^&]*' <<<"$location" | cut -d = -f 2)
[[ -n $code && $location == *"state=$state"* && $location == *"iss="* ]] || fail "callback: $location"
step "confirmed by Hamad Ali" "code $code"
acknowledge Authorized

answer=$(curl -s "$token" -d grant_type=authorization_code -d "client_id=$client" -d "code=$code" -d "redirect_uri=$redirect" -d "code_verifier=$verifier" \
	-d "client_assertion_type=$assertion_type" -d "client_assertion=$(assertion)")
access=$(member access_token "$answer")
refresh=$(member refresh_token "$answer")
[ -n "$access" ] || fail "token: $answer"
claims=$(verify "$(member id_token "$answer")")
[[ $claims == *"\"iss\":\"$issuer\""* ]] || fail "id_token: $claims"
step "token, and an id_token verified" "$access"
answer=$(curl -s "$token" -d grant_type=refresh_token -d "client_id=$client" -d "refresh_token=$refresh" -d "client_assertion_type=$assertion_type" -d "client_assertion=$(assertion)")
access=$(member access_token "$answer")
[ -n "$access" ] || fail "refresh: $answer"
step "token refreshed" "$access"

api=$hub/rs1/open-finance/insurance/v1.2
answer=$(curl -s -H "Authorization: Bearer $access" "$api/motor-insurance-policies")
[[ $answer == *"\"FullName\":\"Hamad Ali\""* ]] || fail "policies: $answer"
step policies "$(member FullName "$answer"), $(grep -o InsurancePolicyId <<<"$answer" | wc -l | tr -d ' ') policy"
answer=$(curl -s -H "Authorization: Bearer $access" "$api/motor-insurance-policies/$policy/customer-payment-details")
[[ $answer == *"\"SchemeName\":\"IBAN\""* ]] || fail "payment details: $answer"
step "payment details" "$(member Identification "$answer")"

answer=$(curl -s "$token" -d grant_type=client_credentials -d "client_id=$client" --data-urlencode "scope=openid insurance" -d "client_assertion_type=$assertion_type" -d "client_assertion=$(assertion)")
own=$(member access_token "$answer")
[ -n "$own" ] || fail "client credentials: $answer"
listen
status=$(curl -s -o /dev/null -w '%{http_code}' -X PATCH -H "Authorization: Bearer $own" -H 'Content-Type: application/json' "$api/insurance-consents/$consent" \
	-d '{"Data":{"Status":"Revoked","RevokedBy":"TPP.InitiatedByUser"}}')
[ "$status" = 204 ] || fail "revoke: $status"
step "consent revoked" "$status"
acknowledge Revoked
status=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $access" "$api/motor-insurance-policies")
[ "$status" = 403 ] || fail "policies after the consent was revoked: $status"
step "policies after that" "$status"
