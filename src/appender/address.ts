/** Whether a text can stand for an address or a host name in an appender file. */
export function isAddressOrName(text: string): boolean {
  return /^[\w.:-]{1,253}$/.test(text);
}
