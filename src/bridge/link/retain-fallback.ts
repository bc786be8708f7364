/** What a connection asks of another broker beyond passing messages on. */
export interface ConnectionForm {
  /** Whether the broker is asked to keep messages, the will included. */
  readonly retain: boolean;
  /** Whether it is asked to publish a last will. */
  readonly will: boolean;
  /** 0 where the broker said that it takes nothing higher (MQTT 5); left out: 1. */
  readonly willQos?: 0;
}

/** Everything is asked for. */
export const fullForm: ConnectionForm = { retain: true, will: true };

/**
 * How a connection failed: `no-retain`: the broker said that it keeps nothing; `no-qos`: that it takes
 * QoS 0 only; `ended`: it refused
 * the CONNECT or cut the connection without a word, as brokers do in MQTT 3.1.1 that take no retained
 * message or will; `other`: for a reason that has nothing to do with it.
 */
export type ConnectionFailure = 'no-retain' | 'no-qos' | 'ended' | 'other';

/** So many failures in a row are no accident. */
const failuresBeforeFallback = 3;
/** The same, where the broker once took everything: it may as well be coming and going. */
const failuresAfterSuccess = 12;
/** A conclusion from failures is tested again after so long (ms): it may be wrong. */
const conclusionLastsMs = 24 * 60 * 60 * 1000;

/**
 * Finds out what another broker takes: retained messages and a will, a will alone, or neither.
 * A less demanding form is tried only after repeated failures, and kept only if it works.
 */
export class RetainFallback {
  readonly #forms: readonly ConnectionForm[];
  /** The form of the present try, by its index. */
  #present = 0;
  /** The form that has worked, by its index. */
  #adopted: number | undefined;
  #adoptedAtMs = 0;
  #isCertain = false;
  #failures = 0;
  #isQosZeroOnly = false;

  /** @param retain whether the configuration lets messages be retained */
  constructor(retain: boolean) {
    this.#forms = [
      ...(retain ? [fullForm] : []),
      { retain: false, will: true },
      { retain: false, will: false },
    ];
  }

  /** The form for the next try. */
  next(nowMs: number): ConnectionForm {
    const isAdoptedFallback = this.#adopted !== undefined && this.#adopted > 0;
    if (isAdoptedFallback && !this.#isCertain && nowMs - this.#adoptedAtMs > conclusionLastsMs) {
      this.#adoptedAtMs = nowMs;
      // One failure is then enough to return to what is known to work.
      this.#present = 0;
    }
    return this.#form;
  }

  /** The connection with the present form holds. Returns whether that is a new conclusion. */
  worked(nowMs: number): boolean {
    this.#failures = 0;
    const isNew = this.#adopted !== this.#present;
    this.#adopted = this.#present;
    if (isNew) this.#adoptedAtMs = nowMs;
    return isNew;
  }

  /** The connection with the present form failed before it could be said to hold. */
  failed(how: ConnectionFailure): void {
    if (how === 'no-qos') {
      this.#isQosZeroOnly = true;
      return;
    }
    if (how === 'no-retain' && this.#form.retain) {
      this.#isCertain = true;
      this.#failures = 0;
      this.#present += 1;
      return;
    }
    if (how !== 'ended') {
      this.#failures = 0;
      this.#present = this.#adopted ?? this.#first;
      return;
    }
    this.#failures += 1;
    const isTrial = this.#present !== (this.#adopted ?? this.#first);
    const enough = isTrial
      ? 1
      : this.#adopted === undefined
        ? failuresBeforeFallback
        : failuresAfterSuccess;
    if (this.#failures < enough) return;
    this.#failures = 0;
    this.#present = this.#afterFailure(isTrial);
  }

  #afterFailure(isTrial: boolean): number {
    const isRetest = isTrial && this.#present < (this.#adopted ?? this.#first);
    if (isRetest) return this.#adopted ?? this.#first;
    const next = this.#present + 1;
    if (next < this.#forms.length) return next;
    // Nothing that could be left out helps: the reason is another one.
    this.#adopted = undefined;
    return this.#first;
  }

  /** Where to begin: what is certain is not tried again. */
  get #first(): number {
    return this.#isCertain && this.#forms[0]?.retain ? 1 : 0;
  }

  get #form(): ConnectionForm {
    const form = this.#forms[this.#present] ?? fullForm;
    return this.#isQosZeroOnly ? { ...form, willQos: 0 } : form;
  }
}
