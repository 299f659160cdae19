// @ts-check
// A certificate of our own for a TLS server on loopback, written out as RFC 5280 has it: no tool makes one everywhere.
import { generateKeyPairSync, sign } from "node:crypto";

/** @param {number} tag @param {Buffer[]} parts */
function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (/** @type {Buffer[]} */ ...parts) => der(0x30, ...parts);
const oid = (/** @type {number[]} */ ...bytes) => der(0x06, Buffer.from(bytes));
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const time = (/** @type {string} */ text) => der(0x17, Buffer.from(text));

/** A key and a certificate for `localhost` that it signs itself. */
export function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from("localhost")))));
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const validity = sequence(time("200101000000Z"), time("491231235959Z"));
  const key = publicKey.export({ type: "spki", format: "der" });
  const certificate = sequence(version, der(0x02, Buffer.from([1])), ECDSA_SHA256, name, validity, name, key);
  const signature = der(0x03, Buffer.from([0]), sign("sha256", certificate, privateKey));
  const whole = sequence(certificate, ECDSA_SHA256, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
