/** A line with a public key that is complete, though nobody has its other half. */
export function publicKeyLine(comment: string, type = 'ssh-ed25519'): string {
  const fields = [Buffer.from(type), Buffer.alloc(32, comment)];
  const blob = Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(field.length);
      return [length, field];
    }),
  );
  return `${type} ${blob.toString('base64')} ${comment}`;
}
