/** The same object while it is being made. */
export type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
