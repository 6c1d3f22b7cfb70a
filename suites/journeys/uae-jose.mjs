// The UAE journey with a JOSE library that is not ours: npm's jose signs as the published client, and verifies and decrypts
// what the hub sends.
//
//   understudy serve &
//   npm install jose@6.2.17 && node suites/journeys/uae-jose.mjs http://127.0.0.1:7800
import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import * as jose from 'jose'

const root = process.argv[2] ?? 'http://127.0.0.1:7800'
const world = `jose-${process.pid}`
const admin = `${root}/__admin/worlds/${world}`
const hub = `${root}/w/${world}/uae`
const step = (what, got) => console.log(what.padEnd(34), got)

async function call(url, options = {}) {
  const answer = await fetch(url, { redirect: 'manual', ...options })
  const text = await answer.text()
  return { status: answer.status, header: answer.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
}
const control = (method, path, body) =>
  call(admin + path, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) })
const form = (url, members) => call(url, { method: 'POST', body: new URLSearchParams(members) })

// --- a receiver of events ---
const heard = []
const receiver = createServer((request, answer) => {
  let body = ''
  request.on('data', (part) => (body += part)).on('end', () => {
    heard.push({ type: request.headers['content-type'], body })
    answer.writeHead(202).end()
  })
})
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve))
const hook = `http://127.0.0.1:${receiver.address().port}/hook`
async function event() {
  await control('POST', '/drain')
  assert.ok(heard.length > 0, 'no event came')
  return heard.shift()
}

try {
  const insurers = (await call(`${root}/__admin/insurers`)).json.insurers
  const { client_id: client, redirect_uri: redirect, private_jwk: jwk, encryption_private_jwk: decryption } =
    insurers.find((insurer) => insurer.slug === 'uae').credentials
  const key = await jose.importJWK(jwk, 'PS256')
  const discovery = (await call(`${hub}/auth1/.well-known/openid-configuration`)).json
  const keys = jose.createRemoteJWKSet(new URL(discovery.jwks_uri))
  const issuer = discovery.issuer

  const sign = (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: jwk.kid }).setNotBefore('-10s').setExpirationTime('4m').sign(key)
  const proof = async () => ({
    client_id: client,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await sign({ iss: client, sub: client, aud: issuer, jti: randomUUID(), iat: Math.floor(Date.now() / 1000) }),
  })
  const verified = (jwt) => jose.jwtVerify(jwt, keys, { issuer, audience: client, algorithms: ['PS256'] })

  const consent = randomUUID()
  const verifier = randomBytes(48).toString('base64url')
  const request = await sign({
    iss: client, aud: issuer, client_id: client, response_type: 'code', redirect_uri: redirect, scope: 'openid insurance', state: 's', nonce: 'n-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    authorization_details: [{
      type: 'urn:openfinanceuae:insurance-consent:v1.2',
      consent: {
        ConsentId: consent, ExpirationDateTime: new Date(Date.now() + 30 * 864e5).toISOString(),
        Permissions: ['ReadMotorInsurancePolicies', 'ReadMotorInsuranceCustomerBasic'], OpenFinanceBilling: { Purpose: 'QuoteComparison' },
      },
      subscription: { Webhook: { Url: hook, IsActive: true } },
    }],
  })
  const pushed = await form(discovery.pushed_authorization_request_endpoint, { ...(await proof()), request })
  assert.equal(pushed.status, 201, pushed.text)
  const page = await call(`${discovery.authorization_endpoint}?client_id=${client}&request_uri=${encodeURIComponent(pushed.json.request_uri)}`, { headers: { Accept: 'application/json' } })
  const persona = page.json.personas[0]
  const decided = await form(`${hub}/auth1/interactions/${page.json.interactionId}`, { persona: persona.id, policies: persona.policies[0].id, decision: 'confirm' })
  assert.equal(decided.status, 303, decided.text)
  const callback = new URL(decided.header.get('location')).searchParams
  assert.equal(callback.get('iss'), issuer)
  step('consent given', persona.name)

  const token = await form(discovery.token_endpoint, { ...(await proof()), grant_type: 'authorization_code', code: callback.get('code'), redirect_uri: redirect, code_verifier: verifier })
  assert.equal(token.status, 200, token.text)
  const id = await verified(token.json.id_token)
  assert.equal(id.payload.nonce, 'n-1')
  step('id_token verified', id.protectedHeader.kid)

  const authorized = await event()
  assert.equal(authorized.type, 'application/jwt')
  const told = await verified(authorized.body)
  assert.equal(told.payload.message.Data.Status, 'Authorized')
  step('event verified', `${told.payload.message.Meta.EventType} ${told.payload.message.Data.Status}`)

  for (const forge of ['wrong-key', 'unknown-kid', 'altered', 'expired', 'other-audience', 'other-issuer', 'unsigned', 'other-algorithm']) {
    await control('PUT', '/scenario', {
      name: `forged-${forge}`, insurer: 'uae', teaches: 'verify', trigger: 'any event', rules: [{ on: { operation: 'receiveEvent', nth: [1] }, webhook: { forge } }],
    })
    await control('POST', '/uae/events', { event: 'policy.updated' })
    const forged = await event()
    await assert.rejects(verified(forged.body), (error) => { step(`${forge} refused`, error.code); return true })
  }
  await call(`${admin}/scenario?insurer=uae`, { method: 'DELETE' })

  await control('PUT', '/settings', { 'uae.events': 'jwe' })
  await control('POST', '/uae/events', { event: 'consent.revoked' })
  const wrapped = await event()
  assert.equal(wrapped.type, 'application/jwe')
  const { plaintext, protectedHeader } = await jose.compactDecrypt(wrapped.body, await jose.importJWK(decryption, 'RSA-OAEP-256'))
  assert.deepEqual([protectedHeader.alg, protectedHeader.enc, protectedHeader.cty], ['RSA-OAEP-256', 'A256GCM', 'JWT'])
  const revoked = await verified(new TextDecoder().decode(plaintext))
  assert.equal(revoked.payload.message.Data.Status, 'Revoked')
  step('event decrypted and verified', `${revoked.payload.message.Meta.EventType} ${revoked.payload.message.Data.Status}`)
} finally {
  await call(admin, { method: 'DELETE' })
  receiver.close()
}
