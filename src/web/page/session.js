import { placeOf } from './place.js';

/** Who uses the page, and what they asked the appliance for. */

/** @typedef {{ name: string, password: string }} Credentials */

/**
 * @typedef {{
 *   userName?: string,
 *   mayLook: boolean,
 *   maySeeNames: boolean,
 *   mayTest: boolean,
 *   hasUsers: boolean,
 * }} Visitor
 */

/** The appliance refused; `message` is in its own words. */
export class Refusal extends Error {
  /** @override */
  name = 'Refusal';
}

/** Requests carry the credentials after signing in; the password is kept only while the tab is open. */
export class Session {
  /** @type {Credentials | undefined} */
  #credentials;

  get credentials() {
    return this.#credentials;
  }

  /**
   * Signs in. Throws Refusal when name and password are wrong.
   * @param {Credentials} credentials
   */
  async signIn(credentials) {
    await request('/api/visitor', credentials);
    this.#credentials = credentials;
  }

  signOut() {
    this.#credentials = undefined;
  }

  /** @param {string} path @returns {Promise<any>} */
  async get(path) {
    return (await request(path, this.#credentials)).json();
  }

  /** @param {string} path @param {object} content */
  async post(path, content) {
    await request(path, this.#credentials, content);
  }
}

/**
 * @param {string} path
 * @param {Credentials | undefined} credentials
 * @param {object} [content]
 */
async function request(path, credentials, content) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (credentials) headers['authorization'] = basic(credentials);
  if (content) headers['content-type'] = 'application/json';
  const response = await fetch(placeOf(path), {
    headers,
    ...(content && { method: 'POST', body: JSON.stringify(content) }),
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Refusal(answer.error ?? `${response.status}`);
}

/** RFC 7617, in UTF-8. @param {Credentials} credentials */
function basic({ name, password }) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
