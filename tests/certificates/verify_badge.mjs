// Verifies credentials with programs that nobody here wrote: the proof with Digital Bazaar's vc library, JSON-LD in safe mode
// with jsonld, the JWT with jose, and the status list with zlib. Reads one JSON from standard input:
//   { contexts: {url: document}, documents: {url: document}, credentials: {name: text} }
// and writes {name: {verified, error, revoked}} to standard output. Nothing is fetched.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import jsonld from 'jsonld'
import * as jose from 'jose'
import { verifyCredential } from '@digitalbazaar/vc'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'

const given = JSON.parse(readFileSync(0, 'utf8'))
const MULTIKEY = 'https://w3id.org/security/multikey/v1'

const documentLoader = async (url) => {
  const found = given.contexts[url] ?? given.documents[url]
  if (found) return { contextUrl: null, documentUrl: url, document: found }
  const [base, fragment] = url.split('#')
  const key = fragment && given.documents[base]?.verificationMethod?.find((method) => method.id === url)
  if (!key) throw new Error(`not handed in: ${url}`)
  return { contextUrl: null, documentUrl: url, document: { '@context': MULTIKEY, ...key } }
}

const isRevoked = async (credential) => {
  const entry = credential.credentialStatus
  if (!entry) return false
  const list = given.documents[entry.statusListCredential]
  await ensureProof(list)
  if (list.credentialSubject.statusPurpose !== entry.statusPurpose) throw new Error('another purpose')
  const bits = gunzipSync(Buffer.from(list.credentialSubject.encodedList.slice(1), 'base64url'))
  if (bits.length < 16384) throw new Error('a list too short to hide anybody in')
  const place = Number(entry.statusListIndex)
  return (bits[place >> 3] & (128 >> (place & 7))) !== 0
}

const ensureProof = async (credential) => {
  const { proof, ...body } = credential
  await jsonld.expand(body, { documentLoader, safe: true })
  const answer = await verifyCredential({
    credential,
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader,
    checkStatus: async () => ({ verified: true }),
    now: new Date(given.now),
  })
  if (!answer.verified) throw new Error(answer.error?.errors?.[0]?.message ?? String(answer.error))
}

const ensureJwt = async (text) => {
  const { kid } = jose.decodeProtectedHeader(text)
  const { document } = await documentLoader(kid)
  const key = await jose.importJWK(document.publicKeyJwk, 'EdDSA')
  const { payload } = await jose.compactVerify(text, key, { algorithms: ['EdDSA'] })
  const credential = JSON.parse(new TextDecoder().decode(payload))
  await jsonld.expand(credential, { documentLoader, safe: true })
  return credential
}

const answers = {}
for (const [name, text] of Object.entries(given.credentials)) {
  try {
    const isJson = text.startsWith('{')
    const credential = isJson ? JSON.parse(text) : await ensureJwt(text)
    if (isJson) await ensureProof(credential)
    answers[name] = { verified: true, error: '', revoked: await isRevoked(credential) }
  } catch (error) {
    answers[name] = { verified: false, error: String(error.message ?? error), revoked: null }
  }
}
process.stdout.write(JSON.stringify(answers))
