/** Returns the text with `…` in place of the user and password in an address. */
export function withoutAddressPassword(text: string): string {
  return text.replace(/(https?:\/\/)?[^\s"/@]*:[^\s"]*@/gi, '$1…@');
}
