/** The part of the package rpio that is used here; it has no types (rpio 2.4.2, lib/rpio.js). */
declare module 'rpio' {
  const rpio: import('./rpio-driver.ts').RpioLibrary;
  export default rpio;
}
