/** The part of the package rpio, which brings no types, that is used here (rpio 2.4.2, lib/rpio.js). */
declare module 'rpio' {
  const rpio: import('./rpio-driver.ts').RpioLibrary;
  export default rpio;
}
