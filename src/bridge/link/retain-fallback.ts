/** What a connection asks of another broker beyond forwarding messages. */
export interface ConnectionForm {
  /** Whether messages, the will included, are sent as retained. */
  readonly retain: boolean;
  /** Whether a last will is set. */
  readonly will: boolean;
  /** 0 if the broker said that it supports nothing higher (MQTT 5); absent: 1. */
  readonly willQos?: 0;
}

/** Asks for everything. */
export const fullForm: ConnectionForm = { retain: true, will: true };

/**
 * How a connection failed. `no-retain`: the broker said that it doesn't support retained messages;
 * `no-qos`: that it supports only QoS 0; `ended`: it refused the CONNECT or closed the connection
 * without a reason, as MQTT 3.1.1 brokers without retained messages or wills do; `other`: for an
 * unrelated reason.
 */
export type ConnectionFailure = 'no-retain' | 'no-qos' | 'ended' | 'other';

/** This many failures in a row are no accident. */
const failuresBeforeFallback = 3;
/** The same if the broker once accepted everything: it may just be restarting. */
const failuresAfterSuccess = 12;
/** A conclusion from failures is tested again after this time (ms): it may be wrong. */
const conclusionLastsMs = 24 * 60 * 60 * 1000;

/**
 * Finds out what another broker accepts: retained messages and a will, a will alone, or neither. A
 * reduced form is tried only after repeated failures, and kept only if it works.
 */
export class RetainFallback {
  readonly #forms: readonly ConnectionForm[];
  /** The form of the current attempt, by its index. */
  #present = 0;
  /** The form that has worked, by its index. */
  #adopted: number | undefined;
  #adoptedAtMs = 0;
  #isCertain = false;
  #failures = 0;
  #isQosZeroOnly = false;

  /** @param retain whether the configuration allows retained messages */
  constructor(retain: boolean) {
    this.#forms = [
      ...(retain ? [fullForm] : []),
      { retain: false, will: true },
      { retain: false, will: false },
    ];
  }

  /** The form for the next attempt. */
  next(nowMs: number): ConnectionForm {
    const isAdoptedFallback = this.#adopted !== undefined && this.#adopted > 0;
    if (isAdoptedFallback && !this.#isCertain && nowMs - this.#adoptedAtMs > conclusionLastsMs) {
      this.#adoptedAtMs = nowMs;
      // One failure is then enough to return to the form known to work.
      this.#present = 0;
    }
    return this.#form;
  }

  /** The connection with the current form is stable. Returns whether that is a new conclusion. */
  worked(nowMs: number): boolean {
    this.#failures = 0;
    const isNew = this.#adopted !== this.#present;
    this.#adopted = this.#present;
    if (isNew) this.#adoptedAtMs = nowMs;
    return isNew;
  }

  /** The connection with the current form failed before it was stable. */
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
    // Leaving things out doesn't help: the reason is something else.
    this.#adopted = undefined;
    return this.#first;
  }

  /** Where to start: what is certain is not tried again. */
  get #first(): number {
    return this.#isCertain && this.#forms[0]?.retain ? 1 : 0;
  }

  get #form(): ConnectionForm {
    const form = this.#forms[this.#present] ?? fullForm;
    return this.#isQosZeroOnly ? { ...form, willQos: 0 } : form;
  }
}
